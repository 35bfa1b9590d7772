"""Live use without threads or waiting: what a live run would show, computed from a recording.

The same parts as in ``live``, driven by the recording's own times and a scorer that takes a
given time: the same input gives the same output, and an hour takes as long as its scoring.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from threading import Condition
from typing import TYPE_CHECKING

from har_live.moment import Moment
from har_live.realtime.inbox import LiveFrame, ScorerInbox
from har_live.realtime.metrics import Latencies
from har_live.realtime.scoring import Scoring

if TYPE_CHECKING:
    from har_live.realtime.inbox import Scored
    from har_live.recognizer import Recognizer
    from har_live.time_grid import GridFrame
    from har_live.types import Frame, Person


class Replay:
    """Plays frames as if each arrived at its ``pts_seconds``.

    Args:
        recognizer: scores for real; what it takes of the machine's time does not matter.
        step_seconds: what scoring one grid frame takes on the machine that is played.
        min_duration_seconds: shorter segments are left out.
    """

    def __init__(
        self, recognizer: Recognizer, *, step_seconds: float, min_duration_seconds: float = 0.0
    ) -> None:
        self._step_seconds = step_seconds
        self._inbox = ScorerInbox(recognizer.grid(), Condition())
        self._scoring = Scoring(recognizer, now=lambda: 0.0)
        self._segmenter = recognizer.segmenter(min_duration_seconds=min_duration_seconds)
        self._taken: deque[GridFrame] = deque()
        self._pushed_seconds = self._free_seconds = float("-inf")
        self._on_the_way: deque[tuple[float, Scored]] = deque()  # with the moments they arrive
        self._warming_up: float | None = 0.0
        self._people: tuple[Person, ...] = ()
        self.latencies = Latencies()
        """Times from the arrival of a frame to the label that includes it."""

    @property
    def num_dropped(self) -> int:
        """Instants of the grid that were never scored."""
        return self._inbox.num_dropped

    def play(self, frames: Iterable[Frame]) -> Iterator[Moment]:
        """Yield what is known when each frame is shown, and a last moment without a frame.

        Args:
            frames: of one recording, in playing order.
        """
        for frame in frames:
            now_seconds = frame.pts_seconds
            self._score_until(now_seconds)
            self._pushed_seconds = now_seconds
            self._inbox.push(
                LiveFrame(frame.picture, now_seconds, frame.truth, frame.begins_anew, now_seconds)
            )
            self._score_until(now_seconds)
            yield self._moment(frame, now_seconds)
        self._inbox.end()
        self._score_until(float("inf"))
        self._on_the_way.append((self._free_seconds, self._scoring.finish(0)))
        last = self._moment(None, float("inf"))
        last.segments.extend(self._segmenter.finish())
        yield replace(last, is_last=True)

    def _score_until(self, now_seconds: float) -> None:
        """Let the scorer begin whatever it would have begun by now."""
        while self._free_seconds <= now_seconds:
            if not self._taken:
                self._taken.extend(self._inbox.take(self._step_seconds))
            if not self._taken:
                return
            scored = self._scoring.score({0: self._taken.popleft()})[0]
            begun_seconds = max(self._free_seconds, self._pushed_seconds)
            self._free_seconds = begun_seconds + self._step_seconds
            self._on_the_way.append((self._free_seconds, scored))

    def _moment(self, frame: Frame | None, now_seconds: float) -> Moment:
        moment = Moment(frame, [], [], None, self._people)
        while self._on_the_way and self._on_the_way[0][0] <= now_seconds:
            done_seconds, scored = self._on_the_way.popleft()
            self._warming_up = scored.warming_up
            self._people = scored.people
            for prediction in scored.predictions:
                moment.predictions.append(prediction)
                moment.segments.extend(self._segmenter.update(prediction))
                self.latencies.add(done_seconds - scored.arrival_seconds)
        return replace(moment, warming_up=self._warming_up, people=self._people)
