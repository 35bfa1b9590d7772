"""From predictions to what is drawn: the same for a file and for a live stream."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from har_live.overlay.view import LiveStatus, OverlayView, Timeline, TimelineSpan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from har_live.types import Prediction


class OverlayState:
    """Remembers the newest prediction and the labels of the last seconds."""

    def __init__(
        self, labels: Sequence[str], *, num_top: int = 4, span_seconds: float = 20.0
    ) -> None:
        self.labels = tuple(labels)
        self.num_top = num_top
        self.span_seconds = span_seconds
        self._newest: Prediction | None = None
        self._spans: deque[TimelineSpan] = deque()

    def update(self, prediction: Prediction) -> None:
        """Take the next prediction; one from before the newest (a seek) starts the strip anew."""
        spans = self._spans
        if spans and prediction.end_seconds < spans[-1].end_seconds:
            spans.clear()
        start = prediction.start_seconds
        if spans:
            start = max(start, spans[-1].end_seconds)
        confidence = min(1.0, max(0.0, prediction.confidence))
        span = TimelineSpan(start, prediction.end_seconds, prediction.label, confidence)
        if spans and _continues(spans[-1], span):
            span = _joined(spans.pop(), span)
        spans.append(span)
        while spans[0].end_seconds < prediction.end_seconds - self.span_seconds:
            spans.popleft()
        self._newest = prediction

    def restart(self) -> None:
        """The windows began afresh (a gap, a reconnect): no label until the next prediction."""
        self._newest = None

    def view(
        self,
        now_seconds: float,
        *,
        truth: str | None = None,
        status: LiveStatus | None = None,
        help_lines: tuple[tuple[str, str], ...] = (),
        warming_up: float | None = None,
        crop: tuple[float, float, float, float] | None = None,
    ) -> OverlayView:
        """What to draw on the frame played at ``now_seconds``."""
        view = OverlayView(
            timeline=Timeline(now_seconds, self.span_seconds, self._spans_until(now_seconds)),
            truth=truth,
            status=status,
            help_lines=help_lines,
            warming_up=warming_up,
            crop=crop,
            labels=self.labels,
        )
        newest = self._newest
        if newest is None:
            return view
        return replace(
            view,
            label=newest.label,
            confidence=min(1.0, max(0.0, newest.confidence)),
            top=self._top(newest),
        )

    def _spans_until(self, now_seconds: float) -> tuple[TimelineSpan, ...]:
        """The spans, the last one drawn out to now while its label is still the one shown."""
        spans, newest = tuple(self._spans), self._newest
        if newest is None or now_seconds <= newest.end_seconds:
            return spans
        window_seconds = newest.end_seconds - newest.start_seconds
        end = min(now_seconds, newest.end_seconds + window_seconds)
        return (*spans[:-1], replace(spans[-1], end_seconds=end))

    def _top(self, prediction: Prediction) -> tuple[tuple[str, float], ...]:
        scores = prediction.steady_scores
        best = np.argsort(-scores, kind="stable")[: self.num_top]
        return tuple((self.labels[i], float(scores[i])) for i in best)


def _continues(last: TimelineSpan, span: TimelineSpan) -> bool:
    return span.label == last.label and span.start_seconds <= last.end_seconds


def _joined(last: TimelineSpan, span: TimelineSpan) -> TimelineSpan:
    """One span with the mean confidence, weighted by duration."""
    seconds = span.end_seconds - last.start_seconds
    share = (span.end_seconds - span.start_seconds) / seconds if seconds > 0 else 1.0
    confidence = share * span.confidence + (1 - share) * last.confidence
    return replace(last, end_seconds=span.end_seconds, confidence=confidence)
