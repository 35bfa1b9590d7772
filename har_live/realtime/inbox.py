"""The queues between the threads: none grows, and a late consumer gets only the newest item."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from threading import Condition
from typing import TYPE_CHECKING

from har_live.types import Frame, Person, Prediction, VideoInfo

if TYPE_CHECKING:
    from collections.abc import Sequence

    from har_live.time_grid import GridFrame, TimeGrid

MAX_WAITING = 4
"""Deliveries that may wait for the scorer, however fast it is: they are pictures of full size."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class LiveFrame(Frame):
    """A frame and when it came."""

    arrival_seconds: float = 0.0
    """Arrival, on the clock of live use."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The source is there, for the first time or again."""

    info: VideoInfo


@dataclass(frozen=True, slots=True)
class Lost:
    """A live source is gone; it is being opened for the ``attempt``-th time."""

    attempt: int


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """The results of one grid frame."""

    predictions: list[Prediction]
    arrival_seconds: float
    """Arrival of the newest frame that they include."""
    warming_up: float | None
    """See ``Stream.warming_up``."""
    people: tuple[Person, ...] = ()
    """See ``Stream.people``."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The source is over, and everything that came of it is scored."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A thread has ended with an error."""

    thread: str
    error: BaseException


News = Opened | Lost | Scored | Ended | Failed


class ScorerInbox:
    """Frames in, grid frames out, in order and complete as long as the scorer keeps up.

    The scorer is late when what waits would take it longer than the next delivery: then all that
    waits is dropped and counted, and it gets the newest frame. So a label is never older than one
    delivery and one scoring, and when the scorer keeps up, it sees what ``Stream.push`` would.

    Args:
        changed: is notified of everything that comes; several inboxes may share one.
    """

    def __init__(self, grid: TimeGrid, changed: Condition) -> None:
        self._grid = grid
        self._changed = changed
        self._waiting: deque[list[GridFrame]] = deque()
        self._newest: Frame | None = None
        self._is_over = False
        self.is_stopped = False
        """True once ``stop`` has discarded what waited."""
        self._missed_instants = 0.0

    @property
    def num_dropped(self) -> int:
        """Instants of the grid that were never scored."""
        return int(self._missed_instants)

    @property
    def has_news(self) -> bool:
        """True while grid frames wait, and once it is over."""
        return bool(self._waiting) or self._is_over

    @property
    def is_over(self) -> bool:
        """True once nothing waits and nothing will."""
        with self._changed:
            return self._is_over and not self._waiting

    def push(self, frame: Frame) -> None:
        """Take in the source's next frame."""
        with self._changed:
            self._newest = frame
            self._add(self._grid.push(frame))

    def foresee(self, pts_seconds: float) -> None:
        """Take in that the next frame will be one at ``pts_seconds``."""
        with self._changed:
            self._add(self._grid.foresee(pts_seconds))

    def restart(self) -> None:
        """End the run: the source broke off, and its next frame begins a new one."""
        with self._changed:
            self._newest = None
            self._add(self._grid.finish())

    def end(self) -> None:
        """End the source: what waits is the last."""
        with self._changed:
            self._newest = None
            self._add(self._grid.finish())
            self._is_over = True
            self._changed.notify_all()

    def stop(self) -> None:
        """Discard what waits: nobody wants to know any more."""
        with self._changed:
            self._waiting.clear()
            self._is_over = self.is_stopped = True
            self._changed.notify_all()

    def take(self, step_seconds: float) -> list[GridFrame]:
        """Return the grid frames that wait; none if there is none.

        Args:
            step_seconds: what scoring one of them takes.
        """
        with self._changed:
            grid_frames = [grid_frame for delivery in self._waiting for grid_frame in delivery]
            if self._newest is not None and self._is_late(len(grid_frames), step_seconds):
                grid_frames = [self._jump(grid_frames, self._newest)]
            self._waiting.clear()
            return grid_frames

    def _add(self, grid_frames: list[GridFrame]) -> None:
        if grid_frames:
            self._waiting.append(grid_frames)
            self._changed.notify_all()

    def _is_late(self, num_waiting: int, step_seconds: float) -> bool:
        if not self._waiting:
            return False
        # A source slower than the grid delivers several at once, and comes again as much later.
        until_next_seconds = len(self._waiting[-1]) / self._grid.grid_fps
        too_long = num_waiting * step_seconds > until_next_seconds
        return too_long or len(self._waiting) > MAX_WAITING

    def _jump(self, missed: list[GridFrame], newest: Frame) -> GridFrame:
        ahead_seconds = newest.pts_seconds - missed[-1].instant_seconds
        # Further away than a gap, a new run has begun in between.
        if ahead_seconds <= self._grid.max_gap_seconds:
            self._missed_instants += max(0.0, ahead_seconds * self._grid.grid_fps)
        self._missed_instants += len(missed) - 1
        return self._grid.jump_to(newest, num_missed=len(missed))


class ScreenInbox:
    """The newest frame, and all news in order: they are small.

    Args:
        changed: is notified of everything that comes; several inboxes may share one.
    """

    def __init__(self, changed: Condition) -> None:
        self._changed = changed
        self._frame: LiveFrame | None = None
        self._news: list[News] = []
        self.num_dropped = 0
        """Frames never shown because a newer one came."""

    @property
    def has_news(self) -> bool:
        """True while there is something to take."""
        return self._frame is not None or bool(self._news)

    def show(self, frame: LiveFrame) -> None:
        """Keep the newest frame; one that nobody took is forgotten."""
        with self._changed:
            self.num_dropped += self._frame is not None
            self._frame = frame
            self._changed.notify_all()

    def tell(self, news: News) -> None:
        with self._changed:
            self._news.append(news)
            self._changed.notify_all()

    def take(self) -> tuple[LiveFrame | None, list[News]]:
        """Return the newest frame, if it is a new one, and what is new."""
        with self._changed:
            frame, self._frame = self._frame, None
            news, self._news = self._news, []
            return frame, news


def wait_for_news(
    inboxes: Sequence[ScorerInbox] | Sequence[ScreenInbox],
    changed: Condition,
    timeout_seconds: float | None = None,
) -> None:
    """Wait until one of the inboxes has something; ``changed`` is what they share."""
    with changed:
        changed.wait_for(lambda: any(inbox.has_news for inbox in inboxes), timeout_seconds)
