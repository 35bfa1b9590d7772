"""Train several networks on one split with the same seeds, and say which is best and why.

    python -m training compare data/UCF50 --labels WalkingWithDog,TaiChi,Swing,HorseRace \\
        --leaky-split --out runs/compare

repeats the comparison of the notebook that this project grew from (four classes, 64×64 pixels, 20
frames), on a split by group and, to show what siblings on both sides do, on one without.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from har_live.card import Weights
from har_live.models.config import NetworkSpec
from har_live.scorers.onnx import OnnxScorer
from training.learn.clips import ClipResults, Material, gather, keep
from training.learn.fit import Fitted
from training.learn.fit_settings import ClipSettings, FitSettings, MachineSettings, NetworkSettings
from training.learn.pixels import VARIED, card_of, train_on
from training.learn.presets import preset_of

TIMED_FRAMES = 60


@dataclass(frozen=True)
class Comparison:
    """The networks that are compared, and the clips."""

    data: Path
    networks: NetworkSettings = field(default_factory=NetworkSettings)
    clips: ClipSettings = field(default_factory=ClipSettings)
    """``leaky_split`` trains on a split that ignores groups, too, and not instead."""
    fit: FitSettings = field(default_factory=FitSettings)
    """The seed is each of ``networks.seeds`` in turn."""
    machines: MachineSettings = field(default_factory=MachineSettings)


@dataclass(frozen=True)
class TrainingRun:
    """One training."""

    fitted: Fitted
    results: ClipResults


@dataclass(frozen=True)
class Trial:
    """One network on one split, trained once with every seed."""

    material: Material
    runs: tuple[TrainingRun, ...]

    def values(self, name: str) -> NDArray[np.float64]:
        """Return (seeds,) a measure of every run."""
        return np.array([run.results.measures[name] for run in self.runs])

    @property
    def confusion(self) -> NDArray[np.int64]:
        """(K, K) over all seeds: truth, answer."""
        total: NDArray[np.int64] = np.sum([run.results.confusion for run in self.runs], axis=0)
        return total


@dataclass(frozen=True)
class Contender:
    """A network, what it reached, and what it costs."""

    name: str
    by_group: Trial
    leaky: Trial | None
    num_parameters: int
    frame_ms: float
    """Milliseconds a grid frame: one stream, every open window advanced, ONNX Runtime, CPU."""
    weights: Weights
    """Weights of the seed with the lowest validation loss, ready to use."""


def compare(
    comparison: Comparison, cache: Path, out: Path, *, show_progress: bool = False
) -> list[Contender]:
    """Train everything into ``out``; a second call goes on where the first was interrupted."""
    contenders = []
    for name in comparison.networks.presets:
        preset = preset_of(name, grid_fps=comparison.clips.grid_fps)
        name = Path(name).name  # also where weights were given by their folder
        trial = partial(_trial, comparison, preset, cache, show_progress=show_progress)
        by_group = trial(out / "runs" / f"{name}-by-group", leaky=False)
        leaky = (
            trial(out / "runs" / f"{name}-leaky", leaky=True)
            if comparison.clips.leaky_split
            else None
        )
        best = min(by_group.runs, key=lambda run: run.fitted.lowest_loss)
        card = card_of(name, preset, by_group.material)
        weights = keep(best.fitted, best.results, by_group.material, card, out / name)
        size = sum(parameter.numel() for parameter in best.fitted.model.parameters())
        cost = frame_milliseconds(weights)
        contenders.append(Contender(name, by_group, leaky, size, cost, weights))
    return contenders


def _trial(
    comparison: Comparison,
    preset: NetworkSpec,
    cache: Path,
    folder: Path,
    *,
    leaky: bool,
    show_progress: bool,
) -> Trial:
    """Train with every seed, each into a folder of its own beside ``folder``."""
    material = gather(
        comparison.data,
        cache,
        preset.clip,
        labels=comparison.clips.labels,
        leaky=leaky,
        show_progress=show_progress,
    )
    runs = []
    for seed in range(comparison.networks.seeds):
        trained = train_on(
            material,
            preset,
            folder.with_name(f"{folder.name}-{seed}"),
            replace(comparison.fit, seed=seed),
            comparison.machines,
            variation=VARIED if comparison.clips.varied else None,
            resume=True,
            show_progress=show_progress,
        )
        assert trained is not None, "networks are compared in one process"
        runs.append(TrainingRun(*trained))
    return Trial(material, tuple(runs))


def frame_milliseconds(weights: Weights) -> float:
    """Measure the median time of one grid frame, in the shape of a live stream."""
    card = weights.card
    num_windows = -(-card.clip.num_frames // card.hop)
    windows = OnnxScorer(weights, device="cpu").open_windows(1, num_windows)
    size = card.clip.image_size
    frames = np.random.default_rng(0).integers(0, 256, (2, 1, size, size, 3), np.uint8)
    keep_all = np.ones((1, num_windows), bool)
    times = []
    for _ in range(TIMED_FRAMES):
        start = time.perf_counter()
        windows.advance((frames[0], frames[1]), keep_all, np.array([0]))
        times.append(time.perf_counter() - start)
    return float(np.median(times)) * 1e3


def choose(contenders: Sequence[Contender]) -> tuple[Contender, str]:
    """Choose the best one; return it and the reason.

    The highest mean macro F1 by group wins; where others come nearer than the seeds spread, the
    cheapest of these does.
    """

    def mean(contender: Contender) -> float:
        return float(contender.by_group.values("macro_f1").mean())

    first = max(contenders, key=mean)
    spread = max(float(c.by_group.values("macro_f1").std()) for c in contenders)
    near = [c for c in contenders if mean(first) - mean(c) <= spread]
    cheapest = min(near, key=lambda c: c.frame_ms)
    figure = f"mean macro F1 {mean(cheapest):.2f} by group"
    if len(contenders) == 1:
        return first, f"it ran alone: {figure}"
    if len(near) == 1:
        return first, f"{figure}, ahead of the next by more than the seeds spread (±{spread:.2f})"
    return cheapest, (
        f"{figure}; {len(near)} networks lie within the spread of the seeds (±{spread:.2f}), and "
        f"this one costs least: {cheapest.frame_ms:.2f} ms a frame"
    )
