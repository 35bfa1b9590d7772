"""Scoring what the grid picked, and knowing how long that takes."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, cast

import numpy as np

from har_live.grid import GridFrame
from har_live.live.inbox import Ended, LiveFrame, Scored
from har_live.types import Frame

if TYPE_CHECKING:
    from collections.abc import Callable

    from har_live.live.links import Links
    from har_live.recognizer import Recognizer

NUM_REMEMBERED_STEPS = 5


class Scoring:
    """One stream being scored. Everything that takes time and memory once is done when it is made.

    Args:
        now: tells the seconds, to measure the steps with.
    """

    def __init__(self, recognizer: Recognizer, now: Callable[[], float]) -> None:
        self._now = now
        self._stream = recognizer.stream()
        self._steps_seconds: deque[float] = deque(maxlen=NUM_REMEMBERED_STEPS)
        self._arrival_seconds = 0.0
        side = recognizer.card.clip.image_size
        black = Frame(np.zeros((side, side, 3), np.uint8), 0.0)
        warm_up = recognizer.stream()
        for index in range(3):
            begin_seconds = now()
            warm_up.advance([GridFrame(index, 0.0, black)])
            self._steps_seconds.append(now() - begin_seconds)

    @property
    def step_seconds(self) -> float:
        """What one grid frame takes: the quickest of the last few, for a machine has hiccups."""
        return min(self._steps_seconds)

    def score(self, grid_frame: GridFrame) -> Scored:
        """Take in one more grid frame."""
        begin_seconds = self._now()
        predictions = self._stream.advance([grid_frame])
        self._steps_seconds.append(self._now() - begin_seconds)
        # An instant's frame came one frame before the instant was decided.
        self._arrival_seconds = cast("LiveFrame", grid_frame.frame).arrival_seconds
        return Scored(predictions, self._arrival_seconds, self._stream.warming_up)

    def finish(self) -> Scored:
        """The source has ended: the last predictions."""
        return Scored(self._stream.finish(), self._arrival_seconds, self._stream.warming_up)


def score_all(scoring: Scoring, links: Links) -> None:
    """The scorer thread: scores what comes, until it is over."""
    inbox, screen = links.scorer, links.screen
    while (grid_frames := inbox.take(scoring.step_seconds)) is not None:
        for grid_frame in grid_frames:
            screen.tell(scoring.score(grid_frame))
    if not inbox.is_stopped:
        screen.tell(scoring.finish())
        screen.tell(Ended())
