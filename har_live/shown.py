"""Whose labels are shown, and which is the main one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from har_live.types import UNSURE, WHOLE_PICTURE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from har_live.types import Person, Prediction


class Shown:
    """The newest prediction about everybody in the picture, or about the whole of it."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """The windows began afresh (a gap, a cut, a reconnect): nothing is known."""
        self.people: tuple[Person, ...] = ()
        """Who was seen last, the main person first."""
        self._newest: dict[int, Prediction] = {}

    def update(self, predictions: Iterable[Prediction], people: Sequence[Person]) -> None:
        """Take in what one more grid frame brought to light."""
        newest = self._newest | {prediction.person: prediction for prediction in predictions}
        self.people = tuple(people)
        # Who is lost for a moment keeps the label; who has left is gone when others get theirs.
        latest = max((p.end_seconds for p in newest.values()), default=0.0)
        self._newest = {
            person: p for person, p in newest.items() if latest - p.end_seconds <= KEPT_SECONDS
        }

    @property
    def main(self) -> int:
        """Whose label is the main one: a ``Person.id``, or ``WHOLE_PICTURE``."""
        if self.people:
            return self.people[0].id
        # Nobody is seen: perhaps somebody is lost for a moment.
        return next(reversed(self._newest), WHOLE_PICTURE)

    @property
    def labelled(self) -> frozenset[int]:
        """Everybody of whom there is a prediction."""
        return frozenset(self._newest)

    def of(self, person: int) -> Prediction | None:
        """The newest prediction about somebody; None where there is none yet."""
        return self._newest.get(person)

    @property
    def label(self) -> str:
        """The main label; ``unsure`` where there is none yet."""
        newest = self.of(self.main)
        return UNSURE if newest is None else newest.label


KEPT_SECONDS = 1.5
"""A label this much older than the newest is no longer shown."""
