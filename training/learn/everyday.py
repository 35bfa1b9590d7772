"""The recipe of the shipped weights: LRCNs that learn apart and become one, or one ConvLSTM."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from har_live.models.config import Architecture
from har_live.types import ClipSpec
from training.features.bank import Bank
from training.features.joint_windows import JointWindows
from training.learn.fuse import fused
from training.learn.settings import TrainSettings
from training.learn.train import Trained, measured_on, train

# Joints are cheap and many, films few: long trainings show each film about as often as short ones,
# or they learn it by heart.
POSE = TrainSettings(sees="pose", pose_noise=0.2, epochs=80, filmed_share=0.12, keep="last")
BOTH = TrainSettings(
    hidden=(192,), epochs=80, pose_noise=0.3, motion_dropped=0.4, filmed_share=0.25
)
MOTION = TrainSettings(sees="motion", hidden=(128,), epochs=12, filmed_share=0.7)
EXPERTS = {
    "pose": POSE,
    "pose-again": replace(POSE, seed=1, successions=0.7),
    "both": BOTH,
    "both-again": replace(BOTH, seed=1, epochs=40),
    "motion": MOTION,
    "motion-again": replace(MOTION, seed=2),
}
"""Each trained as it learns best; of two that differ by chance the mean is better than either."""
CONVLSTM = TrainSettings(
    architecture="convlstm", hidden=(16,), places=4, epochs=16, successions=0.0
)


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
    """Train as the shipped weights were; ``out`` gets a folder of curves for each part."""

    def changed(settings: TrainSettings) -> TrainSettings:
        return replace(settings, seed=seed + settings.seed, epochs=epochs or settings.epochs)

    if architecture == "convlstm":
        return train(bank, validation, pose, out, spec, changed(CONVLSTM), joints=joints)
    parts = [
        train(
            bank,
            validation,
            pose,
            out if name == "pose" else out / name,
            spec,
            changed(settings),
            joints=joints,
        )
        for name, settings in EXPERTS.items()
    ]
    return together(parts, validation, spec)


def together(parts: Sequence[Trained], validation: Bank, spec: ClipSpec) -> Trained:
    """One network of the experts.

    Raises:
        ValueError: they don't know the same labels.
    """
    first = parts[0]
    if any(part.card.labels != first.card.labels for part in parts):
        raise ValueError("some labels have joints alone, and nothing in which a motion is seen")
    model, config = fused(
        [part.model for part in parts],
        first.card.model,
        image_size=spec.image_size,
    )
    return measured_on(validation, model, replace(first.card, model=config))
