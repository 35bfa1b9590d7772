"""One long stream with a known timeline, put together of clips joined by cuts.

Everything random comes from the seed and the stream's name. A stream is held in memory while it is
played, so they are made one after another.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle
from typing import Literal

import numpy as np

from har_live.types import NONE, Frame
from training.data.clip import Clip
from training.live.clip_queue import FPS, ClipQueue, SmallPicture
from training.live.measures import Spans, timeline

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
    cuts_seconds: tuple[float, ...] = ()
    """Moments at which another clip begins, or the same one again."""

    @property
    def seconds(self) -> float:
        return self.truth[-1].end_seconds

    def rng(self, seed: int) -> np.random.Generator:
        return _rng(self.name, seed)


class StreamBuilder:
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
        cuts_seconds = tuple(seconds for seconds, _ in self._points[1:])
        return LiveStream(self._name, kind, frames, truth, has_one_rate, cuts_seconds)


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
