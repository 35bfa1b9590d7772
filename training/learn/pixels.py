"""Train a whole network on the pictures of clips, from scratch.

    python -m training show data/UCF50
    python -m training train-pixels data/UCF50 --labels Biking,Diving,Punch,TaiChi --out runs/four

From top to bottom: the network, the data, the training, what it reached, what is kept of it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import cv2
import lightning
import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix
from torch import nn
from torch.utils.data import Dataset

from har_live.card import ModelCard, Weights, open_weights
from har_live.errors import HarLiveError, SourceError
from har_live.models.build import build_model
from har_live.models.config import PRESETS, Preset
from har_live.types import ClipSpec
from training.data.clip_windows import (
    ClipData,
    Index,
    LearntWindows,
    MeasuredWindows,
    cache_settings,
    choose_labels,
    split_clips,
)
from training.data.prepare import prepare
from training.data.windows import Variation
from training.features.bank import Bank
from training.learn.fit import ClipTask, FitSettings, Fitted, Machines, fit
from training.measure.measures import best_temperature, by_source, clip_measures
from training.measure.plots import draw_confusion, draw_curves
from training.ship.export import export_weights

log = logging.getLogger(__name__)

VARIED = Variation()


def preset_of(name: str, *, grid_fps: float | None = None) -> Preset:
    """A preset by its name, or the network of a weights folder, to be trained from scratch.

    Args:
        grid_fps: look at this many frames a second instead of the preset's own.
    """
    preset = PRESETS.get(name)
    if preset is None:
        try:
            card = open_weights(name).card
        except HarLiveError as error:
            raise HarLiveError(f"no preset {name!r} among {', '.join(PRESETS)}; {error}") from None
        preset = Preset(card.model, card.clip)
    return replace(preset, clip=replace(preset.clip, grid_fps=grid_fps or preset.clip.grid_fps))


# --- data ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Material:
    """Cached clips, split."""

    learnt: Index
    measured: Index
    labels: tuple[str, ...]
    leaky: bool
    """True where the split was told to ignore groups: its figures measure memory."""
    groups: int
    """Scenes or people among the clips; as many as clips where nothing is known of them."""

    @property
    def split(self) -> str:
        """One line for people."""
        counts = f"{len(self.learnt)} clips learnt, {len(self.measured)} measured"
        if self.leaky:
            return f"LEAKY, groups ignored: {counts}"
        if self.groups == len(self.learnt) + len(self.measured):
            return f"by clip, no groups known: {counts}"
        return f"by group ({self.groups} groups): {counts}"

    def marks(self, reached: dict[str, float]) -> dict[str, Any]:
        """Figures that say which split they come from."""
        return {"leaky": self.leaky, "split": self.split, "clips": len(self.measured), **reached}


def gather(
    data: Path,
    cache: Path,
    spec: ClipSpec,
    *,
    labels: Sequence[str] = (),
    leaky: bool = False,
    show_progress: bool = False,
) -> Material:
    """Cache and split the clips of some labels, or of all.

    Raises:
        SourceError: there are fewer than two labels, or nothing to measure on.
    """
    index, broken = prepare(data, cache, settings=cache_settings(spec), show_progress=show_progress)
    for path, reason in broken.items():
        log.warning("left out: %s: %s", path, reason)
    frames_of = {clip.path: frames for clip, frames in index}
    clips = split_clips(choose_labels([clip for clip, _ in index], labels), leaky=leaky)
    sides = {
        split: [(clip, frames_of[clip.path]) for clip in clips if clip.split == split]
        for split in ("train", "val")
    }
    names = tuple(sorted({clip.label for clip, _ in sides["train"]}))
    strange = sorted({clip.label for clip, _ in sides["val"]} - set(names))
    if len(names) < 2 or not sides["val"] or strange:
        raise SourceError(
            f"{data}: {len(names)} labels to learn, {len(sides['val'])} clips to measure on"
            + (f", of which {', '.join(strange)} would never be learnt" if strange else "")
            + "; expected at least two labels with clips of two groups each"
        )
    _compare_lengths(sides["train"], spec)
    groups = len({clip.group for clip, _ in sides["train"] + sides["val"]})
    return Material(sides["train"], sides["val"], names, leaky, groups)


def _compare_lengths(index: Index, spec: ClipSpec) -> None:
    """Say so where most of a window would be a clip's last frame, held."""
    lengths = [len(np.load(path, mmap_mode="r")) for _, path in index]
    seconds = float(np.median(lengths)) / cache_settings(spec).cache_fps
    if seconds < 0.6 * spec.window_seconds:
        log.warning(
            "most clips are shorter (%.1f s) than a window (%.1f s): --grid-fps %.0f fits better",
            seconds,
            spec.window_seconds,
            spec.num_frames / seconds,
        )


# --- the training --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reached:
    """What a network says of the measured clips."""

    measures: dict[str, float]
    """``top1``, ``macro_f1``, ``ece``, … as ``training.measure.measures`` has them."""
    confusion: NDArray[np.int64] = field(repr=False)
    """(K, K) clips: truth, answer."""


def train_on(
    material: Material,
    preset: Preset,
    run: Path,
    settings: FitSettings,
    machines: Machines,
    *,
    variation: Variation | None = VARIED,
    **options: Any,
) -> tuple[Fitted, Reached] | None:
    """Train a preset's network and measure its best checkpoint; ``options`` are those of ``fit``.

    Returns:
        None in every process but the first.
    """
    lightning.seed_everything(settings.seed, verbose=False)
    spec, labels = preset.clip, material.labels
    model = build_model(preset.model, image_size=spec.image_size, num_labels=len(labels))
    set_first_weights(model)
    learnt = LearntWindows(material.learnt, labels, spec, variation=variation, seed=settings.seed)
    measured = MeasuredWindows(material.measured, labels, spec)
    return fit_and_measure(
        ClipTask(model, labels, settings), learnt, measured, material, run, machines, **options
    )


def set_first_weights(model: nn.Module) -> None:
    """Those of Keras, for which the notebook's networks were designed.

    With PyTorch's own, four ReLU layers let the picture fade: after 160 steps on four yoga poses
    the loss of seed-lrcn was 1.37, that of guessing, and 0.97 with these.
    """
    for name, layer in model.named_modules():
        if not isinstance(layer, nn.Conv2d | nn.Linear):
            continue
        if "from_hidden" in name:
            nn.init.orthogonal_(layer.weight)
        else:
            nn.init.xavier_uniform_(layer.weight)
        # The cells' biases make them remember by default and stay as they are.
        if layer.bias is not None and "from_input" not in name:
            nn.init.zeros_(layer.bias)


def fit_and_measure(
    task: ClipTask,
    learnt: Dataset,
    measured: Dataset,
    material: Material,
    run: Path,
    machines: Machines,
    **options: Any,
) -> tuple[Fitted, Reached] | None:
    """The same for windows of any kind: ``learnt`` and ``measured`` are what ``ClipData`` takes."""
    settings = task.settings
    data = ClipData(
        learnt,
        measured,
        batch_size=settings.batch_size,
        seed=settings.seed,
        workers=machines.workers,
    )
    fitted = fit(task, data, run, machines, **options)
    return None if fitted is None else (fitted, measure(task, measured, material.measured))


# --- what it reached -----------------------------------------------------------------------------


@torch.inference_mode()
def measure(task: ClipTask, measured: Dataset, index: Index) -> Reached:
    """Set the temperature on the measured clips and judge the mean scores of each one's windows."""
    task.eval()
    logits, rows = [], []
    for number, (clip, _) in enumerate(index):
        windows, _ = measured[number]
        logits.append(task.logits(windows).float())
        rows += [(clip.label, clip.dataset, clip.group, clip.path)] * len(windows)
    answers, bank = torch.cat(logits), _without_features(rows)
    task.model.temperature.fill_(best_temperature(answers, bank, task.labels))
    scores = (answers / task.model.temperature).softmax(dim=1).numpy()
    means, truths, _ = by_source(scores, bank)
    best = np.array(task.labels)[means.argmax(axis=1)]
    counts = confusion_matrix(truths, best, labels=list(task.labels))
    return Reached(clip_measures(scores, bank, task.labels), counts)


def _without_features(rows: list[tuple[str, str, str, str]]) -> Bank:
    """Windows as the measures know them: whose they are, not what they show."""
    nothing = np.zeros((len(rows), 0), np.float16)
    return Bank(nothing, nothing, *(np.array(column) for column in zip(*rows, strict=True)))


# --- what is kept of it --------------------------------------------------------------------------


def card_of(name: str, preset: Preset, material: Material) -> ModelCard:
    """The card of a network trained on pictures."""
    names = sorted({clip.dataset for clip, _ in material.learnt})
    return ModelCard(
        name=name,
        labels=material.labels,
        model=preset.model,
        clip=preset.clip,
        description=f"{preset.model.architecture}, trained from scratch on {', '.join(names)}.",
        sources=tuple({"name": n, "licence": "not stated", "use": "clips"} for n in names),
    )


def keep(
    fitted: Fitted, reached: Reached, material: Material, card: ModelCard, out: Path
) -> Weights:
    """Write a weights folder with its figures and pictures; those of a leaky split are marked."""
    top1 = reached.measures["top1"]
    card = replace(
        card,
        accuracy=f"{top1:.0%} of the clips; split {material.split}",
        metrics=material.marks(reached.measures),
    )
    weights = export_weights(fitted.model, card, out)
    draw_curves(fitted.log, out / "curves.png")
    draw_confusion(reached.confusion, list(material.labels), out / "confusion.png")
    if material.leaky:
        mark_leaky(out / "curves.png", out / "confusion.png")
    return weights


def mark_leaky(*pictures: Path) -> None:
    """A red line on top of pictures whose figures measure memory."""
    for path in pictures:
        image = cv2.copyMakeBorder(
            cv2.imread(str(path)), 34, 0, 0, 0, cv2.BORDER_CONSTANT, value=(40, 40, 200)
        )
        text = "LEAKY SPLIT: siblings of a clip on both sides"
        cv2.putText(image, text, (10, 23), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (255, 255, 255), 1, 16)
        cv2.imwrite(str(path), image)
