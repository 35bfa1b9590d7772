"""Gathers predictions and people into what is drawn: the same for a file and for a live stream."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from har_live.current_labels import CurrentLabels
from har_live.overlay.history import History
from har_live.overlay.view import LiveStatus, OverlayView, PersonView, TimelineView
from har_live.types import WHOLE_PICTURE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from har_live.types import Person, Prediction

STRIPS_PER_SECOND = 10
"""The strip of the last seconds moves so often, at any frame rate."""


class OverlayState:
    """Remembers who is in the picture, what each does, and the labels of the last seconds."""

    def __init__(
        self, labels: Sequence[str], *, num_top: int = 4, span_seconds: float = 20.0
    ) -> None:
        self.labels = tuple(labels)
        self.num_top = num_top
        self.span_seconds = span_seconds
        self._shown = CurrentLabels()
        self._history = History(span_seconds)
        self._warming_up: float | None = 0.0
        self.chosen: int | None = None
        """Whom the panel is about while they are there; None: the main person, whoever that is."""

    def update(
        self,
        predictions: Sequence[Prediction],
        people: Sequence[Person] = (),
        *,
        warming_up: float | None = None,
    ) -> None:
        """Take in what one more grid frame brought to light.

        Args:
            warming_up: as ``Stream.warming_up``. Not None after a gap or a cut, too: the old labels
                say nothing of what is seen now.
        """
        self._shown.update(predictions, people)
        for prediction in predictions:
            self._history.add(prediction, self._shown)
        self._warming_up = warming_up
        if warming_up is not None:
            self._shown.restart()
            self._shown.update((), people)

    def restart(self, *, warming_up: float | None) -> None:
        """Forget everybody: nothing is known of what is there now; with ``warming_up`` None,
        nothing will be."""
        self._shown.restart()
        self._warming_up = warming_up

    @property
    def picked(self) -> int:
        """The person whom the panel is about: a ``Person.id``, or ``WHOLE_PICTURE``."""
        if self.chosen is not None and self.chosen in self._there():
            return self.chosen
        return self._shown.main

    def pick_next(self) -> None:
        """Choose the next person; after the last one the first."""
        there = self._there()
        later = [person for person in there if person > self.picked]
        following = (later or there or [WHOLE_PICTURE])[0]
        self.chosen = None if following == self._shown.main else following

    def _there(self) -> list[int]:
        """Return who is seen, or was a moment ago."""
        known = {person.id for person in self._shown.people} | self._shown.labelled
        return sorted(known - {WHOLE_PICTURE})

    def view(
        self,
        now_seconds: float,
        *,
        truth: str | None = None,
        status: LiveStatus | None = None,
        help_lines: tuple[tuple[str, str], ...] = (),
        has_joints: bool = True,
    ) -> OverlayView:
        """Return what to draw on the frame played at ``now_seconds``."""
        picked = self.picked
        # A strip that moved with every frame would be drawn, and encoded, three times as often.
        strip_seconds = math.floor(now_seconds * STRIPS_PER_SECOND + 1e-6) / STRIPS_PER_SECOND
        rows = self._history.rows(self._shown, picked, strip_seconds)
        view = OverlayView(
            timeline=TimelineView(strip_seconds, self.span_seconds, rows),
            truth=truth,
            status=status,
            help_lines=help_lines,
            people=tuple(self._person(person, picked, has_joints) for person in self._shown.people),
            labels=self.labels,
        )
        newest = self._shown.newest_of(picked)
        if newest is None:
            # A newcomer's first window is filling, too.
            return replace(view, warming_up=0.0 if picked else self._warming_up)
        return replace(view, label=newest.label, confidence=_share(newest), top=self._top(newest))

    def _person(self, person: Person, picked: int, has_joints: bool) -> PersonView:
        newest = self._shown.newest_of(person.id)
        return PersonView(
            box=person.box,
            joints=person.joints if has_joints else None,
            label="" if newest is None else newest.label,
            confidence=0.0 if newest is None else _share(newest),
            number=person.id,
            is_picked=person.id == picked,
        )

    def _top(self, prediction: Prediction) -> tuple[tuple[str, float], ...]:
        scores = prediction.steady_scores
        best = np.argsort(-scores, kind="stable")[: self.num_top]
        return tuple((self.labels[i], float(scores[i])) for i in best)


def _share(prediction: Prediction) -> float:
    return min(1.0, max(0.0, prediction.confidence))
