"""Turns labels into segments: who did what, from when to when."""

from __future__ import annotations

import math

from har_live.types import NONE, UNSURE, Prediction, Segment

LEFT_SECONDS = 1.0
"""Whoever's next window is this late has left: what they did last is over."""


class Segmenter:
    """Turns predictions of any number of people into segments, in the order in which they end.

    Args:
        lag_seconds: how far a label runs behind the action: that of a window, plus half the time
            that the smoother averages over.
        hop_seconds: from one window of somebody to the next.
        min_duration_seconds: shorter segments are left out.
    """

    def __init__(
        self, *, lag_seconds: float, hop_seconds: float, min_duration_seconds: float = 0.0
    ) -> None:
        self._lag_seconds = lag_seconds
        self._left_seconds = hop_seconds + LEFT_SECONDS
        self._min_duration_seconds = min_duration_seconds
        self._people: dict[int, _OneSegmenter] = {}
        self.left_out_seconds: dict[str, float] = {}
        """Label → seconds of its stretches that became no segment, of all people together."""

    def update(self, prediction: Prediction) -> list[Segment]:
        """Return the segments that ``prediction`` shows to be over."""
        ended = self._finish_those_who_left(prediction.end_seconds)
        one = self._people.get(prediction.person)
        if one is None:
            one = self._people[prediction.person] = _OneSegmenter(
                lag_seconds=self._lag_seconds,
                min_duration_seconds=self._min_duration_seconds,
                left_out_seconds=self.left_out_seconds,
            )
        return ended + one.update(prediction)

    def finish(self) -> list[Segment]:
        """Return the segments still open, which end with the last windows."""
        people, self._people = self._people, {}
        return [segment for one in people.values() for segment in one.finish()]

    def _finish_those_who_left(self, now_seconds: float) -> list[Segment]:
        left = [
            person
            for person, one in self._people.items()
            if not now_seconds - self._left_seconds <= one.last_seconds <= now_seconds
        ]
        return [segment for person in left for segment in self._people.pop(person).finish()]


class _OneSegmenter:
    """The segments of one person, or of the whole picture.

    A window's label tells of a moment before the window's end, and the average over several windows
    of the middle of those; so a border lies that much before the moment at which the label changed.
    Segments never overlap. Stretches of ``none`` and ``unsure`` are gaps between segments, and
    counted.

    Args:
        lag_seconds: see ``Segmenter``.
        min_duration_seconds: shorter segments are left out.
        left_out_seconds: is added to: label → seconds of stretches that became no segment.
    """

    def __init__(
        self,
        *,
        lag_seconds: float,
        min_duration_seconds: float,
        left_out_seconds: dict[str, float],
    ) -> None:
        self._lag_seconds = lag_seconds
        self._min_duration_seconds = min_duration_seconds
        self._left_out_seconds = left_out_seconds
        self._last: Prediction | None = None
        self._start_seconds = 0.0
        self._confidences: list[float] = []
        self._surest: Prediction | None = None

    @property
    def last_seconds(self) -> float:
        """End of the last window."""
        return -math.inf if self._last is None else self._last.end_seconds

    def update(self, prediction: Prediction) -> list[Segment]:
        """Return the segments that ``prediction`` shows to be over: none or one."""
        last = self._last
        if last is None or prediction.run != last.run:
            ended = self.finish()
            self._start_seconds = prediction.start_seconds
        elif prediction.label != last.label:
            border = max(prediction.end_seconds - self._lag_seconds, self._start_seconds)
            ended = self._close(last.label, border)
            self._start_seconds = border
        else:
            ended = []
        self._last = prediction
        self._confidences.append(prediction.confidence)
        if self._surest is None or prediction.confidence > self._surest.confidence:
            self._surest = prediction
        return ended

    def finish(self) -> list[Segment]:
        """Return the segment still open, which ends with the last window: none or one."""
        last, self._last = self._last, None
        return self._close(last.label, last.end_seconds) if last is not None else []

    def _close(self, label: str, end_seconds: float) -> list[Segment]:
        confidences, self._confidences = self._confidences, []
        surest, self._surest = self._surest, None
        duration_seconds = end_seconds - self._start_seconds
        # A label that lasts less than it runs behind was over before it began.
        too_short = duration_seconds <= 0 or duration_seconds < self._min_duration_seconds
        if label in (NONE, UNSURE) or too_short or surest is None:
            so_far_seconds = self._left_out_seconds.get(label, 0.0)
            self._left_out_seconds[label] = so_far_seconds + duration_seconds
            return []
        mean = sum(confidences) / len(confidences)
        return [
            Segment(
                self._start_seconds,
                end_seconds,
                label,
                mean,
                max(confidences),
                person=surest.person,
                box=surest.box,
            )
        ]
