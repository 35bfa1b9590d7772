"""What is learnt: to name the newest action of a window, whatever of it is hidden or disturbed."""

from __future__ import annotations

import lightning
import torch
from torch import Tensor
from torch.nn import functional as F

from har_live.models.config import Architecture
from har_live.models.pose import JOINTS
from har_live.models.pose_motion import NUM_POSE_FEATURES
from har_live.models.window_model import WindowModel
from training.features.bank import Bank
from training.features.learnt_windows import standardised
from training.learn.clip_task import one_cycle
from training.learn.settings import TrainSettings
from training.learn.successions import succeeding
from training.measure.measures import clip_measures


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
        shown = succeeding(standardised(self.model, features), self.settings.successions)
        counts = self.settings.counts(features.shape[1])
        answers = self.model.growing_logits(self._disturbed(shown.features), counts)
        losses = []
        for count, logits in zip(counts, answers, strict=True):
            rows, truths = shown.asked(count)
            if len(rows):
                losses.append(self._loss(logits[rows], labels[truths], own[truths]))
        *early, loss = losses
        if early:
            weight = self.settings.early_weight
            loss = (loss + weight * sum(early) / len(early)) / (1 + weight)
        self.log("train_loss", loss, on_step=False, on_epoch=True)
        accuracy = (answers[-1].argmax(dim=1) == labels).float().mean()
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
        measures = clip_measures(scores, self.validation.judged, self.labels)
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
