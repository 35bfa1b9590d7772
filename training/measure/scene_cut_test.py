"""Measures how many cuts are found, and how often one is seen where there is none.

    python -m training.measure.scene_cut_test DATA CACHE

Clips of different scenes are joined: each join is a cut. Inside the clips there is none, but for a
few that their makers left, which count as false here.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from har_live.recognizer.scene_cuts import CutDetector
from har_live.transforms import to_network
from har_live.types import ClipSpec
from training.data.prepare import CacheSettings, prepare
from training.figure.script import DEFAULT_SCRIPT
from training.figure.source import FigureSource

GRID_FPS = 8


@dataclass(frozen=True)
class ClipScene:
    """The pictures of one clip."""

    group: str
    pictures: NDArray[np.uint8]
    """(K, S, S, 3) RGB, at the grid's rate."""


@dataclass(frozen=True)
class CutFigures:
    """All that a detector makes of joined scenes."""

    num_joins: int
    num_found: int
    num_false: int
    """Cuts seen inside scenes."""
    hours: float
    """Length of the scenes together."""

    def __str__(self) -> str:
        recall, rate = self.num_found / self.num_joins, self.num_false / self.hours
        return (
            f"found {self.num_found} of {self.num_joins} ({recall:.1%}), "
            f"false {self.num_false} in {self.hours:.2f} h ({rate:.1f} an hour)"
        )


def measure_cuts(scenes: Sequence[ClipScene], *, seed: int = 0) -> CutFigures:
    """Join every scene to one of another group and look for cuts.

    Raises:
        ValueError: all scenes are of one group.
    """
    if len({scene.group for scene in scenes}) < 2:
        raise ValueError("scenes are all of one group; expected at least two groups")
    random = np.random.default_rng(seed)
    num_found = num_false = 0
    for scene in scenes:
        detector = CutDetector()
        num_false += sum(detector.is_cut(picture) for picture in scene.pictures)
        others = [other for other in scenes if other.group != scene.group]
        num_found += detector.is_cut(others[random.integers(len(others))].pictures[0])
    num_pictures = sum(len(scene.pictures) for scene in scenes)
    return CutFigures(len(scenes), num_found, num_false, num_pictures / GRID_FPS / 3600)


def measure_figure(*, seconds: float | None = None) -> CutFigures:
    """Measure the same of the built-in figure's script or its first seconds: its takes are
    known."""
    source = FigureSource(fps=GRID_FPS, seconds=seconds, width=320, height=240)
    spec, detector = ClipSpec(image_size=CacheSettings().image_size), CutDetector()
    seen = np.array([detector.is_cut(to_network(frame.picture, spec)) for frame in source])
    ends_seconds = np.cumsum([passage.seconds for passage in DEFAULT_SCRIPT])
    passages = np.searchsorted(ends_seconds, np.arange(len(seen)) / GRID_FPS, side="right")
    takes = [DEFAULT_SCRIPT[passage].take for passage in passages]
    joins = np.array([False, *(before != after for before, after in pairwise(takes))])
    hours = len(seen) / GRID_FPS / 3600
    return CutFigures(int(joins.sum()), int(seen[joins].sum()), int(seen[~joins].sum()), hours)


def darkened(scene: ClipScene) -> ClipScene:
    """Darken a scene as a camera sees it by night: a seventh of the light, and noise."""
    noise = np.random.default_rng(0).normal(0, 6, scene.pictures.shape)
    dark = np.clip(scene.pictures * 0.15 + noise, 0, 255).astype(np.uint8)
    return ClipScene(scene.group, dark)


def every_third(scene: ClipScene) -> ClipScene:
    """Thin a scene as a scorer sees it that takes three grid steps for each picture."""
    return ClipScene(scene.group, scene.pictures[::3])


def main(data: Path, cache: Path) -> None:
    """Print the figures of each split and data set."""
    step = round(CacheSettings().cache_fps / GRID_FPS)
    prepared, _ = prepare(data, cache)
    splits: dict[str, list[ClipScene]] = {}
    for clip, path in prepared:
        scene = ClipScene(clip.group, np.load(path, mmap_mode="r")[::step])
        for name in (clip.split, f"{clip.split}, {clip.dataset} alone"):
            splits.setdefault(name, []).append(scene)
    for name, scenes in sorted(splits.items()):
        if len({scene.group for scene in scenes}) > 1:
            print(f"{name}: {measure_cuts(scenes)}")
    for name in ("train", "val"):
        print(f"{name}, darkened: {measure_cuts([darkened(scene) for scene in splits[name]])}")
        third = measure_cuts([every_third(scene) for scene in splits[name]])
        print(f"{name}, every third picture: {third}")
    print(f"figure: {measure_figure()}")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
