"""Makes weights of clips, whatever the network reads: gather, fit, measure, keep."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix
from torch import Tensor

from har_live.card import ModelCard, Weights
from har_live.errors import SourceError
from har_live.models.window_model import WindowModel
from har_live.types import ClipSpec
from training.data.layouts import read_clips
from training.data.pixel_dataset import (
    ClipData,
    Index,
    LearntWindows,
    MeasuredWindows,
    cache_settings,
)
from training.data.prepare import cache_clips
from training.data.split import choose_labels, parts, split_clips
from training.export.weights import export_weights
from training.learn.clip_task import ClipTask
from training.learn.fit import Fitted, fit
from training.learn.fit_settings import MachineSettings
from training.measure.measures import JudgedWindows, best_temperature, by_source, clip_measures
from training.measure.plots import draw_confusion, draw_curves, mark_leaky

log = logging.getLogger(__name__)

# --- gather --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Material:
    """Cached clips, split: their frames, or the joints that were found in them."""

    learnt: Index
    measured: Index
    labels: tuple[str, ...]
    leaky: bool
    """True where the split was told to ignore groups: its figures measure memory."""
    groups: int
    """Scenes or people among the clips; as many as clips where nothing is known of them."""

    @property
    def split(self) -> str:
        """The split, in one line for people."""
        counts = f"{len(self.learnt)} clips learnt, {len(self.measured)} measured"
        if self.leaky:
            return f"LEAKY, groups ignored: {counts}"
        if self.groups == len(self.learnt) + len(self.measured):
            return f"by clip, no groups known: {counts}"
        return f"by group ({self.groups} groups): {counts}"

    def marks(self, results: dict[str, float]) -> dict[str, Any]:
        """Add to figures which split they come from."""
        return {"leaky": self.leaky, "split": self.split, "clips": len(self.measured), **results}


def gather(
    data: Path,
    cache: Path,
    spec: ClipSpec,
    *,
    labels: Sequence[str] = (),
    leaky: bool = False,
    show_progress: bool = False,
) -> Material:
    """Cache and split the frames of the clips of some labels, or of all.

    Raises:
        SourceError: see ``split_material``.
    """
    root, clips = read_clips(data)
    chosen = choose_labels(clips, labels)
    settings = cache_settings(spec)
    index, broken = cache_clips(root, chosen, cache, settings, show_progress=show_progress)
    material = split_material(data, index, broken, leaky=leaky)
    _compare_lengths(material.learnt, spec)
    return material


def split_material(
    data: Path, index: Index, broken: Mapping[str, str], *, leaky: bool = False
) -> Material:
    """Split clips that are cached.

    Args:
        data: where they come from, for messages.
        broken: why others are not, by their paths.

    Raises:
        SourceError: there are fewer than two labels, or nothing to measure on.
    """
    for path, reason in broken.items():
        log.warning("left out: %s: %s", path, reason)
    file_of = {clip.path: file for clip, file in index}
    clips = split_clips([clip for clip, _ in index], leaky=leaky)
    sides = {
        split: [(clip, file_of[clip.path]) for clip in clips if clip.split == split]
        for split in ("train", "val")
    }
    names = tuple(sorted({clip.label for clip, _ in sides["train"]}))
    strange = sorted({clip.label for clip, _ in sides["val"]} - set(names))
    if len(names) < 2 or not sides["val"] or strange:
        raise SourceError(
            f"{data}: {len(names)} labels to learn, {len(sides['val'])} clips to measure on"
            + (f", of which {', '.join(strange)} would never be learnt" if strange else "")
            + "; expected at least two labels with clips of two groups each, and the splits train "
            f"and val; there are {parts(clips) or 'no clips'}"
        )
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


# --- fit and measure -----------------------------------------------------------------------------


@dataclass(frozen=True)
class ClipResults:
    """The figures of a network on the measured clips."""

    measures: dict[str, float]
    """``top1``, ``macro_f1``, ``ece``, … as ``training.measure.measures`` has them."""
    confusion: NDArray[np.int64] = field(repr=False)
    """(K, K) clips: truth, answer."""


def fit_and_measure(
    task: ClipTask,
    learnt: LearntWindows,
    measured: MeasuredWindows,
    material: Material,
    run: Path,
    machines: MachineSettings,
    **options: Any,
) -> tuple[Fitted, ClipResults] | None:
    """Fit and measure on windows of any kind: ``learnt`` and ``measured`` are what ``ClipData``
    takes."""
    settings = task.settings
    data = ClipData(
        learnt,
        measured,
        batch_size=settings.batch_size,
        seed=settings.seed,
        workers=machines.workers,
    )
    fitted = fit(task, data, run, machines, **options)
    if fitted is None:
        return None
    windows = ((measured[number][0],) for number in range(len(measured)))
    return fitted, measure(fitted.model, windows, material)


@torch.inference_mode()
def measure(
    model: WindowModel, windows: Iterable[tuple[Tensor, ...]], material: Material
) -> ClipResults:
    """Set the temperature on the measured clips and judge the mean scores of each one's windows.

    Args:
        windows: of each measured clip, as ``model.forward`` takes them.
    """
    labels = material.labels
    logits = [model.clip_logits(*own).float() for own in windows]
    clips = [clip for clip, _ in material.measured]
    owners = [clip for clip, own in zip(clips, logits, strict=True) for _ in own]
    answers, judged = torch.cat(logits), JudgedWindows.of_clips(owners)
    model.temperature.fill_(best_temperature(answers, judged, labels))
    scores = (answers / model.temperature).softmax(dim=1).numpy()
    means, truths, _ = by_source(scores, judged)
    best = np.array(labels)[means.argmax(axis=1)]
    counts = confusion_matrix(truths, best, labels=list(labels))
    return ClipResults(clip_measures(scores, judged, labels), counts)


# --- keep ----------------------------------------------------------------------------------------


def keep(
    fitted: Fitted, results: ClipResults, material: Material, card: ModelCard, out: Path
) -> Weights:
    """Write a weights folder with its figures and pictures; those of a leaky split are marked."""
    top1 = results.measures["top1"]
    card = replace(
        card,
        accuracy=f"{top1:.0%} of the clips; split {material.split}",
        metrics=material.marks(results.measures),
    )
    weights = export_weights(fitted.model, card, out)
    draw_curves(fitted.log, out / "curves.png")
    draw_confusion(results.confusion, list(material.labels), out / "confusion.png")
    if material.leaky:
        mark_leaky(out / "curves.png", out / "confusion.png")
    return weights
