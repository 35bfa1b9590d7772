"""Measures of how good a live label is: pure functions of what was so, what was shown, and when.

A timeline is a list of spans without gaps; what is true has ``none`` where nobody does anything of
the label set, what is shown has an empty label where nothing is. Nothing, ``none`` and ``unsure``
say the same to all measures here: no action.

``other_exercise`` is a label without a name: somebody trains, and it is none of the exercises that
are known. While that is true, it is right to show it and as right to show nothing; nobody waits for
it to be named, and a segment of it is neither a find nor a fault. Shown while something else is
done, or nothing, it is wrong; reported where nothing happens, it is a false alarm.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from har_live.types import NONE, UNSURE, Segment
from training.labels import OTHER

NOTHING = ""
"""Label that is shown before the first label."""


class Span(NamedTuple):
    """A stretch of time with one label."""

    start_seconds: float
    end_seconds: float
    label: str

    @property
    def seconds(self) -> float:
        return self.end_seconds - self.start_seconds

    @property
    def is_action(self) -> bool:
        """True if something is done that has a name."""
        return _heard(self.label) not in (NOTHING, OTHER)


Spans = tuple[Span, ...]


@dataclass(frozen=True)
class Showing:
    """One stream, and what live use would have made of it."""

    truth: Spans
    """Its first start and last end are the stream's."""
    shown: Spans
    segments: tuple[Span, ...] = ()
    """Segments reported as actions of the main person, with their borders."""
    reported: tuple[Segment, ...] = ()
    """Segments reported of anybody."""
    cuts_seconds: tuple[float, ...] = ()
    """Moments at which the picture becomes another one: all windows begin afresh."""

    @property
    def seconds(self) -> float:
        return self.truth[-1].end_seconds - self.truth[0].start_seconds


def timeline(points: Iterable[tuple[float, str]], end_seconds: float) -> Spans:
    """Make spans of (moment, label from then on) in order of time; equal neighbours become one."""
    changes: list[tuple[float, str]] = []
    for seconds, label in points:
        if changes and changes[-1][0] == seconds:
            changes.pop()
        if not changes or changes[-1][1] != label:
            changes.append((seconds, label))
    ends = [seconds for seconds, _ in changes[1:]] + [end_seconds]
    return tuple(Span(start, end, label) for (start, label), end in zip(changes, ends, strict=True))


def seconds_to_label(showings: Sequence[Showing]) -> NDArray[np.float64]:
    """Return (actions,) seconds from each true action's start to the first moment its label is
    shown.

    An action that is never named while it lasts counts with its whole length.
    """
    return np.array([_delay(showing, action)[0] for showing, action in _actions(showings)])


def share_of_actions_named(showings: Sequence[Showing]) -> float:
    """Return the share of the true actions whose label is shown at some moment while they last."""
    return float(np.mean([_delay(showing, action)[1] for showing, action in _actions(showings)]))


def share_of_time_right(showings: Sequence[Showing]) -> float:
    """Return the share of all time at which the true label is shown; where nothing is done,
    none."""
    right = sum(
        seconds
        for showing in showings
        for seconds, (truth, shown) in together(showing.truth, showing.shown)
        if truth == shown or (truth, shown) == (OTHER, NOTHING)
    )
    return right / _seconds(showings)


def extra_changes_per_minute(showings: Sequence[Showing]) -> float:
    """Return the number of changes of the shown label that no change of the true one explains, per
    minute.

    A true change (a start with an action is one) explains one shown change, whatever its label,
    between its own moment and the next true change but one: a label may be late, a label that was
    wrong and steady is no flicker, and an action that was missed does not make up for flicker
    much later. A cut explains two, for a label goes with the person it was of, and another comes.
    """
    return sum(_extra_changes(showing) for showing in showings) / _seconds(showings) * 60


def segment_f1(showings: Sequence[Showing], *, least_iou: float = 0.5) -> float:
    """Return the F1 of reported segments against true actions, over all streams together.

    A pair counts when the label is the same and the time in common is at least ``least_iou`` of
    the time of either; each is in one pair at most, the best fitting first. 1 where there is
    neither an action nor a segment.
    """
    pairs = sum(_num_pairs(showing, least_iou) for showing in showings)
    found = [span for showing in showings for span in showing.segments if span.is_action]
    count = len(found) + len(_actions(showings))
    return 2 * pairs / count if count else 1.0


def false_alarms_per_hour(showings: Sequence[Showing]) -> float:
    """Return the number of segments reported per hour, of anybody, for streams in which nothing
    happens."""
    return sum(len(showing.reported) for showing in showings) / _seconds(showings) * 3600


def agreement(groups: Sequence[Sequence[Showing]]) -> float:
    """Return the share of all time at which the same is shown in every showing of a group.

    Args:
        groups: the showings of one stream, as at several frame rates.
    """
    same = sum(
        seconds
        for group in groups
        for seconds, labels in together(group[0].truth, *(showing.shown for showing in group))
        if len(set(labels[1:])) == 1
    )
    return same / _seconds([group[0] for group in groups])


def together(first: Spans, *others: Spans) -> Iterator[tuple[float, list[str]]]:
    """Yield (seconds, the label in each timeline) of the stretches in which none of them changes.

    Args:
        first: says where to begin and to end.
        others: show nothing where they have no span.
    """
    timelines = (first, *others)
    begin, end = first[0].start_seconds, first[-1].end_seconds
    changes = {border for spans in timelines for span in spans for border in span[:2]}
    borders = sorted({begin, end} | {border for border in changes if begin < border < end})
    starts = [[span.start_seconds for span in spans] for spans in timelines]
    for start, stop in pairwise(borders):
        labels = []
        for spans, begins in zip(timelines, starts, strict=True):
            index = bisect_right(begins, start) - 1
            inside = index >= 0 and start < spans[index].end_seconds
            labels.append(_heard(spans[index].label) if inside else NOTHING)
        yield stop - start, labels


def _heard(label: str) -> str:
    return NOTHING if label in (NONE, UNSURE) else label


def _seconds(showings: Sequence[Showing]) -> float:
    return sum(showing.seconds for showing in showings)


def _actions(showings: Sequence[Showing]) -> list[tuple[Showing, Span]]:
    return [(showing, span) for showing in showings for span in showing.truth if span.is_action]


def _delay(showing: Showing, action: Span) -> tuple[float, bool]:
    """Return how long until the label is shown, and whether it is before the action's end."""
    for span in showing.shown:
        first = max(span.start_seconds, action.start_seconds)
        if span.label == action.label and first < min(span.end_seconds, action.end_seconds):
            return first - action.start_seconds, True
    return action.seconds, False


def _changes(spans: Spans) -> list[float]:
    """Return the moments at which another label begins, the first one included where it is an
    action's."""
    heard = [(span.start_seconds, _heard(span.label)) for span in spans]
    joined = timeline(heard, spans[-1].end_seconds)
    return [span.start_seconds for span in joined[0 if joined[0].label else 1 :]]


def _extra_changes(showing: Showing) -> int:
    explains = dict.fromkeys(_changes(showing.truth), 1) | dict.fromkeys(showing.cuts_seconds, 2)
    moments = sorted(explains)
    until = [*moments[2:], float("inf"), float("inf")]
    waiting = deque(
        (a, b) for a, b in zip(moments, until, strict=False) for _ in range(explains[a])
    )
    extra = 0
    for moment in _changes(showing.shown):
        while waiting and waiting[0][1] <= moment:
            waiting.popleft()
        if waiting and waiting[0][0] <= moment:
            waiting.popleft()
        else:
            extra += 1
    return extra


def _num_pairs(showing: Showing, least_iou: float) -> int:
    """Return the number of pairs of one true action and one segment, the best fitting first."""
    actions = [span for span in showing.truth if span.is_action]
    fits = sorted(
        (
            (_iou(action, segment), i, j)
            for i, action in enumerate(actions)
            for j, segment in enumerate(showing.segments)
            if action.label == segment.label
        ),
        reverse=True,
    )
    taken_actions: set[int] = set()
    taken_segments: set[int] = set()
    for iou, i, j in fits:
        if iou >= least_iou and i not in taken_actions and j not in taken_segments:
            taken_actions.add(i)
            taken_segments.add(j)
    return len(taken_actions)


def _iou(action: Span, segment: Span) -> float:
    begin = max(action.start_seconds, segment.start_seconds)
    end = min(action.end_seconds, segment.end_seconds)
    common = max(0.0, end - begin)
    return common / (action.seconds + segment.seconds - common)
