"""The recipe of the shipped weights: a pair of LRCNs made one, or one ConvLSTM."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from har_live.models.config import Architecture
from har_live.types import ClipSpec
from training.features import Bank
from training.fuse import fused
from training.joint_windows import JointWindows
from training.train import Trained, TrainSettings, measured_on, train


@dataclass(frozen=True)
class PairSettings:
    """Two LRCNs, one for the pose and one for the motion, each trained as it learns best."""

    pose: TrainSettings = field(
        default_factory=lambda: TrainSettings(
            sees="pose", pose_noise=0.3, epochs=20, windows_per_epoch=8000, filmed_share=0.45
        )
    )
    motion: TrainSettings = field(
        default_factory=lambda: TrainSettings(
            sees="motion", hidden=(128,), epochs=12, windows_per_epoch=8000, filmed_share=0.7
        )
    )
    motion_weight: float = 0.7
    """Of its logits, against the pose's."""


CONVLSTM = TrainSettings(architecture="convlstm", hidden=(16,), epochs=10)


def train_pair(
    bank: Bank,
    validation: Bank,
    pose: Path | None,
    out: Path,
    spec: ClipSpec,
    settings: PairSettings,
    *,
    joints: JointWindows | None = None,
) -> Trained:
    """Train one LRCN on the pose and one on the motion, and make them one network."""
    reads_pose = train(bank, validation, pose, out, spec, settings.pose, joints=joints)
    reads_motion = train(bank, validation, pose, out / "motion", spec, settings.motion)
    if reads_pose.card.labels != reads_motion.card.labels:
        raise ValueError("some labels have joints alone, and nothing in which a motion is seen")
    model, config = fused(
        reads_pose.model,
        reads_motion.model,
        reads_pose.card.model,
        image_size=spec.image_size,
        second_weight=settings.motion_weight,
    )
    return measured_on(validation, model, replace(reads_pose.card, model=config))


def everyday(
    bank: Bank,
    validation: Bank,
    pose: Path | None,
    out: Path,
    spec: ClipSpec,
    architecture: Architecture,
    *,
    epochs: int | None = None,
    seed: int = 0,
    joints: JointWindows | None = None,
) -> Trained:
    """Train as the shipped weights were: a pair for LRCN, one network for ConvLSTM."""
    if architecture == "convlstm":
        settings = _changed(CONVLSTM, epochs, seed)
        return train(bank, validation, pose, out, spec, settings, joints=joints)
    pair = PairSettings()
    pair = replace(
        pair, pose=_changed(pair.pose, epochs, seed), motion=_changed(pair.motion, epochs, seed)
    )
    return train_pair(bank, validation, pose, out, spec, pair, joints=joints)


def _changed(settings: TrainSettings, epochs: int | None, seed: int) -> TrainSettings:
    return replace(settings, seed=seed, epochs=epochs or settings.epochs)
