"""Teach the pose network where the joints are.

    python -m training pretrain ../shared/data --out runs/pose.safetensors

Pictures: the labelled photos, the photos of people, frames of the training clips (their joints
found by a teacher, MediaPipe), people in recorded poses drawn in two ways, and things that are not
people.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import lightning
import numpy as np
import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.loggers import CSVLogger
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from har_live.models.pose import LOOK_SIZE, PoseNet, keypoints_of
from training.data.prepare import CacheSettings, prepare
from training.learn.clip_task import one_cycle
from training.people.figure_people import figure_pictures
from training.people.invented import invented_motions
from training.people.pictures import (
    Augmentation,
    Picture,
    augmented,
    clip_pictures,
    drawn,
    objects,
    stills,
)
from training.people.skeletons import load_bandai, load_msr

EMPHASIS = torch.tensor([1, 1, 1, 1.5, 1.5, 3, 3, 1, 1, 1.5, 1.5, 1.5, 1.5])
"""(J,) what each joint counts in the loss: gestures are in the hands, the hardest to find."""
WRISTS = slice(5, 7)


@dataclass(frozen=True)
class PretrainSettings:
    """The defaults; what made a set of shipped weights is in its README."""

    epochs: int = 6
    batch_size: int = 64
    learning_rate: float = 2e-3
    """Peak of the one-cycle schedule."""
    weight_decay: float = 1e-4
    frames_per_clip: int = 12
    drawn_people: int = 2500
    figures: int = 7000
    """Pictures of the built-in figure's renderer, in recorded poses."""
    objects_every: int = 24
    """Every n-th photo of a thing is used."""
    target_spread: float = 1.0
    """Deviation, in heatmap cells, of the blob that marks a joint."""
    seed: int = 0
    workers: int = 1


class PictureSet(Dataset):
    """Augmented pictures; the same item differs from epoch to epoch."""

    def __init__(self, pictures: list[Picture], settings: Augmentation, seed: int | None) -> None:
        self.pictures, self.settings, self.seed = pictures, settings, seed

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        seed = torch.randint(2**31, ()).item() if self.seed is None else self.seed + index
        image, joints = augmented(self.pictures[index], np.random.default_rng(seed), self.settings)
        return torch.from_numpy(image), torch.from_numpy(joints)


class PoseTask(lightning.LightningModule):
    """Cross entropy between each joint's softmax over places and a blob around its true place."""

    def __init__(self, settings: PretrainSettings) -> None:
        super().__init__()
        self.net = PoseNet().to(memory_format=torch.channels_last)
        self.settings = settings

    def forward(self, images: Tensor) -> Tensor:
        # (N, 96, 96, 3) uint8 → (N, 3, 96, 96) float, channels last in memory
        return self.net(images.permute(0, 3, 1, 2).float())

    def training_step(self, batch: tuple[Tensor, Tensor], _: int) -> Tensor:
        images, joints = batch
        loss = pose_loss(self(images), joints, self.settings.target_spread)
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch: tuple[Tensor, Tensor], _: int) -> None:
        images, joints = batch
        answer = self(images)
        self.log("val_loss", pose_loss(answer, joints, self.settings.target_spread))
        found = keypoints_of(answer)
        shown, gone = joints[:, :, 2] == 1, joints[:, :, 2] == 0
        near = (found[:, :, :2] - joints[:, :, :2]).norm(dim=2) < 0.3 * trunk_length(joints)
        self.log("val_within_0.3_trunk", near[shown].float().mean())
        wrists = near[:, WRISTS][shown[:, WRISTS]]
        self.log("val_wrists_within_0.3_trunk", wrists.float().mean())
        self.log("val_seen", (found[:, :, 2][shown] > 0.5).float().mean())
        self.log("val_absent_seen", (found[:, :, 2][gone] > 0.5).float().mean())

    def configure_optimizers(self):
        return one_cycle(
            self.parameters(),
            peak=self.settings.learning_rate,
            weight_decay=self.settings.weight_decay,
            total_steps=self.trainer.estimated_stepping_batches,
            rising=0.15,
        )


def trunk_length(joints: Tensor) -> Tensor:
    """(N, J, 3) → (N, 1) distance between the middles of the shoulders and of the hips."""
    shoulders, hips = joints[:, 1:3, :2].mean(dim=1), joints[:, 7:9, :2].mean(dim=1)
    return (shoulders - hips).norm(dim=1, keepdim=True).clamp(min=0.08)


def pose_loss(log_probabilities: Tensor, joints: Tensor, spread: float) -> Tensor:
    """Mean cross entropy over the joints that the teacher is sure of, hands counting most."""
    side = round((log_probabilities.shape[2] - 1) ** 0.5)
    centres = (torch.arange(side, device=joints.device) + 0.5) / side
    blob_x = _blob(joints[:, :, 0:1], centres, spread / side)
    blob_y = _blob(joints[:, :, 1:2], centres, spread / side)
    blob = (blob_y.unsqueeze(3) * blob_x.unsqueeze(2)).flatten(2)  # (N, J, P, P) → (N, J, P²)
    blob = blob / blob.sum(dim=2, keepdim=True).clamp(min=1e-6)
    shown = (joints[:, :, 2:] == 1).float()
    target = torch.cat([blob * shown, 1 - shown], dim=2)
    loss = -(target * log_probabilities).sum(dim=2)
    weight = (joints[:, :, 2] >= 0) * EMPHASIS.to(loss)
    return (loss * weight).sum() / weight.sum().clamp(min=1.0)


def _blob(positions: Tensor, centres: Tensor, spread: float) -> Tensor:
    return (-((positions - centres) ** 2) / (2 * spread**2)).exp()


def gather(
    data: Path, cache: Path, settings: PretrainSettings
) -> tuple[list[Picture], list[Picture]]:
    """Pictures to learn from and to measure on: the training and the validation split."""
    rng = np.random.default_rng(settings.seed)
    cached = CacheSettings()
    index, _ = prepare(data, cache, settings=cached)
    things = objects(data / "stills", "tiny-imagenet-200", every=settings.objects_every)
    recorded = load_msr(data / "skeletons") + load_bandai(data / "skeletons")
    motions = recorded + list(invented_motions(40, rng))

    def frames(split: str, per_clip: int) -> list[Picture]:
        chosen = [item for item in index if item[0].split == split]
        return list(clip_pictures(chosen, data / "clips_pose.npz", cached, per_clip=per_clip))

    training = [
        *stills(data / "stills", "har15", split="train"),
        *stills(data / "stills", "people"),
        *frames("train", settings.frames_per_clip),
        *drawn(motions, things, settings.drawn_people, rng),
        *figure_pictures(motions, settings.figures, rng),
        *things,
    ]
    validation = [*stills(data / "stills", "har15", split="val")[:600], *frames("val", 2)]
    return training, validation


def pretrain(
    data: Path,
    cache: Path,
    out: Path,
    settings: PretrainSettings,
    *,
    start_from: Path | None = None,
) -> None:
    """Train, keep the last epoch's weights (the schedule ends there) and write them to ``out``."""
    lightning.seed_everything(settings.seed)
    training, validation = gather(data, cache, settings)
    print(
        f"{len(training)} pictures to learn from, {len(validation)} to measure on, {LOOK_SIZE} px"
    )
    loaders = (
        DataLoader(
            PictureSet(training, Augmentation(), None),
            settings.batch_size,
            shuffle=True,
            drop_last=True,
            num_workers=settings.workers,
            persistent_workers=settings.workers > 0,
        ),
        DataLoader(PictureSet(validation, Augmentation(), settings.seed), settings.batch_size),
    )
    task = PoseTask(settings)
    if start_from is not None:
        task.net.load_state_dict(load_file(start_from))
    trainer = lightning.Trainer(
        max_epochs=settings.epochs,
        accelerator="auto",
        devices=1,
        logger=CSVLogger(out.parent, name=out.stem),
        callbacks=[ModelCheckpoint(out.parent / f"{out.stem}-checkpoints", save_last=True)],
        enable_progress_bar=False,
        log_every_n_steps=20,
    )
    trainer.fit(task, *loaders)
    out.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: part.contiguous() for name, part in task.net.state_dict().items()}, out)
    print({name: round(float(value), 4) for name, value in trainer.callback_metrics.items()})
