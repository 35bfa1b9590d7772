"""Train the recurrent part on what the frozen encoder says of clips and skeletons.

python -m training prepare ../shared/data
python -m training pretrain ../shared/data --out runs/pose.safetensors
python -m training encode ../shared/data --pose runs/pose.safetensors --out runs/bank
python -m training train runs/bank --architecture lrcn --out runs/everyday-lrcn
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import lightning
import numpy as np
import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.loggers import CSVLogger
from safetensors.torch import load_file
from torch import Tensor
from torch.utils.data import DataLoader, TensorDataset

from har_live.card import ModelCard
from har_live.models.build import build_model
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
from training.learn.action_task import ActionTask, blind
from training.learn.settings import TrainSettings, min_frames
from training.measure.measures import best_temperature, clip_measures

MEASURED_FOR_SCALE = 8000
"""Windows from which each feature's mean and deviation are taken."""


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
    temperature = best_temperature(logits[judged], validation.rows(judged).judged, card.labels)
    model.temperature.fill_(temperature)
    scores = (logits / model.temperature).softmax(dim=1).numpy()
    return Trained(model.eval(), card, clip_measures(scores, validation.judged, card.labels))


@torch.inference_mode()
def logits_of(model: WindowModel, features: Tensor) -> Tensor:
    """(N, T, …) features, not standardised → (N, K) logits."""
    model.eval()
    batches = (standardised(model, batch).nan_to_num(0.0) for batch in features.split(256))
    return torch.cat([model.feature_logits(batch) for batch in batches])
