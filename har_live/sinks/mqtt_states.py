"""What is true now of a source and of everybody in it, said when it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from har_live.current_labels import CurrentLabels
from har_live.types import UNSURE, WHOLE_PICTURE

if TYPE_CHECKING:
    from har_live.moment import Moment
    from har_live.types import Prediction

State = dict[str, object]

FORMAT = "har-live-state"
VERSION = 1
EVERY_SECONDS = 1.0
"""A confidence or a place that changes is said this often; a label or a person at once."""
GONE_SECONDS = 3.0
"""A label of which nothing was heard for so long says nothing of now."""


class States:
    """Follows a run, moment by moment.

    Args:
        source: the name that stands in every state.
    """

    def __init__(self, source: str) -> None:
        self._head: State = {"format": FORMAT, "version": VERSION, "source": source}
        self._labels = CurrentLabels()
        self._now_seconds = 0.0
        self._is_lost = False
        self._said: dict[int, tuple[float, State]] = {}  # when, and what

    def update(self, moment: Moment) -> dict[int, State | None]:
        """Take in the next moment; return what has changed.

        Returns:
            Number of a person → their state, None if they are gone; ``WHOLE_PICTURE`` → the state
            of the source: the main label.
        """
        self._labels.update(moment.predictions, moment.people)
        times = [prediction.end_seconds for prediction in moment.predictions]
        if moment.frame is not None:
            times.append(moment.frame.pts_seconds)
            self._is_lost = False
        self._is_lost |= moment.is_lost or moment.is_last
        self._now_seconds = max(times, default=self._now_seconds)
        if moment.warming_up is not None or self._is_lost:
            self._labels.restart()
        return self._changes()

    def _changes(self) -> dict[int, State | None]:
        people = sorted(self._labels.labelled - {WHOLE_PICTURE})
        newest = {person: self._fresh(person) for person in people}
        now = {person: self._state(one) for person, one in newest.items() if one is not None}
        now[WHOLE_PICTURE] = self._state(self._fresh(self._labels.main))
        gone: dict[int, State | None] = dict.fromkeys(self._said.keys() - now.keys())
        changed = {person: state for person, state in now.items() if self._is_due(person, state)}
        for person in gone:
            del self._said[person]
        self._said |= {person: (self._now_seconds, state) for person, state in changed.items()}
        return gone | changed

    def _fresh(self, person: int) -> Prediction | None:
        newest = self._labels.newest_of(person)
        if newest is None or self._now_seconds - newest.end_seconds > GONE_SECONDS:
            return None
        return newest

    def _state(self, newest: Prediction | None) -> State:
        if newest is None:
            return self._head | {"label": UNSURE, "confidence": None, "person": None, "box": None}
        box = newest.box
        return self._head | {
            "label": newest.label,
            "confidence": round(min(1.0, max(0.0, float(newest.confidence))), 4),
            "person": None if newest.person == WHOLE_PICTURE else newest.person,
            "box": None if box is None else [round(float(side), 4) for side in box],
        }

    def _is_due(self, person: int, state: State) -> bool:
        if person not in self._said:
            return True
        said_seconds, said = self._said[person]
        if any(state[key] != said[key] for key in ("label", "person")):
            return True
        # A clock that began anew counts as time, too.
        is_time = not 0 <= self._now_seconds - said_seconds < EVERY_SECONDS
        return is_time and state != said
