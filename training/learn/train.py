"""Train the recurrent part on what the frozen encoder says of clips and skeletons.

    python -m training prepare ../shared/data
    python -m training pretrain ../shared/data --out runs/pose.safetensors
    python -m training encode ../shared/data --pose runs/pose.safetensors --out runs/bank
    python -m training train runs/bank --architecture lrcn --out runs/everyday-lrcn

From top to bottom: the settings, the model's task, the fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import lightning
import numpy as np
import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.loggers import CSVLogger
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

from har_live.card import ModelCard
from har_live.models.build import build_model
from har_live.models.config import Architecture, ModelConfig
from har_live.models.pose import JOINTS
from har_live.models.pose_motion import NUM_POSE_FEATURES
from har_live.models.window_model import WindowModel
from har_live.types import ClipSpec
from training.features.bank import MADE, Bank
from training.features.encode import label_set
from training.features.joint_windows import JointWindows
from training.features.learnt_windows import (
    LearntWindows,
    balanced_sampler,
    features_of,
    standardise,
    standardised,
)
from training.learn.schedule import one_cycle
from training.measure.measures import best_temperature, clip_measures

Sees = Literal["both", "pose", "motion"]


@dataclass(frozen=True)
class TrainSettings:
    """The defaults; what made a set of shipped weights is in its README."""

    architecture: Architecture = "lrcn"
    hidden: tuple[int, ...] = (256,)
    places: int = 1
    """convlstm: see ``ModelConfig.places``."""
    dropout: float = 0.4
    epochs: int = 40
    batch_size: int = 128
    learning_rate: float = 4e-3
    """Peak of the one-cycle schedule."""
    weight_decay: float = 0.02
    label_smoothing: float = 0.1
    within_weight: float = 1.0
    """Weight of the loss among a data set's own labels: it can't be lowered by recognising the
    place instead of the action."""
    early_weight: float = 0.5
    """Weight of the loss after half a window and after three quarters: so it learns to say what it
    sees before a window is full, as at the beginning of a stream."""
    pose_noise: float = 0.12
    """Deviation of the noise on standardised pose features: gestures are fine."""
    motion_noise: float = 0.5
    """The same for motion features, which are coarse and many."""
    motion_dropped: float = 0.35
    """Share of windows whose motion features are hidden: skeletons have none either."""
    pose_dropped: float = 0.15
    """Share of windows whose pose features are hidden, as in the dark."""
    sees: Sees = "both"
    """What it is taught to look at; the rest of the features is hidden from it for good."""
    windows_per_epoch: int = 8000
    """At most: a smaller bank is gone through once."""
    filmed_share: float = 0.4
    """Share of the windows shown that come from real clips; the rest is drawn, held or joints."""
    balance: float = 0.5
    """0 shows every window equally often, 1 every pair of data set and label."""
    keep: Literal["best", "last"] = "best"
    """Which epoch: the best on the validation windows, or the last, chosen by nothing."""
    seed: int = 0

    def counts(self, num_frames: int) -> tuple[int, ...]:
        """Grid frames of a window after which its answer counts in the loss; the last is all."""
        if not self.early_weight:
            return (num_frames,)
        return tuple(sorted({min_frames(num_frames), -(-num_frames * 3 // 4), num_frames}))

    def model(self) -> ModelConfig:
        return ModelConfig(
            architecture=self.architecture,
            encoder="pose_motion",
            hidden=self.hidden,
            places=self.places,
            dropout=self.dropout,
            encoder_options={"maps": self.architecture == "convlstm"},
        )


def min_frames(num_frames: int) -> int:
    """Half a window: from then on an answer is worth having."""
    return max(1, num_frames // 2)


MEASURED_FOR_SCALE = 8000
"""Windows from which each feature's mean and deviation are taken."""

# --- the model's task ----------------------------------------------------------------------------


class ActionTask(lightning.LightningModule):
    """Cross entropy over all labels, and among those of the window's own data set."""

    def __init__(
        self,
        model: WindowModel,
        labels: tuple[str, ...],
        validation: Bank,
        settings: TrainSettings,
    ) -> None:
        super().__init__()
        self.model, self.labels, self.settings = model, labels, settings
        self.validation = validation
        self._answers: list[Tensor] = []

    def training_step(self, batch: tuple[Tensor, Tensor, Tensor], _: int) -> Tensor:
        features, labels, own = batch
        features = self._disturbed(standardised(self.model, features))
        counts = self.settings.counts(features.shape[1])
        *early, logits = self.model.growing_logits(features, counts)
        loss = self._loss(logits, labels, own)
        for some in early:
            loss = loss + self.settings.early_weight / len(early) * self._loss(some, labels, own)
        loss = loss / (1 + self.settings.early_weight * bool(early))
        self.log("train_loss", loss, on_step=False, on_epoch=True)
        accuracy = (logits.argmax(dim=1) == labels).float().mean()
        self.log("train_accuracy", accuracy, on_step=False, on_epoch=True)
        return loss

    def _loss(self, logits: Tensor, labels: Tensor, own: Tensor) -> Tensor:
        loss = F.cross_entropy(logits, labels, label_smoothing=self.settings.label_smoothing)
        among_own = F.cross_entropy(logits.masked_fill(~own, -1e4), labels)
        return loss + self.settings.within_weight * among_own

    def _disturbed(self, features: Tensor) -> Tensor:
        """Noise on everything; pose or motion hidden in some windows. Hidden or NaN becomes 0."""
        settings = self.settings
        hide_motion = torch.rand(len(features)) < settings.motion_dropped
        hide_pose = torch.rand(len(features)) < settings.pose_dropped
        if settings.sees != "both":
            hide_motion[:], hide_pose[:] = settings.sees == "pose", settings.sees == "motion"
        is_pose = pose_channels(features.shape[2], settings.architecture)
        noise = torch.where(is_pose, settings.pose_noise, settings.motion_noise)
        noise = noise.reshape(-1, *[1] * (features.dim() - 3))
        features = features + noise * torch.randn_like(features)
        hide_motion &= ~hide_pose
        hidden = torch.where(is_pose, hide_pose[:, None], hide_motion[:, None])
        hidden = hidden.reshape(len(features), 1, -1, *[1] * (features.dim() - 3))
        return features.masked_fill(hidden, 0.0).nan_to_num(0.0)

    def validation_step(self, batch: tuple[Tensor], _: int) -> None:
        logits = self.model.feature_logits(standardised(self.model, batch[0]).nan_to_num(0.0))
        self._answers.append(logits)

    def on_validation_epoch_end(self) -> None:
        scores = torch.cat(self._answers).softmax(dim=1).numpy()
        self._answers.clear()
        measures = clip_measures(scores, self.validation, self.labels)
        for name, value in measures.items():
            self.log(f"val_{name}", value)

    def configure_optimizers(self):
        return one_cycle(
            [*self.model.cells.parameters(), *self.model.classifier.parameters()],
            peak=self.settings.learning_rate,
            weight_decay=self.settings.weight_decay,
            total_steps=self.trainer.estimated_stepping_batches,
        )


def blind(model: WindowModel, settings: TrainSettings) -> None:
    """Let the recurrent part not see what is hidden from it; as that is 0, it learns nothing of it
    either."""
    if settings.sees == "both":
        return
    layer = model.cells.from_input[0]
    is_pose = pose_channels(layer.weight.shape[1], settings.architecture)
    with torch.no_grad():
        layer.weight[:, ~is_pose if settings.sees == "pose" else is_pose] = 0.0


def pose_channels(count: int, architecture: Architecture) -> Tensor:
    """(C,) bool: which features come from the pose network; the rest is motion."""
    index = torch.arange(count)
    if architecture == "lrcn":
        return index < NUM_POSE_FEATURES
    return (index < len(JOINTS)) | (index >= count - 3)


# --- the fit -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trained:
    """A trained network and what it is."""

    model: WindowModel
    card: ModelCard
    measures: dict[str, float]
    """Of the validation windows, at the kept checkpoint."""


def train(
    bank: Bank,
    validation: Bank,
    pose: Path | None,
    out: Path,
    spec: ClipSpec,
    settings: TrainSettings,
    *,
    joints: JointWindows | None = None,
) -> Trained:
    """Train the recurrent part and keep its best checkpoint; curves go to ``out/log``."""
    lightning.seed_everything(settings.seed, verbose=False)
    labels = label_set([*bank.labels, *(joints.labels if joints is not None else [])])
    model = build_model(settings.model(), image_size=spec.image_size, num_labels=len(labels))
    if pose is not None:
        model.encoder.pose.load_state_dict(load_file(pose))
    learnt = LearntWindows(bank, joints, labels, settings.architecture)
    few = torch.randperm(len(learnt))[:MEASURED_FOR_SCALE]
    standardise(model.encoder, learnt.features(few))
    model.encoder.requires_grad_(False)
    blind(model, settings)
    task = ActionTask(model, labels, validation, settings)
    sampler = balanced_sampler(
        learnt,
        balance=settings.balance,
        filmed_share=settings.filmed_share,
        most=settings.windows_per_epoch,
        seed=settings.seed,
    )
    measured = DataLoader(TensorDataset(features_of(validation, settings.architecture)), 256)
    kept = ModelCheckpoint(
        out,
        settings.keep,
        monitor="val_score" if settings.keep == "best" else None,
        mode="max",
        enable_version_counter=False,
    )
    trainer = lightning.Trainer(
        max_epochs=settings.epochs,
        accelerator="auto",
        devices=1,
        logger=CSVLogger(out, name="log", version=""),
        callbacks=[kept],
        gradient_clip_val=1.0,
        num_sanity_val_steps=0,
        enable_progress_bar=False,
        enable_model_summary=False,
        log_every_n_steps=10,
    )
    trainer.fit(task, DataLoader(learnt, settings.batch_size, sampler=sampler), measured)
    task.load_state_dict(torch.load(kept.best_model_path, weights_only=True)["state_dict"])
    card = ModelCard(
        name=out.name,
        labels=labels,
        model=settings.model(),
        clip=spec,
        min_frames=min_frames(spec.num_frames) if settings.early_weight else None,
    )
    return measured_on(validation, model, card)


def measured_on(validation: Bank, model: WindowModel, card: ModelCard) -> Trained:
    """Fit the temperature and measure."""
    architecture = card.model.architecture
    logits = logits_of(model, features_of(validation, architecture))
    filmed = ~np.isin(validation.datasets, MADE)
    # How sure to be is learnt from films, where there are any: before a camera it is for them.
    judged = filmed if filmed.any() else ~filmed
    temperature = best_temperature(logits[judged], validation.rows(judged), card.labels)
    model.temperature.fill_(temperature)
    scores = (logits / model.temperature).softmax(dim=1).numpy()
    return Trained(model.eval(), card, clip_measures(scores, validation, card.labels))


@torch.inference_mode()
def logits_of(model: WindowModel, features: Tensor) -> Tensor:
    """(N, T, …) features, not standardised → (N, K) logits."""
    model.eval()
    batches = (standardised(model, batch).nan_to_num(0.0) for batch in features.split(256))
    return torch.cat([model.feature_logits(batch) for batch in batches])
