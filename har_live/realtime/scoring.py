"""Scoring what the grids picked, and knowing how long that takes."""

from __future__ import annotations

from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np

from har_live.realtime.inbox import Ended, LiveFrame, Scored, wait_for_news
from har_live.time_grid import GridFrame
from har_live.types import Frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from threading import Condition

    from har_live.realtime.channels import Channels
    from har_live.recognizer import Recognizer

NUM_REMEMBERED_STEPS = 5


class AnyScoring(Protocol):
    """The interface of what is done with the grid frames of sources, known by their numbers."""

    @property
    def step_seconds(self) -> float:
        """Time that one batch takes."""

    def score(self, grid_frames: Mapping[int, GridFrame]) -> Mapping[int, Scored]:
        """Take in one more grid frame of some of the sources."""

    def finish(self, number: int) -> Scored:
        """Return what is still to be said of a source that has ended."""


class StepTimes:
    """Measures steps.

    Args:
        now: tells the seconds.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._steps_seconds: deque[float] = deque(maxlen=NUM_REMEMBERED_STEPS)

    @property
    def step_seconds(self) -> float:
        """Time that one takes: the quickest of the last few, for a machine has hiccups; 0 before
        the first."""
        return min(self._steps_seconds, default=0.0)

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Measure one."""
        begin_seconds = self._now()
        yield
        self._steps_seconds.append(self._now() - begin_seconds)


class Scoring:
    """Sources being scored. Everything that takes time and memory once is done when it is made.

    Args:
        now: tells the seconds, to measure the steps with.
        num_sources: they are known by their numbers, from 0.
    """

    def __init__(
        self, recognizer: Recognizer, now: Callable[[], float], *, num_sources: int = 1
    ) -> None:
        self._times = StepTimes(now)
        self._group = recognizer.streams(num_sources)
        self._arrivals_seconds = [0.0] * num_sources
        side = recognizer.card.clip.image_size
        black = Frame(np.zeros((side, side, 3), np.uint8), 0.0)
        warm_up = recognizer.streams(num_sources)
        for index in range(3):
            with self._times.measured():
                warm_up.advance(dict.fromkeys(range(num_sources), GridFrame(index, 0.0, black)))

    @property
    def step_seconds(self) -> float:
        """Time that one batch takes."""
        return self._times.step_seconds

    def score(self, grid_frames: Mapping[int, GridFrame]) -> dict[int, Scored]:
        """Take in one more grid frame of some of the sources, in one batch."""
        with self._times.measured():
            predictions = self._group.advance(grid_frames)
        scored = {}
        for number, grid_frame in grid_frames.items():
            # An instant's frame came one frame before the instant was decided.
            arrival_seconds = cast("LiveFrame", grid_frame.frame).arrival_seconds
            self._arrivals_seconds[number] = arrival_seconds
            scored[number] = Scored(
                predictions[number],
                arrival_seconds,
                self._group.warming_up(number),
                self._group.people(number),
            )
        return scored

    def finish(self, number: int) -> Scored:
        """Send the last predictions of a source that has ended."""
        predictions = self._group.finish(number)
        arrival_seconds = self._arrivals_seconds[number]
        return Scored(predictions, arrival_seconds, self._group.warming_up(number), ())


def score_all(scoring: AnyScoring, channels: Sequence[Channels], changed: Condition) -> None:
    """Score what comes of all sources, until they are over: the scorer thread.

    A batch has at most one grid frame of each source. So none waits for another that brings more,
    and who is late drops frames of its own.

    Args:
        changed: what the sources' scorer inboxes share.
    """
    taken: dict[int, deque[GridFrame]] = {number: deque() for number in range(len(channels))}
    while taken:
        if not any(taken.values()):
            wait_for_news([channels[number].scorer for number in taken], changed)
        batch: dict[int, GridFrame] = {}
        for number, grid_frames in list(taken.items()):
            inbox = channels[number].scorer
            if inbox.is_stopped:
                del taken[number]
                continue
            if not grid_frames:
                grid_frames.extend(inbox.take(scoring.step_seconds))
            if grid_frames:
                batch[number] = grid_frames.popleft()
            elif inbox.is_over:
                channels[number].screen.tell(scoring.finish(number))
                channels[number].screen.tell(Ended())
                del taken[number]
        if batch:
            for number, scored in scoring.score(batch).items():
                channels[number].screen.tell(scored)
