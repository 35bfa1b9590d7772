"""Sources with faults. Light to import: a process of its own opens them."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator

import numpy as np

from har_live.errors import SourceError
from har_live.sources.base import Source
from har_live.types import Frame, VideoInfo

OPENER = "tests.support.sources_made:open_made"
WIDTH, HEIGHT = 160, 120
GROWING = ((160, 120), (1920, 1080), (2048, 1080))


def picture(index: int, width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    """Draw a picture that differs from its neighbours."""
    return np.full((height, width, 3), (index * 37) % 256, np.uint8)


class MadeSource(Source):
    """Yields what it is given. It has no real time of its own unless ``frames`` waits."""

    def __init__(
        self, frames: Iterator[Frame], *, is_live: bool = False, fps: float = 30.0, name="made"
    ) -> None:
        self._frames = frames
        self._info = VideoInfo(name, WIDTH, HEIGHT, fps, is_live=is_live)
        self.is_closed = False

    @property
    def info(self) -> VideoInfo:
        return self._info

    def __iter__(self) -> Iterator[Frame]:
        return self._frames

    def close(self) -> None:
        self.is_closed = True


def frames(count: int, *, fps: float = 30.0, first: int = 0) -> Iterator[Frame]:
    for index in range(first, first + count):
        yield Frame(picture(index), index / fps)


def open_made(spec: str, _options: object) -> MadeSource:
    """Open a source for ``IsolatedSource``: the word before the colon says what goes wrong."""
    kind, _, number = spec.partition(":")
    makers: dict[str, Callable[[], MadeSource]] = {
        "recording": lambda: MadeSource(frames(int(number))),
        "live": lambda: MadeSource(frames(int(number)), is_live=True),
        "hang": lambda: MadeSource(_then(frames(int(number)), _hang), is_live=True),
        "crash": lambda: MadeSource(_then(frames(int(number)), _crash)),
        "fail": lambda: MadeSource(_then(frames(int(number)), _fail)),
        "bug": lambda: MadeSource(_then(frames(int(number)), _bug)),
        "grow": lambda: MadeSource(iter([Frame(picture(0, *size), 0.0) for size in GROWING])),
        "hang-open": _hang,
    }
    return makers[kind]()


def _then(begin: Iterator[Frame], end: Callable[[], None]) -> Iterator[Frame]:
    yield from begin
    end()


def _hang() -> None:
    threading.Event().wait()


def _crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def _fail() -> None:
    raise SourceError("made: lost after 1.0 s; check the cable")


def _bug() -> None:
    raise ZeroDivisionError("nobody expected this")


def paced(
    begin: Iterator[Frame], *, until: Callable[[], bool] = lambda: False, speed: float = 1.0
) -> Iterator[Frame]:
    """Frames at their own times from now on, as a camera gives them."""
    start = time.monotonic()
    for frame in begin:
        delay = start + frame.pts_seconds / speed - time.monotonic()
        if delay > 0:
            time.sleep(delay)
        if until():
            return
        yield frame
