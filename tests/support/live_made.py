"""A slow scorer, a window without a screen, a clock of one's own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from har_live.card import Weights
from har_live.realtime import Clock, LiveSummary, live
from har_live.recognizer import Recognizer, StreamGroup
from har_live.recognizer.look import Look
from har_live.sources import Source
from har_live.time_grid import GridFrame
from har_live.types import Frame, Prediction
from tests.support.resources import wait_until
from tests.support.sources_made import frames


class WatchedRecognizer(Recognizer):
    """Remembers its predictions, and who was in a batch. A step may wait for something, or fail.

    Every label is an action, so that whatever is seen makes a segment.
    """

    def __init__(
        self,
        weights: Weights,
        *,
        before_step: Callable[[], object] = lambda: None,
        fails_after: int | None = None,
    ) -> None:
        card = replace(weights.card, labels=("stand", *weights.card.labels[1:]))
        super().__init__(replace(weights, card=card), runtime="onnx", device="cpu", cut_reset=False)
        self.predictions: list[Prediction] = []
        self.batches: list[frozenset[int]] = []
        self._before_step = before_step
        self._num_left = fails_after

    def streams(self, num_sources: int) -> StreamGroup:
        group = super().streams(num_sources)
        advance = group.advance

        def watched(
            grid_frames: Mapping[int, GridFrame], *, looks: Mapping[int, Look] | None = None
        ) -> dict[int, list[Prediction]]:
            if self._num_left is not None:
                self._num_left -= 1
                if self._num_left < 0:
                    raise RuntimeError("the graphics card is gone")
            self._before_step()
            predictions = advance(grid_frames, looks=looks)
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


class SlowScoring:
    """A clock, a camera that moves it on, and steps of scoring that take time on it.

    However busy the machine is: the next picture comes once something was shown since the last one,
    and not while a step that is over on this clock is not.

    Args:
        window: where it is shown.
        step_seconds: what a step takes.
    """

    def __init__(self, window: MadeWindow, *, step_seconds: float) -> None:
        self.clock = StoppedClock()
        self.is_over = False
        self._window = window
        self._step_seconds = step_seconds
        self._is_filming = False
        self._until_seconds: float | None = None  # the end of the step that is being made

    def step(self) -> None:
        """Take as long as a step does. On the scorer's thread."""
        until_seconds = self.clock.seconds + self._step_seconds
        if not self._is_filming:  # warming up: nobody else moves the clock
            self.clock.seconds = until_seconds
            return
        self._until_seconds = until_seconds
        wait_until(lambda: self.is_over or not self._is_within_a_step())

    def film(self, fps: float) -> Iterator[Frame]:
        """Frames without end; once ``is_over``, they don't move the clock."""
        begin_seconds = self.clock.seconds
        self._is_filming = True
        for index, frame in enumerate(frames(10**9, fps=fps)):
            if not self.is_over:
                self.clock.seconds = begin_seconds + frame.pts_seconds
            num_shown = self._window.num_shown
            yield frame
            # The first grid frame is known by the second frame.
            wait_until(
                lambda num_shown=num_shown, index=index: (
                    self.is_over
                    or (
                        (self._window.num_shown > num_shown)
                        and (index < 2 or self._is_within_a_step())
                    )
                )
            )

    def _is_within_a_step(self) -> bool:
        until_seconds = self._until_seconds
        return until_seconds is not None and self.clock.seconds < until_seconds - 1e-6


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
