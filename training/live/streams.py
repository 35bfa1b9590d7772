"""Long streams with known timelines: clips of unseen groups joined by cuts.

Everything random comes from the seed and the stream's name. A stream is held in memory while it is
played, so they are made one after another.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle
from pathlib import Path
from typing import Literal

import numpy as np

from har_live.errors import SourceError
from har_live.types import NONE, ClipSpec, Frame
from training.data.clip import Clip
from training.data.layouts import clips_of
from training.data.split import split_clips
from training.datasets import our_label
from training.labels import LEFT_OUT
from training.live.clip_queue import FPS, LEAST_SIDE, ClipQueue, SmallPicture
from training.live.measures import Spans, timeline
from training.measure.evaluate import at_rate, known_as

CAMERA_FPS = 30.0
STRETCH_SECONDS = 5.0
"""One action lasts at least this long …"""
IDLE_SECONDS = 4.0
"""… and a stretch of nothing this long."""
DROPOUT_SECONDS = 3.0
CHANGING_FPS = (10.0, 24.0, 60.0)
DARK_GAIN, DARK_NOISE = 0.2, 4.0
"""Light left in darkened stretches, and the deviation of a camera's noise in the dark."""
CONDITIONS = ("changing frame rate", "dark stretches", "a dropout", "")
"""Conditions that a data set's stream has to bear, in turns."""
SEEN = "seen in training"


@dataclass(frozen=True)
class StreamSettings:
    """Settings of the streams that are made."""

    seconds: float = 45.0
    """About as long is each; the figure's script ends on its own."""
    seed: int = 0
    split: str = "val"
    """Split whose clips are played; empty for all. A data set that has clips of nothing in other
    splits alone gives those; its stream's name says so."""
    one_camera: bool = False
    """A stretch is one clip, played again and again: no cut but between stretches. Else it is
    several clips, with the cuts of a film."""
    groups: frozenset[str] | None = None
    """Groups whose clips alone are played; None for all."""


@dataclass(frozen=True, eq=False)
class LiveStream:
    """One long recording, and what is so in it."""

    name: str
    kind: Literal["actions", "figure", "nothing"]
    """``nothing``: nobody does anything of the label set."""
    frames: tuple[Frame, ...]
    truth: Spans
    """Spans from 0 to the stream's end, with ``none`` where nobody does anything."""
    has_one_rate: bool = True
    """False if the frame rate changes on the way."""

    @property
    def seconds(self) -> float:
        return self.truth[-1].end_seconds

    def rng(self, seed: int) -> np.random.Generator:
        return _rng(self.name, seed)


def frames_at(frames: Sequence[Frame], fps: float) -> list[Frame]:
    """Return the same stream from a camera of another frame rate; where none came, none comes."""
    pts = [frame.pts_seconds for frame in frames]
    breaks = [i for i in range(1, len(pts)) if pts[i] - pts[i - 1] > DROPOUT_SECONDS / 2]
    runs = zip([0, *breaks], [*breaks, len(pts)], strict=True)
    return [frame for start, end in runs for frame in at_rate(list(frames[start:end]), fps)]


def clip_streams(
    data: Path, labels: Sequence[str], spec: ClipSpec, settings: StreamSettings
) -> Iterator[LiveStream]:
    """Yield streams of every data set: one with actions, where it has any and something is done
    between them, and one of nothing, where its own clips of nothing are not played in that.

    Args:
        data: as for ``clips_of``.
        labels: the weights'; what else clips show counts as nothing.
        spec: the weights'.
    """
    longest = max(LEAST_SIDE, spec.image_size)
    named = _named(data, labels)
    chosen = [
        clip
        for clip in named
        if settings.split in ("", clip.split)
        and (settings.groups is None or clip.group in settings.groups)
    ]
    conditions = cycle(CONDITIONS)
    for dataset in sorted({clip.dataset for clip in named}):
        own = [clip for clip in chosen if clip.dataset == dataset]
        own_idle = [clip for clip in own if clip.label == NONE]
        actions = [clip for clip in own if clip.label != NONE]
        idle = own_idle or [clip for clip in chosen if clip.label == NONE]
        acts = len({clip.label for clip in [*actions, *idle]}) > 1 and bool(actions)
        if acts:
            yield _StreamBuilder(longest, dataset, next(conditions), settings).actions(
                actions, idle
            )
        if acts and own_idle:
            continue
        quiet = own_idle or [c for c in named if (c.dataset, c.label) == (dataset, NONE)]
        if quiet:
            seen = SEEN if any(clip.split == "train" for clip in quiet) else ""
            yield _StreamBuilder(longest, dataset, seen, settings).nothing(quiet)


def unseen_stream(data: Path, label: str, spec: ClipSpec, settings: StreamSettings) -> LiveStream:
    """Make a stream of nothing of the clips of a label that weights have not learnt.

    Args:
        label: under the name that our weights give it.

    Raises:
        SourceError: there is no clip of it.
    """
    own = [clip for clip in _named(data, (label,)) if clip.label == label]
    if not own:
        raise SourceError(f"no clip of {data} shows {label}")
    longest = max(LEAST_SIDE, spec.image_size)
    return _StreamBuilder(longest, f"{label}, unseen", "", settings).nothing(own)


def in_two(clips: Iterable[Clip]) -> tuple[frozenset[str], frozenset[str]]:
    """Split groups into two parts that share no clip, with about as many of each label in both."""
    of_group = {(clip.dataset, clip.label, clip.group): clip.group for clip in clips}
    groups = list(dict.fromkeys(of_group[key] for key in sorted(of_group)))
    return frozenset(groups[::2]), frozenset(groups[1::2])


def _named(data: Path, labels: Sequence[str]) -> list[Clip]:
    """Return all clips with complete paths, and with the labels that the weights should say to
    them.

    Clips that show two things at once, or none that can be told, are left out.
    """
    found = [replace(clip, path=str(folder / clip.path)) for folder, clip in clips_of(data)]
    return [
        replace(clip, label=name if (name := known_as(clip, tuple(labels))) in labels else NONE)
        for clip in split_clips(found)
        if our_label(clip.dataset, clip.label) is not LEFT_OUT or clip.label in labels
    ]


class _StreamBuilder:
    """One stream being put together."""

    def __init__(
        self, longest: int, dataset: str, condition: str, settings: StreamSettings
    ) -> None:
        self._longest, self._condition, self._settings = longest, condition, settings
        self._name = f"{dataset}, {condition}" if condition else dataset
        self._rng = _rng(self._name, settings.seed)
        self._frames: list[Frame] = []
        self._points: list[tuple[float, str]] = []
        self._now_seconds = 0.0

    def actions(self, clips: list[Clip], idle: list[Clip]) -> LiveStream:
        """Put together stretches of one action each, neighbours of different ones, with stretches
        of nothing."""
        by_label = defaultdict(list)
        for clip in clips:
            by_label[clip.label].append(clip)
        queues = {label: self._queue(found) for label, found in by_label.items()}
        if idle:
            queues[NONE] = self._queue(idle)
        rates = cycle(CHANGING_FPS if self._condition == CONDITIONS[0] else (CAMERA_FPS,))
        for number, label in enumerate(self._order(list(by_label), has_idle=bool(idle))):
            if self._now_seconds >= self._settings.seconds:
                break
            dark = self._condition == CONDITIONS[1] and number // 2 % 2 == 1
            fps = next(rates)
            self._stretch(queues[label], label, fps, dark=dark)
            if self._condition == CONDITIONS[2] and number == 0:
                self._now_seconds += DROPOUT_SECONDS  # what is done goes on, unseen
                self._stretch(queues[label], label, fps, dark=dark)
        return self._cut("actions", has_one_rate=self._condition != CONDITIONS[0])

    def nothing(self, clips: list[Clip]) -> LiveStream:
        """Put together one clip after another."""
        queue = self._queue(clips)
        for _ in clips:
            if self._now_seconds < self._settings.seconds:
                self._show(queue.next(), NONE, CAMERA_FPS)
        return self._cut("nothing")

    def _queue(self, clips: Sequence[Clip]) -> ClipQueue:
        return ClipQueue(clips, self._rng, longest=self._longest)

    def _order(self, labels: list[str], *, has_idle: bool) -> Iterator[str]:
        """Yield labels without end: all of them in random order, again and again; idle after
        two."""
        last, since_idle = "", 0
        while True:
            for label in self._rng.permutation(labels).tolist():
                if has_idle and (since_idle == 2 or label == last):
                    yield NONE
                    since_idle = 0
                elif label == last:
                    continue  # the last of one round is not the first of the next
                yield label
                last, since_idle = label, since_idle + 1

    def _stretch(self, queue: ClipQueue, label: str, fps: float, *, dark: bool) -> None:
        begin_seconds = self._now_seconds
        least_seconds = IDLE_SECONDS if label == NONE else STRETCH_SECONDS
        pictures = queue.next()
        while True:
            self._show(_darkened(pictures, self._rng) if dark else pictures, label, fps)
            if self._now_seconds - begin_seconds >= least_seconds:
                return
            if not self._settings.one_camera:
                pictures = queue.next()

    def _show(self, pictures: Sequence[SmallPicture], label: str, fps: float) -> None:
        self._points.append((self._now_seconds, label))
        count = max(1, round(len(pictures) / FPS * fps))
        for number in range(count):
            # The small part keeps a picture's own instant from being rounded down.
            index = min(int(number / fps * FPS + 1e-6), len(pictures) - 1)
            self._frames.append(Frame(pictures[index], self._now_seconds + number / fps, label))
        self._now_seconds += count / fps

    def _cut(self, kind: Literal["actions", "nothing"], *, has_one_rate: bool = True) -> LiveStream:
        truth = timeline(self._points, self._now_seconds)
        frames = tuple(self._frames)
        return LiveStream(self._name, kind, frames, truth, has_one_rate)


def _darkened(pictures: Sequence[SmallPicture], rng: np.random.Generator) -> list[SmallPicture]:
    """Return the same by little light, with the noise that cameras have then."""
    dark = []
    for picture in pictures:
        noise = rng.standard_normal(picture.small.shape, np.float32) * DARK_NOISE
        small = np.clip(picture.small * np.float32(DARK_GAIN) + noise, 0, 255).astype(np.uint8)
        dark.append(replace(picture, small=small))
    return dark


def _rng(name: str, seed: int) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(name.encode())])
