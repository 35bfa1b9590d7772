"""A slow scorer, a window without a screen, a clock of one's own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from har_live.card import Weights
from har_live.grid import GridFrame
from har_live.realtime import Clock, LiveSummary, live
from har_live.recognizer import Recognizer, StreamGroup
from har_live.sources import Source
from har_live.types import Prediction


class WatchedRecognizer(Recognizer):
    """Remembers its predictions, and who was in a batch. A step may take longer, without keeping a
    core busy, or fail.

    Every label is an action, so that whatever is seen makes a segment.
    """

    def __init__(
        self, weights: Weights, *, step_seconds: float = 0.0, fails_after: int | None = None
    ) -> None:
        card = replace(weights.card, labels=("stand", *weights.card.labels[1:]))
        super().__init__(replace(weights, card=card), runtime="onnx", device="cpu", cut_reset=False)
        self.predictions: list[Prediction] = []
        self.batches: list[frozenset[int]] = []
        self._step_seconds = step_seconds
        self._num_left = fails_after

    def streams(self, num_sources: int) -> StreamGroup:
        group = super().streams(num_sources)
        advance, never = group.advance, threading.Event()

        def watched(grid_frames: Mapping[int, GridFrame]) -> dict[int, list[Prediction]]:
            if self._num_left is not None:
                self._num_left -= 1
                if self._num_left < 0:
                    raise RuntimeError("the graphics card is gone")
            if self._step_seconds:
                never.wait(self._step_seconds)
            predictions = advance(grid_frames)
            self.predictions += [p for some in predictions.values() for p in some]
            self.batches.append(frozenset(grid_frames))
            return predictions

        group.advance = watched
        return group


def live_one(
    source: str,
    recognizer: Recognizer,
    *,
    open_new: Callable[[], Source] | None = None,
    **how: object,
) -> LiveSummary:
    """Live use of a single source, and what became of it."""
    openers = None if open_new is None else [open_new]
    (summary,) = live(source, recognizer, open_new=openers, **how)
    return summary


class StoppedClock(Clock):
    """Goes on when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 1000.0

    def now(self) -> float:
        return self.seconds


class MadeWindow:
    """Remembers what it shows; presses keys when told to.

    Args:
        script: pairs of a condition, asked with this window, and the key pressed once it is true.
    """

    def __init__(self, script: Sequence[tuple[Callable[[MadeWindow], bool], str]] = ()) -> None:
        self._script = list(script)
        self.num_shown = 0
        self.picture: np.ndarray | None = None
        self.times: list[float] = []
        self.is_closed = False
        self.is_full = False
        self.threads: set[str] = set()

    def show(self, image: np.ndarray) -> None:
        self.picture = image
        self.num_shown += 1
        self.times.append(time.monotonic())
        self.threads.add(threading.current_thread().name)

    def poll(self) -> list[str]:
        if not self._script or not self._script[0][0](self):
            return []
        _, key = self._script.pop(0)
        if key == "close":
            self.is_closed = True
            return []
        return [key]

    def toggle_fullscreen(self) -> None:
        self.is_full = not self.is_full


def shown(count: int) -> Callable[[MadeWindow], bool]:
    """True once the window has shown so many pictures."""
    return lambda window: window.num_shown >= count
