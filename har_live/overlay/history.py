"""The last seconds of everybody: a lane for each person, taken over by who comes next."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from har_live.overlay.view import TimelineRow, TimelineSpan

if TYPE_CHECKING:
    from har_live.current_labels import CurrentLabels
    from har_live.types import Prediction

MAX_ROWS = 4
"""Lanes that are drawn at once."""


@dataclass(slots=True, eq=False)
class _Lane:
    person: int
    spans: deque[TimelineSpan] = field(default_factory=deque)


class History:
    """The labels of the last seconds.

    A newcomer takes the first lane whose person is not there, so that who is lost and found again,
    or seen after a cut, goes on in the same line: there are no more lanes than people at once.

    Args:
        span_seconds: what is older is forgotten.
    """

    def __init__(self, span_seconds: float) -> None:
        self._span_seconds = span_seconds
        self._lanes: list[_Lane] = []
        self._newest_seconds = float("-inf")

    def add(self, prediction: Prediction, shown: CurrentLabels) -> None:
        """Take the next prediction; one from before the newest (a seek) begins anew.

        Args:
            shown: who is there now.
        """
        if prediction.end_seconds < self._newest_seconds:
            self._lanes.clear()
        self._newest_seconds = prediction.end_seconds
        lane = self._lane_for(prediction.person, shown)
        _append(lane.spans, prediction)
        oldest_seconds = self._newest_seconds - self._span_seconds
        for other in self._lanes:
            while other.spans and other.spans[0].end_seconds < oldest_seconds:
                other.spans.popleft()
        self._lanes = [one for one in self._lanes if one.spans]

    def rows(
        self, shown: CurrentLabels, picked: int, now_seconds: float
    ) -> tuple[TimelineRow, ...]:
        """Return what is drawn: the picked person's row is always among them; at least one row."""
        lanes = list(self._lanes)
        later = [lane for lane in lanes[MAX_ROWS:] if lane.person == picked]
        lanes = [*lanes[: MAX_ROWS - len(later)], *later]
        rows = [_row(lane, shown, picked, now_seconds) for lane in lanes]
        return tuple(rows) or (TimelineRow(),)

    def _lane_for(self, person: int, shown: CurrentLabels) -> _Lane:
        for lane in self._lanes:
            if lane.person == person:
                return lane
        there = {one.id for one in shown.people}
        for lane in self._lanes:
            if lane.person not in there:
                lane.person = person
                return lane
        self._lanes.append(_Lane(person))
        return self._lanes[-1]


def _row(lane: _Lane, shown: CurrentLabels, picked: int, now_seconds: float) -> TimelineRow:
    """Return the row of a lane; the last span is drawn out to now while its label is still the one
    shown."""
    spans, newest = tuple(lane.spans), shown.newest_of(lane.person)
    if newest is None:
        return TimelineRow(spans)
    if now_seconds > newest.end_seconds:
        window_seconds = newest.end_seconds - newest.start_seconds
        end = min(now_seconds, newest.end_seconds + window_seconds)
        spans = (*spans[:-1], replace(spans[-1], end_seconds=end))
    return TimelineRow(spans, lane.person, is_picked=lane.person == picked)


def _append(spans: deque[TimelineSpan], prediction: Prediction) -> None:
    start = prediction.start_seconds
    if spans:
        start = max(start, spans[-1].end_seconds)
    confidence = min(1.0, max(0.0, prediction.confidence))
    end = max(start, prediction.end_seconds)
    span = TimelineSpan(start, end, prediction.label, confidence)
    if spans and span.label == spans[-1].label and span.start_seconds <= spans[-1].end_seconds:
        span = _joined(spans.pop(), span)
    spans.append(span)


def _joined(last: TimelineSpan, span: TimelineSpan) -> TimelineSpan:
    """Join into one span with the mean confidence, weighted by duration."""
    seconds = span.end_seconds - last.start_seconds
    share = (span.end_seconds - span.start_seconds) / seconds if seconds > 0 else 1.0
    confidence = share * span.confidence + (1 - share) * last.confidence
    return replace(last, end_seconds=span.end_seconds, confidence=confidence)
