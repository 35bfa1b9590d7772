"""The learning from windows: the loss, the figures while it learns, the schedule.

``FitTask`` is what ``training.learn.fit`` fits; a task of another kind of windows adds its steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import lightning
import numpy as np
import torch
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import Tensor
from torch.nn import Parameter
from torch.nn import functional as F
from torchmetrics import MeanMetric
from torchmetrics.classification import MulticlassAccuracy, MulticlassF1Score

from har_live.errors import HarLiveError
from har_live.models.window_model import WindowModel
from training.data.pixel_dataset import Measured
from training.learn.fit_settings import FitSettings


class FitTask(lightning.LightningModule):
    """A network with its labels and settings. Subclasses add the two steps and log ``val_loss``.

    Chance depends on the step alone, and a resumed training must have its own settings.
    """

    def __init__(self, model: WindowModel, labels: tuple[str, ...], settings: FitSettings) -> None:
        super().__init__()
        self.model, self.labels, self.settings = model, labels, settings

    def on_train_batch_start(self, *_: object) -> None:
        # Dropout and noise depend on the step alone, so that a resumed training draws the same.
        chance = [self.settings.seed, self.global_step, self.global_rank]
        torch.manual_seed(int(np.random.SeedSequence(chance).generate_state(1)[0]))

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        return one_cycle(
            [self.model.parameters()],
            peaks=[self.settings.learning_rate],
            weight_decay=self.settings.weight_decay,
            total_steps=self.trainer.estimated_stepping_batches,
        )

    def _recipe(self) -> dict[str, object]:
        return {**asdict(self.settings), "labels": list(self.labels)}

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        checkpoint["recipe"] = self._recipe()

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Refuse other settings: going on with other settings would be neither the old training nor
        a new one."""
        before, now = checkpoint["recipe"], self._recipe()
        if other := [name for name in now if before.get(name) != now[name]]:
            name = other[0]
            raise HarLiveError(
                f"this training was begun with {name} {before.get(name)}, not {now[name]}; "
                "resume it with its own settings or choose another --out"
            )


class ClipTask(FitTask):
    """Cross entropy of one window of each clip; a measured clip is the mean of its windows.

    Windows are pictures, (N, T + 1, S, S, 3) uint8.
    """

    def __init__(self, model: WindowModel, labels: tuple[str, ...], settings: FitSettings) -> None:
        super().__init__(model, labels, settings)
        count = len(labels)
        self.train_accuracy = MulticlassAccuracy(count, average="micro")
        self.val_top1 = MulticlassAccuracy(count, average="micro", ignore_index=-1)
        self.val_macro_f1 = MulticlassF1Score(count, ignore_index=-1)
        self.val_loss = MeanMetric()

    def training_step(self, batch: tuple[Tensor, Tensor], _: int) -> Tensor:
        windows, labels = batch
        logits = self.model.clip_logits(windows)
        loss = F.cross_entropy(logits, labels, label_smoothing=self.settings.label_smoothing)
        self.train_accuracy(logits, labels)
        size = len(labels)
        self.log("train_loss", loss, on_step=False, on_epoch=True, sync_dist=True, batch_size=size)
        self.log("train_accuracy", self.train_accuracy, on_step=False, on_epoch=True)
        return loss

    def validation_step(self, batch: Measured, _: int) -> None:
        windows, owners, labels = batch
        scores = self.model.clip_logits(windows).float().softmax(dim=1)
        count = torch.bincount(owners, minlength=len(labels)).unsqueeze(1)
        sums = torch.zeros(len(labels), scores.shape[1], device=scores.device)
        clips = sums.index_add(0, owners, scores) / count
        surprise = F.nll_loss((clips + 1e-9).log(), labels, ignore_index=-1, reduction="none")
        self.val_loss.update(surprise, (labels >= 0).float())
        for name, metric in (("val_top1", self.val_top1), ("val_macro_f1", self.val_macro_f1)):
            metric.update(clips, labels)
            self.log(name, metric)
        self.log("val_loss", self.val_loss)


def one_cycle(
    groups: Sequence[Iterable[Parameter]],
    *,
    peaks: Sequence[float],
    weight_decay: float,
    total_steps: float,
    rising: float = 0.2,
) -> OptimizerLRSchedulerConfig:
    """Return AdamW whose learning rate rises to a peak in a share of the steps, then falls to
    nothing.

    Args:
        groups: of parameters, each with a peak of its own.
        total_steps: whole, as Lightning estimates it.
    """
    optimizer = torch.optim.AdamW(
        [{"params": list(group)} for group in groups], weight_decay=weight_decay
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, list(peaks), total_steps=int(total_steps), pct_start=rising
    )
    return {
        "optimizer": optimizer,
        "lr_scheduler": {"scheduler": schedule, "interval": "step"},
    }
