"""Train the recurrent part on what the frozen encoder says of clips and skeletons.

    python -m training prepare ../shared/data
    python -m training pretrain ../shared/data --out runs/pose.safetensors
    python -m training encode ../shared/data --pose runs/pose.safetensors --out runs/bank
    python -m training train runs/bank --architecture lrcn --out runs/everyday-lrcn

From top to bottom: the settings, the data, the model's task, the fit.
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
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset, TensorDataset, WeightedRandomSampler

from har_live.card import ModelCard
from har_live.models.build import build_model
from har_live.models.config import Architecture, ModelConfig
from har_live.models.pose import JOINTS
from har_live.models.pose_motion import NUM_POSE_FEATURES, PoseMotion
from har_live.models.window_model import WindowModel
from har_live.types import ClipSpec
from training.encode import label_set
from training.features import MADE, Bank
from training.joint_windows import JointWindows
from training.measures import best_temperature, clip_measures


@dataclass(frozen=True)
class TrainSettings:
    """The defaults; what made a set of shipped weights is in its README."""

    architecture: Architecture = "lrcn"
    hidden: tuple[int, ...] = (256,)
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
    pose_noise: float = 0.12
    """Deviation of the noise on standardised pose features: gestures are fine."""
    motion_noise: float = 0.5
    """The same for motion features, which are coarse and many."""
    motion_dropped: float = 0.35
    """Share of windows whose motion features are hidden: skeletons have none either."""
    pose_dropped: float = 0.15
    """Share of windows whose pose features are hidden, as in the dark."""
    windows_per_epoch: int = 8000
    """At most: a smaller bank is gone through once."""
    filmed_share: float = 0.4
    """Share of the windows shown that come from real clips; the rest is drawn, held or joints."""
    balance: float = 0.5
    """0 shows every window equally often, 1 every pair of data set and label."""
    keep: Literal["best", "last"] = "best"
    """Which epoch: the best on the validation clips, or the last, chosen by nothing."""
    seed: int = 0

    def model(self) -> ModelConfig:
        return ModelConfig(
            architecture=self.architecture,
            encoder="pose_motion",
            hidden=self.hidden,
            dropout=self.dropout,
            encoder_options={"maps": self.architecture == "convlstm"},
        )


SETTINGS = {
    "lrcn": TrainSettings(),
    "convlstm": TrainSettings(architecture="convlstm", hidden=(16,), epochs=10),
}

MEASURED_FOR_SCALE = 8000
"""Windows from which each feature's mean and deviation are taken."""

# --- data ----------------------------------------------------------------------------------------


def features_of(bank: Bank, architecture: Architecture) -> Tensor:
    """(N, T, …) float: the form that this architecture reads."""
    return torch.from_numpy(bank.vectors if architecture == "lrcn" else bank.maps)


class LearntWindows(Dataset):
    """Encoded windows, then joints alone; a batch is put together at once.

    An item is the features (T, …), the label's index and (K,) bool: the labels that occur in the
    window's own data set.
    """

    def __init__(
        self,
        bank: Bank,
        joints: JointWindows | None,
        labels: tuple[str, ...],
        architecture: Architecture,
    ) -> None:
        self.encoded = features_of(bank, architecture)
        self.joints, self.architecture = joints, architecture
        alone = (joints.labels, joints.datasets) if joints is not None else ([], [])
        self.names = np.concatenate([bank.labels, alone[0]]).astype(str)
        self.datasets = np.concatenate([bank.datasets, alone[1]]).astype(str)
        self.labels = label_indices(self.names, labels)
        self.own = own_labels(self.names, self.datasets, labels)

    def __len__(self) -> int:
        return len(self.names)

    def __getitems__(self, indices: list[int]) -> list[tuple[Tensor, Tensor, Tensor]]:
        rows = torch.tensor(indices)
        return list(zip(self.features(rows), self.labels[rows], self.own[rows], strict=True))

    def features(self, rows: Tensor) -> Tensor:
        """(n,) rows → (n, T, …) float."""
        features = torch.empty(len(rows), *self.encoded.shape[1:])
        alone = rows >= len(self.encoded)
        features[~alone] = self.encoded[rows[~alone]].float()
        if alone.any():
            features[alone] = self.joints.features(
                rows[alone] - len(self.encoded), self.architecture
            )
        return features


def standardise(encoder: PoseMotion, features: Tensor) -> None:
    """Set the encoder's mean and deviation to those of (N, T, …) features; NaN are left out."""
    dims = [d for d in range(features.dim()) if d != 2]
    values = features.float()
    mean = values.nanmean(dim=dims, keepdim=True)
    deviation = (values - mean).square().nanmean(dim=dims, keepdim=True).sqrt()
    encoder.mean.copy_(mean.reshape(encoder.mean.shape))
    encoder.deviation.copy_(deviation.reshape(encoder.deviation.shape).clamp(min=1e-3))


def label_indices(names: NDArray[np.str_], labels: tuple[str, ...]) -> Tensor:
    """(N,) index of each window's label."""
    return torch.tensor([labels.index(name) for name in names])


def own_labels(
    names: NDArray[np.str_], datasets: NDArray[np.str_], labels: tuple[str, ...]
) -> Tensor:
    """(N, K) bool: the labels that occur in each window's data set."""
    occurring = {dataset: set(names[datasets == dataset]) for dataset in set(datasets)}
    masks = {dataset: [label in own for label in labels] for dataset, own in occurring.items()}
    return torch.tensor([masks[dataset] for dataset in datasets])


def balanced_sampler(windows: LearntWindows, settings: TrainSettings) -> WeightedRandomSampler:
    """Draws windows so that small data sets and rare labels are seen often enough."""
    kinds = np.char.add(np.char.add(windows.datasets, "/"), windows.names)
    _, inverse, counts = np.unique(kinds, return_inverse=True, return_counts=True)
    weights = counts[inverse].astype(float) ** -settings.balance
    filmed = ~np.isin(windows.datasets, MADE)
    if filmed.any() and not filmed.all():
        weights[filmed] *= settings.filmed_share / weights[filmed].sum()
        weights[~filmed] *= (1 - settings.filmed_share) / weights[~filmed].sum()
    generator = torch.Generator().manual_seed(settings.seed)
    count = min(settings.windows_per_epoch, len(windows))
    return WeightedRandomSampler(weights.tolist(), count, generator=generator)


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

    def standardised(self, features: Tensor) -> Tensor:
        encoder = self.model.encoder
        return ((features.float() - encoder.mean) / encoder.deviation).clamp(-6, 6)

    def training_step(self, batch: tuple[Tensor, Tensor, Tensor], _: int) -> Tensor:
        features, labels, own = batch
        logits = self.model.feature_logits(self._disturbed(self.standardised(features)))
        loss = F.cross_entropy(logits, labels, label_smoothing=self.settings.label_smoothing)
        among_own = logits.masked_fill(~own, -1e4)
        loss = loss + self.settings.within_weight * F.cross_entropy(among_own, labels)
        self.log("train_loss", loss, on_step=False, on_epoch=True)
        accuracy = (logits.argmax(dim=1) == labels).float().mean()
        self.log("train_accuracy", accuracy, on_step=False, on_epoch=True)
        return loss

    def _disturbed(self, features: Tensor) -> Tensor:
        """Noise on everything; pose or motion hidden in some windows. Hidden or NaN becomes 0."""
        settings = self.settings
        hide_motion = torch.rand(len(features)) < settings.motion_dropped
        hide_pose = torch.rand(len(features)) < settings.pose_dropped
        is_pose = pose_channels(features.shape[2], settings.architecture)
        noise = torch.where(is_pose, settings.pose_noise, settings.motion_noise)
        noise = noise.reshape(-1, *[1] * (features.dim() - 3))
        features = features + noise * torch.randn_like(features)
        hide_motion &= ~hide_pose
        hidden = torch.where(is_pose, hide_pose[:, None], hide_motion[:, None])
        hidden = hidden.reshape(len(features), 1, -1, *[1] * (features.dim() - 3))
        return features.masked_fill(hidden, 0.0).nan_to_num(0.0)

    def validation_step(self, batch: tuple[Tensor], _: int) -> None:
        logits = self.model.feature_logits(self.standardised(batch[0]).nan_to_num(0.0))
        self._answers.append(logits)

    def on_validation_epoch_end(self) -> None:
        scores = torch.cat(self._answers).softmax(dim=1).numpy()
        self._answers.clear()
        measures = clip_measures(scores, self.validation, self.labels)
        for name, value in measures.items():
            self.log(f"val_{name}", value)

    @torch.inference_mode()
    def logits_of(self, loader: DataLoader) -> Tensor:
        """(N, K) logits of undisturbed windows."""
        self.eval()
        batches = [self.standardised(features).nan_to_num(0.0) for (features,) in loader]
        return torch.cat([self.model.feature_logits(batch) for batch in batches])

    def configure_optimizers(self):
        heads = [*self.model.cells.parameters(), *self.model.classifier.parameters()]
        optimizer = torch.optim.AdamW(
            heads, lr=self.settings.learning_rate, weight_decay=self.settings.weight_decay
        )
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer,
            self.settings.learning_rate,
            total_steps=int(self.trainer.estimated_stepping_batches),
            pct_start=0.2,
        )
        return [optimizer], [{"scheduler": schedule, "interval": "step"}]


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
    """Of the validation clips' windows, at the best checkpoint."""


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
    task = ActionTask(model, labels, validation, settings)
    sampler = balanced_sampler(learnt, settings)
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
    logits = task.logits_of(measured)
    model.temperature.fill_(best_temperature(logits, validation, labels))
    scores = (logits / model.temperature).softmax(dim=1).numpy()
    card = ModelCard(name=out.name, labels=labels, model=settings.model(), clip=spec)
    return Trained(model.eval(), card, clip_measures(scores, validation, labels))
