"""Fit a network to windows of clips, pictures or joints.

Lightning has the loop, the devices and the machines; here are the checkpoints, the log and going
on after an interruption.
"""

from __future__ import annotations

import csv
import logging
import pickle
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightning
import torch
from lightning.fabric.utilities.exceptions import MisconfigurationException
from lightning.pytorch.callbacks import Callback, EarlyStopping, ModelCheckpoint, RichProgressBar
from lightning.pytorch.loggers import CSVLogger
from lightning.pytorch.utilities.model_helpers import is_overridden

from har_live.errors import BackendError, HarLiveError, SinkError
from har_live.models.window_model import WindowModel
from training.learn.clip_task import FitTask
from training.learn.fit_settings import MachineSettings


@dataclass(frozen=True)
class Fitted:
    """A network at its best checkpoint."""

    model: WindowModel
    log: Path
    """``metrics.csv`` of all its epochs, also those before an interruption."""
    best_epoch: int
    lowest_loss: float
    """Validation loss of that epoch; NaN where none was measured."""


def fit(
    task: FitTask,
    data: lightning.LightningDataModule,
    run: Path,
    machines: MachineSettings,
    *,
    resume: bool = False,
    show_progress: bool = False,
    callbacks: Sequence[Callback] = (),
) -> Fitted | None:
    """Train until the validation loss no longer falls, and take the epoch where it was lowest.

    A task without a ``val_loss`` is trained for all its epochs, and the last one is taken.

    Args:
        run: folder of checkpoints and log.
        resume: go on after the last epoch that ``run`` holds; from the start where it holds none.

    Returns:
        None in every process but the first.

    Raises:
        SinkError: ``run`` holds a training and ``resume`` was not asked for.
        BackendError: these machines are not here.
    """
    _quiet_lightning()
    last = run / "last.ckpt"
    if last.exists() and not resume:
        raise SinkError(
            f"{run} holds a training: --resume goes on with it; or choose another --out"
        )
    chooses = is_overridden("validation_step", task)
    best = ModelCheckpoint(
        run,
        "best",
        monitor="val_loss" if chooses else None,
        save_last=True,
        enable_version_counter=False,
    )
    stop = [EarlyStopping(monitor="val_loss", patience=task.settings.patience)] if chooses else []
    first_epoch = _epochs_done(last) if last.exists() else 0
    trainer = _trainer(
        machines,
        max_epochs=task.settings.epochs,
        logger=CSVLogger(run, name="log", version=f"from-epoch-{first_epoch:03d}"),
        callbacks=[best, *stop, *callbacks, *([RichProgressBar()] if show_progress else [])],
        enable_progress_bar=show_progress,
    )
    trainer.fit(task, data, ckpt_path=last if last.exists() else None, weights_only=True)
    if not trainer.is_global_zero:
        return None
    state = _state(Path(best.best_model_path))
    task.load_state_dict(state["state_dict"])
    lowest_loss = float("nan") if best.best_model_score is None else float(best.best_model_score)
    return Fitted(task.model.cpu().eval(), _joined_log(run), state["epoch"], lowest_loss)


def _trainer(machines: MachineSettings, **options: Any) -> lightning.Trainer:
    """Make Lightning's trainer on these machines."""
    try:
        return lightning.Trainer(
            accelerator=machines.accelerator,
            devices=machines.devices,
            num_nodes=machines.num_nodes,
            precision=machines.precision,
            gradient_clip_val=1.0,
            num_sanity_val_steps=0,
            use_distributed_sampler=False,
            enable_model_summary=False,
            log_every_n_steps=1,
            **options,
        )
    except (MisconfigurationException, ValueError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[0]
        raise BackendError(f"can't train on {machines}: {reason}") from error


def _epochs_done(last: Path) -> int:
    """Return how many epochs a checkpoint has behind it.

    Raises:
        HarLiveError: it was moved; Lightning would then forget which checkpoint was best.
    """
    state = _state(last)
    for kind, kept in state["callbacks"].items():
        if kind.startswith("ModelCheckpoint") and Path(kept["dirpath"]) != last.parent.resolve():
            raise HarLiveError(f"{last.parent} was begun as {kept['dirpath']}: move it back there")
    return int(state["epoch"]) + 1


def _quiet_lightning() -> None:
    """Leave out advice and what the progress bar says anyway."""
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    advice = (
        ".*does not have many workers",
        ".*exists and is not empty",
        ".*LeafSpec",
        ".*`IterableDataset` has `__len__`",
    )
    for text in advice:
        warnings.filterwarnings("ignore", text)


def _state(checkpoint: Path) -> dict[str, Any]:
    try:
        state: dict[str, Any] = torch.load(checkpoint, weights_only=True, map_location="cpu")
    except (RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise HarLiveError(
            f"{checkpoint} is damaged: remove {checkpoint.parent} to begin anew"
        ) from error
    return state


def _joined_log(run: Path) -> Path:
    """Join the logs of a training that was interrupted any number of times: one ``metrics.csv``."""
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
