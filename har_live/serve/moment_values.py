"""Moments as the page and the API tell them: JSON values.

=================== ================= ==========================================================
``pts_seconds``     number or null    time of the newest frame
``label``           string            the main label; ``unsure`` where there is none
``confidence``      number or null    0 to 1
``person``          number or null    whose label it is; null: said of the picture as a whole
``top``             array             the three likeliest: ``label``, ``confidence``
``people``          array             everybody seen: ``id``, ``box``, ``joints``, ``label``,
                                      ``confidence``
``segments``        array             those now over: see ``har_live.sinks.event_formats``
``warming_up``      number or null    0 to 1 until there is a first label
``latency_ms``      number or null    from a frame's arrival to the label that includes it
``is_lost``         boolean           a live source was lost, or is over
=================== ================= ==========================================================

``box`` and ``joints`` (13 of x, y, score) are shares of the picture's width and height.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from har_live.current_labels import CurrentLabels
from har_live.sinks.event_formats import fields_of
from har_live.types import UNSURE, WHOLE_PICTURE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from har_live.moment import Moment
    from har_live.types import Person, Prediction

NUM_TOP = 3

Values = dict[str, Any]


class MomentValues:
    """Follows the moments of one source.

    Args:
        labels: the model's, in the order of scores.
    """

    def __init__(self, labels: Sequence[str]) -> None:
        self._labels = labels
        self._current = CurrentLabels()
        self._pts_seconds: float | None = None
        self._latency_ms: float | None = None

    def of(self, moment: Moment, *, latency_ms: float | None = None) -> Values:
        """Take in the next moment; return its values.

        Args:
            latency_ms: None takes the moment's.
        """
        self.follow(moment)
        is_lost = moment.is_lost or moment.is_last
        if is_lost or moment.warming_up is not None:
            self._current.restart()
        self._current.update(moment.predictions, moment.people)
        main = self._current.newest_of(self._current.main)
        return {
            "pts_seconds": self._pts_seconds,
            **_label_of(main),
            "person": None if main is None or main.person == WHOLE_PICTURE else main.person,
            "top": [] if main is None else self._top(main),
            "people": [self._person(person) for person in moment.people],
            "segments": [fields_of(segment) for segment in moment.segments],
            "warming_up": None if moment.warming_up is None else _rounded(moment.warming_up),
            "latency_ms": self._latency_ms if latency_ms is None else round(latency_ms, 1),
            "is_lost": is_lost,
        }

    def follow(self, moment: Moment) -> None:
        """Take in a moment whose values nobody wants: a mere frame."""
        if moment.frame is not None:
            self._pts_seconds = _rounded(moment.frame.pts_seconds)
        if moment.latency_seconds is not None:
            self._latency_ms = round(moment.latency_seconds * 1000, 1)

    def _person(self, person: Person) -> Values:
        return {
            "id": person.id,
            "box": [_rounded(side) for side in person.box],
            "joints": [[_rounded(value) for value in joint] for joint in person.joints.tolist()],
            **_label_of(self._current.newest_of(person.id)),
        }

    def _top(self, prediction: Prediction) -> list[Values]:
        scores = prediction.steady_scores
        best = scores.argsort()[::-1][:NUM_TOP]
        return [{"label": self._labels[i], "confidence": _share(scores[i])} for i in best]


def _label_of(prediction: Prediction | None) -> Values:
    if prediction is None:
        return {"label": UNSURE, "confidence": None}
    return {"label": prediction.label, "confidence": _share(prediction.confidence)}


def _share(value: float) -> float:
    return _rounded(min(1.0, max(0.0, float(value))))


def _rounded(value: float) -> float:
    return round(float(value), 4)
