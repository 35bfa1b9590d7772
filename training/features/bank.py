"""What the frozen encoder says of many windows: computed once, so that training takes minutes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from rich.progress import track

from har_live.grid import frames_played_at
from har_live.models.pose_motion import PoseMotion
from har_live.types import NONE, ClipSpec
from training.data.clip import Clip
from training.data.labels import can_mirror, our_label
from training.data.prepare import CacheSettings
from training.data.windows import Frames, Variation, varied, window_instants, windows_of_clip
from training.features.arrays import SavedArrays
from training.measure.measures import Judged
from training.people.figure_people import figure_window
from training.people.motion_windows import drawn_window, motion_points, motion_window
from training.people.pictures import Picture
from training.people.skeletons import Motion

SKELETON_SETS = ("msr-action3d", "bandai-namco", "invented")
DRAWN = ", drawn"
"""Ending of the data set's name of a drawn window."""
STILLS = "stills"
MADE = (*SKELETON_SETS, *(name + DRAWN for name in SKELETON_SETS), STILLS)
"""Data sets that nobody filmed."""


@dataclass
class Bank(SavedArrays):
    """Windows as features, not yet standardised. A NaN is what was not looked at."""

    vectors: NDArray[np.float16]
    """(N, T, F)"""
    maps: NDArray[np.float16]
    """(N, T, C, h, w)"""
    labels: NDArray[np.str_]
    datasets: NDArray[np.str_]
    groups: NDArray[np.str_]
    sources: NDArray[np.str_]
    """The clip's path or the motion's name: windows of one source are judged together."""

    @property
    def judged(self) -> Judged:
        """Whose windows these are."""
        return Judged(self.labels, self.datasets, self.groups, self.sources)

    def only(self, datasets: Sequence[str]) -> Bank:
        """The windows of these data sets."""
        return self.rows(np.isin(self.datasets, list(datasets)))

    @classmethod
    def join(cls, banks: Iterable[Bank]) -> Bank:
        banks = list(banks)
        return cls(
            **{f.name: np.concatenate([getattr(b, f.name) for b in banks]) for f in fields(cls)}
        )


@dataclass(frozen=True)
class Window:
    """Frames to be encoded, and what is known of them."""

    frames: Frames
    label: str
    dataset: str
    group: str
    source: str


@torch.inference_mode()
def encode(encoder: PoseMotion, windows: Iterable[Window], *, total: int, what: str) -> Bank:
    """Features of windows, one at a time so that any number fits into memory."""
    encoder = encoder.eval().to(memory_format=torch.channels_last)
    vectors, maps = [], []
    names: dict[str, list[str]] = {"label": [], "dataset": [], "group": [], "source": []}
    for window in track(windows, total=total, description=what):
        frames = torch.from_numpy(window.frames)
        vector, feature_map = encoder.describe(frames[1:], frames[:-1])
        vectors.append(vector.numpy().astype(np.float16))
        maps.append(feature_map.numpy().astype(np.float16))
        # The window itself must not be kept: its pictures are ten times as large as its features.
        for name, values in names.items():
            values.append(getattr(window, name))
    return Bank(
        vectors=np.stack(vectors),
        maps=np.stack(maps),
        **{f"{name}s": np.array(values) for name, values in names.items()},
    )


def training_windows(
    index: list[tuple[Clip, Path]],
    spec: ClipSpec,
    cached: CacheSettings,
    rng: np.random.Generator,
    settings: Variation,
) -> Iterator[Window]:
    """One varied window of each clip."""
    for clip, path in index:
        frames = np.load(path, mmap_mode="r")
        times = np.arange(len(frames)) / cached.cache_fps
        at = frames_played_at(times, window_instants(times[-1], spec, rng, settings))
        mirror = can_mirror(clip.label) and rng.random() < 0.5
        window = varied(np.array(frames[at]), rng, settings, mirror=mirror, shake=False)
        yield Window(window, our_label(clip.label), clip.dataset, clip.group, clip.path)


def measured_windows(
    index: list[tuple[Clip, Path]], spec: ClipSpec, cached: CacheSettings, *, hop: int, most: int
) -> Iterator[Window]:
    """Unvaried windows of each clip, cut as a stream cuts them."""
    for clip, path in index:
        frames = np.load(path, mmap_mode="r")
        for at in windows_of_clip(len(frames), cached.cache_fps, spec, hop=hop, most=most):
            label = our_label(clip.label)
            yield Window(np.array(frames[at]), label, clip.dataset, clip.group, clip.path)


def figure_windows(
    motions: list[Motion], spec: ClipSpec, rng: np.random.Generator, settings: Variation
) -> Iterator[Window]:
    """Each movement, performed by a person of the built-in figure's renderer."""
    for number, motion in enumerate(motions):
        points = motion_points(motion, spec, rng, settings)
        frames = figure_window(points, spec.image_size, rng)
        yield _varied(frames, motion, f"figure-{number}", rng, settings)


def drawn_windows(
    motions: list[Motion],
    backgrounds: list[Frames],
    spec: ClipSpec,
    rng: np.random.Generator,
    settings: Variation,
) -> Iterator[Window]:
    """Each movement, performed by a drawn person."""
    for number, motion in enumerate(motions):
        joints, view = motion_window(motion, spec, rng, settings)
        background = backgrounds[rng.integers(len(backgrounds))]
        frames = drawn_window(joints, view, background, rng)
        yield _varied(frames, motion, f"drawn-{number}", rng, settings)


def _varied(
    frames: Frames, motion: Motion, source: str, rng: np.random.Generator, settings: Variation
) -> Window:
    """Somebody drawn, before another camera in another light."""
    frames = varied(frames, rng, settings, mirror=bool(rng.random() < 0.5), shake=True)
    return Window(frames, motion.label, motion.dataset + DRAWN, motion.group, source)


def still_windows(
    pictures: list[Picture], spec: ClipSpec, rng: np.random.Generator, settings: Variation
) -> Iterator[Window]:
    """Photos held before a shaking camera: nobody does anything."""
    for number, picture in enumerate(pictures):
        still = cv2.resize(picture.image, (spec.image_size, spec.image_size))
        frames = np.repeat(still[None], spec.num_frames + 1, axis=0)
        frames = varied(frames, rng, settings, mirror=False, shake=True)
        yield Window(frames, NONE, STILLS, f"still-{number}", f"still-{number}")
