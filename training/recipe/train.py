"""Stage 2: a recurrent network that reads joints, from all takes at once.

    python -m training train ../shared/data --joints runs/joints --out runs/lrcn
    python -m training train ../shared/data --joints runs/joints --network convlstm --out runs/conv

What is learnt is told by ``datasets`` (which takes, called what), ``windows`` (which bit of them)
and ``variation`` (seen how). Nothing is chosen on films or people that are measured: the network of
the last step is the one that ships.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import lightning
import numpy as np
import torch
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import Tensor
from torch.nn import functional as F
from torch.utils.data import DataLoader, IterableDataset

from har_live.errors import HarLiveError
from har_live.lessons.windows import FIRST_JUDGED
from har_live.models.build import build_model
from har_live.models.config import ModelConfig
from har_live.models.window_model import WindowModel
from training.datasets import BY_NAME
from training.labels import LABELS
from training.learn.clip_task import FitTask, one_cycle
from training.learn.fit import fit
from training.learn.fit_settings import MachineSettings
from training.provenance import write_recipe
from training.recipe.find_joints import CLIP
from training.recipe.joint_windows import Windows
from training.recipe.lift import with_depths
from training.recipe.recorded import load_recorded
from training.recipe.takes import Take, load_clips, walks_by
from training.recipe.train_settings import TrainSettings

NETWORKS = {
    "lrcn": ModelConfig("lrcn", "joints", hidden=(256,), dropout=0.3),
    "convlstm": ModelConfig("convlstm", "joint_maps", hidden=(48,), places=4, dropout=0.3),
}
MODEL_FILE = "model.pt"


def train(
    data: Path,
    joints: Path,
    out: Path,
    settings: TrainSettings,
    machines: MachineSettings,
    *,
    start_from: Path | None = None,
    resume: bool = False,
) -> Path | None:
    """Train a network and write it, its curves and its recipe into ``out``.

    Args:
        start_from: go on from what an earlier training wrote, whatever labels that had.

    Returns:
        The file of the network; None in every process but the first.
    """
    torch.manual_seed(settings.seed)
    takes = learnt_takes(data, joints, settings)
    takes = with_depths(takes, steps=settings.lift_steps, seed=settings.seed)
    present = {take.label for take in takes}
    labels = tuple(label for label in LABELS if label in present)
    config = NETWORKS[settings.network]
    model = build_model(config, image_size=CLIP.image_size, num_labels=len(labels))
    # Halves the time of convolutions on a CPU.
    model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # not in its stubs
    if start_from is not None:
        take_over(model, labels, start_from)
    fitted = fit(
        JointTask(model, labels, settings),
        TakeData(Windows(takes, labels, CLIP), settings),
        out,
        machines,
        resume=resume,
    )
    if fitted is None:
        return None
    inputs = [joints, data / "skeletons", *([] if start_from is None else [start_from])]
    write_recipe(out, inputs=inputs, settings=asdict(settings))
    trained = {"config": config, "labels": labels, "state": fitted.model.state_dict()}
    torch.save(trained, out / MODEL_FILE)
    return out / MODEL_FILE


@torch.no_grad()
def take_over(model: WindowModel, labels: Sequence[str], run: Path) -> None:
    """Give ``model`` the numbers of an earlier training; labels that had none begin anew."""
    earlier, _, known = load_trained(run)
    state = earlier.state_dict()
    for name, own in model.state_dict().items():
        if not name.startswith("classifier."):
            own.copy_(state[name])
            continue
        for row, label in enumerate(labels):
            if label in known:
                own[row] = state[name][known.index(label)]


def load_trained(run: Path) -> tuple[WindowModel, ModelConfig, tuple[str, ...]]:
    """Load what ``train`` wrote: the network, how it is built, its labels."""
    with torch.serialization.safe_globals([ModelConfig]):
        trained = torch.load(run / MODEL_FILE, weights_only=True)
    config, labels = trained["config"], trained["labels"]
    model = build_model(config, image_size=CLIP.image_size, num_labels=len(labels))
    model.load_state_dict(trained["state"])
    return model.eval(), config, labels


def learnt_takes(data: Path, joints: Path, settings: TrainSettings) -> list[Take]:
    """Gather what is learnt from: recorded movements, and the clips of the train split, but nobody
    who walks by while they are said to do nothing.

    Raises:
        HarLiveError: a data set that is to be left out is none.
    """
    if unknown := set(settings.left_out) - BY_NAME.keys():
        raise HarLiveError(
            f"no data set {min(unknown)!r} to leave out; there are {', '.join(BY_NAME)}"
        )
    takes = load_recorded(data / "skeletons") + load_clips(data, joints)
    labels = set(LABELS).difference(settings.without_labels)
    return [
        take
        for take in takes
        if take.split == "train"
        and take.label in labels
        and take.dataset not in settings.left_out
        and not walks_by(take)
    ]


class JointTask(FitTask):
    """Cross entropy at every grid frame of a window at which it can be told what is being done."""

    settings: TrainSettings

    def training_step(self, batch: tuple[Tensor, ...], _: int) -> Tensor:
        joints, motion, labels, weights = batch
        features = self.model.clip_features(joints, motion)
        counts = range(FIRST_JUDGED + 1, labels.shape[1] + 1)
        logits = torch.stack(self.model.growing_logits(features, counts), dim=2)  # (N, K, T')
        labels, weights = labels[:, FIRST_JUDGED:], weights[:, FIRST_JUDGED:]
        losses = F.cross_entropy(
            logits, labels, reduction="none", label_smoothing=self.settings.label_smoothing
        )
        loss = (losses * weights).sum() / weights.sum()
        right = (logits[:, :, -1].argmax(1) == labels[:, -1]).float().mean()
        self.log("train_loss", loss, on_step=False, on_epoch=True, batch_size=len(labels))
        self.log("train_accuracy", right, on_step=False, on_epoch=True, batch_size=len(labels))
        return loss

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        settings = self.settings
        return one_cycle(
            [self.model.parameters()],
            peaks=[settings.learning_rate],
            weight_decay=settings.weight_decay,
            total_steps=settings.epochs * settings.steps,
            rising=0.1,
        )


class TakeData(lightning.LightningDataModule):
    """Batches of windows; all chance in them comes from the seed and the number of the round."""

    def __init__(self, windows: Windows, settings: TrainSettings) -> None:
        super().__init__()
        self.windows, self.settings = windows, settings

    def train_dataloader(self) -> DataLoader[tuple[Tensor, ...]]:
        return DataLoader(_Rounds(self), batch_size=None)


class _Rounds(IterableDataset[tuple[Tensor, ...]]):
    """The batches of a round, each time it is gone through those of the round that it is."""

    def __init__(self, data: TakeData) -> None:
        self._data = data

    def __len__(self) -> int:
        return self._data.settings.steps

    def __iter__(self) -> Iterator[tuple[Tensor, ...]]:
        settings, trainer = self._data.settings, self._data.trainer
        assert trainer is not None
        rng = np.random.default_rng([settings.seed, trainer.current_epoch])
        for _ in range(settings.steps):
            batch = self._data.windows.draw(settings.batch_size, rng, preceded=settings.preceded)
            yield tuple(torch.from_numpy(values) for values in vars(batch).values())
