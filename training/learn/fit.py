"""Fit a network to windows of clips: pictures, or the features of a frozen encoder.

From top to bottom: the settings, the model's task, the fit. Lightning has the loop, the devices and
the machines.
"""

from __future__ import annotations

import csv
import logging
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import lightning
import numpy as np
import torch
from lightning.pytorch.callbacks import Callback, EarlyStopping, ModelCheckpoint, RichProgressBar
from lightning.pytorch.loggers import CSVLogger
from torch import Tensor
from torch.nn import functional as F
from torchmetrics import MeanMetric
from torchmetrics.classification import MulticlassAccuracy, MulticlassF1Score

from har_live.errors import HarLiveError, SinkError
from har_live.models.window_model import WindowModel
from training.data.clip_windows import ClipData, Measured
from training.learn.schedule import one_cycle


@dataclass(frozen=True)
class FitSettings:
    """How a network is fitted; the network itself is the preset's."""

    epochs: int = 40
    batch_size: int = 16
    """Clips in a step, over all processes."""
    learning_rate: float = 2e-3
    """Peak of the one-cycle schedule."""
    weight_decay: float = 0.01
    label_smoothing: float = 0.0
    patience: int = 15
    """Epochs without a lower validation loss before it stops."""
    feature_noise: float = 0.0
    """Deviation of the noise on features that a frozen encoder gave."""
    seed: int = 0
    """Of the first weights, the order, the variation of the clips and dropout."""


@dataclass(frozen=True)
class Machines:
    """Where it runs. Lightning's own words."""

    accelerator: str = "auto"
    devices: int = 1
    """In each machine."""
    num_nodes: int = 1
    """Machines; start the same command on each."""
    precision: str = "32-true"
    """``16-mixed`` and ``bf16-mixed`` are faster on a GPU."""
    workers: int = 0
    """Processes that read clips, for each device; 0 reads in the training's own."""


# --- the model's task ----------------------------------------------------------------------------


class ClipTask(lightning.LightningModule):
    """Cross entropy of one window of each clip; a measured clip is the mean of its windows.

    Windows are pictures (N, T + 1, S, S, 3) uint8, or the features (N, T, …) of a frozen encoder.
    """

    def __init__(self, model: WindowModel, labels: tuple[str, ...], settings: FitSettings) -> None:
        super().__init__()
        self.model, self.labels, self.settings = model, labels, settings
        count = len(labels)
        self.train_accuracy = MulticlassAccuracy(count, average="micro")
        self.val_top1 = MulticlassAccuracy(count, average="micro", ignore_index=-1)
        self.val_macro_f1 = MulticlassF1Score(count, ignore_index=-1)
        self.val_loss = MeanMetric()

    def logits(self, windows: Tensor) -> Tensor:
        if windows.dtype == torch.uint8:
            return self.model.clip_logits(windows)
        if self.training and self.settings.feature_noise:
            windows = windows + self.settings.feature_noise * torch.randn_like(windows)
        return self.model.feature_logits(windows)

    def on_train_batch_start(self, *_: object) -> None:
        # Dropout and noise depend on the step alone, so that a resumed training draws the same.
        chance = [self.settings.seed, self.global_step, self.global_rank]
        torch.manual_seed(int(np.random.SeedSequence(chance).generate_state(1)[0]))

    def training_step(self, batch: tuple[Tensor, Tensor], _: int) -> Tensor:
        windows, labels = batch
        logits = self.logits(windows)
        loss = F.cross_entropy(logits, labels, label_smoothing=self.settings.label_smoothing)
        self.train_accuracy(logits, labels)
        size = len(labels)
        self.log("train_loss", loss, on_step=False, on_epoch=True, sync_dist=True, batch_size=size)
        self.log("train_accuracy", self.train_accuracy, on_step=False, on_epoch=True)
        return loss

    def validation_step(self, batch: Measured, _: int) -> None:
        windows, owners, labels = batch
        scores = self.logits(windows).float().softmax(dim=1)
        count = torch.bincount(owners, minlength=len(labels)).unsqueeze(1)
        sums = torch.zeros(len(labels), scores.shape[1], device=scores.device)
        clips = sums.index_add(0, owners, scores) / count
        surprise = F.nll_loss((clips + 1e-9).log(), labels, ignore_index=-1, reduction="none")
        self.val_loss.update(surprise, (labels >= 0).float())
        for name, metric in (("val_top1", self.val_top1), ("val_macro_f1", self.val_macro_f1)):
            metric.update(clips, labels)
            self.log(name, metric)
        self.log("val_loss", self.val_loss)

    def configure_optimizers(self):
        return one_cycle(
            [p for p in self.model.parameters() if p.requires_grad],
            peak=self.settings.learning_rate,
            weight_decay=self.settings.weight_decay,
            total_steps=self.trainer.estimated_stepping_batches,
        )

    def _recipe(self) -> dict[str, object]:
        return {**asdict(self.settings), "labels": list(self.labels)}

    def on_save_checkpoint(self, checkpoint: dict) -> None:
        checkpoint["recipe"] = self._recipe()

    def on_load_checkpoint(self, checkpoint: dict) -> None:
        """Going on with other settings would be neither the old training nor a new one."""
        before, now = checkpoint["recipe"], self._recipe()
        if other := [name for name in now if before.get(name) != now[name]]:
            name = other[0]
            raise HarLiveError(
                f"this training was begun with {name} {before.get(name)}, not {now[name]}; "
                "resume it with its own settings or choose another --out"
            )


# --- the fit -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fitted:
    """A network at its best checkpoint."""

    model: WindowModel
    log: Path
    """``metrics.csv`` of all its epochs, also those before an interruption."""
    best_epoch: int
    lowest_loss: float
    """Validation loss of that epoch."""


def fit(
    task: ClipTask,
    data: ClipData,
    run: Path,
    machines: Machines,
    *,
    resume: bool = False,
    show_progress: bool = False,
    callbacks: Sequence[Callback] = (),
) -> Fitted | None:
    """Train until the validation loss no longer falls, and take the epoch where it was lowest.

    Args:
        run: folder of checkpoints and log.
        resume: go on after the last epoch that ``run`` holds; from the start where it holds none.

    Returns:
        None in every process but the first.

    Raises:
        SinkError: ``run`` holds a training and ``resume`` was not asked for.
    """
    _quiet_lightning()
    last = run / "last.ckpt"
    if last.exists() and not resume:
        raise SinkError(
            f"{run} holds a training: --resume goes on with it; or choose another --out"
        )
    best = ModelCheckpoint(
        run, "best", monitor="val_loss", save_last=True, enable_version_counter=False
    )
    stop = EarlyStopping(monitor="val_loss", patience=task.settings.patience)
    first_epoch = _epochs_done(last) if last.exists() else 0
    trainer = lightning.Trainer(
        max_epochs=task.settings.epochs,
        accelerator=machines.accelerator,
        devices=machines.devices,
        num_nodes=machines.num_nodes,
        precision=machines.precision,
        logger=CSVLogger(run, name="log", version=f"from-epoch-{first_epoch:03d}"),
        callbacks=[best, stop, *callbacks, *([RichProgressBar()] if show_progress else [])],
        gradient_clip_val=1.0,
        num_sanity_val_steps=0,
        use_distributed_sampler=False,
        enable_progress_bar=show_progress,
        enable_model_summary=False,
        log_every_n_steps=1,
    )
    trainer.fit(task, data, ckpt_path=last if last.exists() else None, weights_only=True)
    if not trainer.is_global_zero:
        return None
    state = _state(Path(best.best_model_path))
    task.load_state_dict(state["state_dict"])
    lowest_loss = float(best.best_model_score)
    return Fitted(task.model.cpu().eval(), _joined_log(run), state["epoch"], lowest_loss)


def _epochs_done(last: Path) -> int:
    """How many epochs a checkpoint has behind it.

    Raises:
        HarLiveError: it was moved; Lightning would then forget which checkpoint was best.
    """
    state = _state(last)
    for kind, kept in state["callbacks"].items():
        if kind.startswith("ModelCheckpoint") and Path(kept["dirpath"]) != last.parent.resolve():
            raise HarLiveError(f"{last.parent} was begun as {kept['dirpath']}: move it back there")
    return state["epoch"] + 1


def _quiet_lightning() -> None:
    """Leave out advice and what the progress bar says anyway."""
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    for text in (".*does not have many workers", ".*exists and is not empty", ".*LeafSpec"):
        warnings.filterwarnings("ignore", text)


def _state(checkpoint: Path) -> dict:
    return torch.load(checkpoint, weights_only=True, map_location="cpu")


def _joined_log(run: Path) -> Path:
    """One ``metrics.csv`` of a training that was interrupted any number of times."""
    parts = sorted((run / "log").glob("from-epoch-*/metrics.csv"))
    begins = [int(part.parent.name.rpartition("-")[2]) for part in parts]
    rows: list[dict[str, str]] = []
    for part, begin in zip(parts, begins, strict=True):
        # An interrupted epoch is trained again after it.
        rows = [row for row in rows if int(row["epoch"]) < begin]
        with part.open(newline="") as file:
            rows += csv.DictReader(file)
    joined = run / "metrics.csv"
    with joined.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return joined
