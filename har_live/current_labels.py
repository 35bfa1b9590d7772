"""The labels that are shown of everybody, and which is the main one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from har_live.types import UNSURE, WHOLE_PICTURE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from har_live.types import Person, Prediction

KEPT_SECONDS = 1.5
"""The label of somebody who isn't seen goes when it is this much older than the newest."""


class CurrentLabels:
    """The newest prediction about everybody in the picture, or about the whole of it."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Forget all labels: the windows began afresh (a gap, a cut, a reconnect): nothing is
        known."""
        self.people: tuple[Person, ...] = ()
        """People seen last, the main person first."""
        self.main = WHOLE_PICTURE
        """Person whose label is the main one: a ``Person.id``, or ``WHOLE_PICTURE``."""
        self._newest: dict[int, Prediction] = {}

    def update(self, predictions: Sequence[Prediction], people: Sequence[Person]) -> None:
        """Take in what one more grid frame brought to light."""
        self.people = tuple(people)
        self._newest |= {prediction.person: prediction for prediction in predictions}
        seen = [person.id for person in self.people]
        if predictions:
            # The whole picture is told of only where nobody is followed, and ends with that.
            is_whole = predictions[-1].person == WHOLE_PICTURE
            latest = max(prediction.end_seconds for prediction in predictions)
            self._newest = {
                person: newest
                for person, newest in self._newest.items()
                if (person == WHOLE_PICTURE) == is_whole
                # Who is lost for a moment keeps the label.
                and (person in seen or latest - newest.end_seconds <= KEPT_SECONDS)
            }
        if self.main in seen or self.main not in self._newest:
            self.main = next(iter([*seen, *self._newest]), WHOLE_PICTURE)

    @property
    def labelled(self) -> frozenset[int]:
        """List everybody of whom there is a prediction."""
        return frozenset(self._newest)

    def newest_of(self, person: int) -> Prediction | None:
        """Return the newest prediction about somebody; None where there is none yet."""
        return self._newest.get(person)

    @property
    def label(self) -> str:
        """The main label; ``unsure`` where there is none yet."""
        newest = self.newest_of(self.main)
        return UNSURE if newest is None else newest.label
