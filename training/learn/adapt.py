"""Teach weights a user's own actions: the frame encoder stays as it is, the rest learns anew.

    python -m training adapt my-clips --weights everyday-lrcn --out mine
    har-live live --weights mine

The encoder looks at every window once; what it says is kept, so that learning takes seconds.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import lightning
import torch
from rich.progress import track
from torch import Tensor, nn
from torch.utils.data import Dataset

from har_live.card import Weights
from har_live.models.window_model import NO_UNKNOWN, WindowModel
from har_live.scorers.torch import load_model
from har_live.types import NONE
from training.data.clip_windows import LearntWindows, MeasuredWindows
from training.data.windows import Variation
from training.learn.clip_task import ClipTask
from training.learn.clips import fit_and_measure, gather, keep
from training.learn.fit_settings import FitSettings, Machines

log = logging.getLogger(__name__)


FEW_CLIPS = FitSettings(
    epochs=80, learning_rate=1e-3, label_smoothing=0.1, patience=30, feature_noise=0.1
)
"""What suits a few dozen clips."""


@dataclass(frozen=True)
class AdaptSettings:
    """How weights are taught other labels."""

    copies: int = 8
    """Differently varied windows of each clip; an epoch sees one of them."""
    fit: FitSettings = FEW_CLIPS


class LearntFeatures(Dataset):
    """What the encoder says of ``copies`` windows of each clip, a copy an epoch."""

    def __init__(self, model: WindowModel, windows: LearntWindows, copies: int) -> None:
        self.copies, self.count = copies, len(windows)
        keys = [(copy, number) for copy in range(copies) for number in range(self.count)]
        self._seen = [
            (features_of(model, window[None])[0], label)
            for window, label in track(
                (windows[key] for key in keys), "looking at clips", total=len(keys)
            )
        ]

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, key: tuple[int, int]) -> tuple[Tensor, int]:
        epoch, number = key
        features, label = self._seen[epoch % self.copies * self.count + number]
        return features.float(), label


class MeasuredFeatures(Dataset):
    """What the encoder says of the windows of each measured clip."""

    def __init__(self, model: WindowModel, windows: MeasuredWindows) -> None:
        items = (windows[number] for number in range(len(windows)))
        self._seen = [(features_of(model, clip), label) for clip, label in items]

    def __len__(self) -> int:
        return len(self._seen)

    def __getitem__(self, number: int) -> tuple[Tensor, int]:
        features, label = self._seen[number]
        return features.float(), label if number >= 0 else -1


@torch.inference_mode()
def features_of(model: WindowModel, windows: Tensor) -> Tensor:
    """(N, T + 1, S, S, 3) uint8 → (N, T, …) float16, one window at a time to spare memory."""
    return torch.cat([model.clip_features(window[None]).half() for window in windows])


def with_labels(weights: Weights, count: int) -> WindowModel:
    """The network of some weights with all they know, but for ``count`` other labels.

    Raises:
        WeightsError: the file is not the one of its card, or does not fit it.
    """
    model = load_model(weights)
    model.classifier = nn.Linear(model.classifier.in_features, count)
    model.temperature.fill_(1.0)
    model.unknown_logit.fill_(NO_UNKNOWN)
    model.encoder.requires_grad_(False)
    return model


def adapt(
    data: Path,
    weights: Weights,
    out: Path,
    cache: Path,
    settings: AdaptSettings,
    *,
    labels: Sequence[str] = (),
    show_progress: bool = True,
) -> Weights:
    """Write weights that know the labels of ``data``; a second time into ``out`` begins anew."""
    card = weights.card
    material = gather(data, cache, card.clip, labels=labels, show_progress=show_progress)
    if NONE not in material.labels:
        log.warning(
            "no clips of %r (people doing nothing special): it will always see an action", NONE
        )
    lightning.seed_everything(settings.fit.seed, verbose=False)
    spec, names = card.clip, material.labels
    model = with_labels(weights, len(names))
    seen = LearntFeatures(
        model,
        LearntWindows(material.learnt, names, spec, variation=Variation(), seed=settings.fit.seed),
        settings.copies,
    )
    measured = MeasuredFeatures(model, MeasuredWindows(material.measured, names, spec))
    shutil.rmtree(out / "run", ignore_errors=True)
    # Only what follows the encoder runs from here on: its dropout may wake up.
    task = ClipTask(model.train(), names, settings.fit)
    machines = Machines(accelerator="cpu")
    fitted, reached = fit_and_measure(task, seen, measured, material, out / "run", machines)
    datasets = sorted({clip.dataset for clip, _ in material.learnt})
    own = tuple({"name": name, "licence": "the user's own", "use": "clips"} for name in datasets)
    card = replace(
        card,
        name=out.name,
        labels=names,
        description=f"{card.name}, taught {', '.join(names)}.",
        smoothing=replace(card.smoothing, enter_of={}),
        sources=(*card.sources, *own),
    )
    return keep(fitted, reached, material, card, out)
