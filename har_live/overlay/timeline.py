"""The strip of the last seconds: what was shown when, with now at its right end; a row for each
person."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from har_live.overlay.canvas import Canvas
from har_live.overlay.style import (
    DIM,
    PANEL,
    TRACK,
    WHITE,
    Color,
    Metrics,
    Rect,
    color_of,
    ink_on,
    mix,
)
from har_live.overlay.text import MEDIUM, REGULAR, advance, display_name, fit_text

if TYPE_CHECKING:
    from har_live.overlay.view import TimelineRow, TimelineSpan, TimelineView

LEAST_OF_NAME = 0.6
"""The share of a name's letters that must fit on its span; less says nothing."""


@lru_cache(maxsize=16)
def timeline_strip(timeline: TimelineView, labels: tuple[str, ...], metrics: Metrics) -> Canvas:
    """Draw the strip; several pictures share it, so it is not to be drawn on."""
    num_rows = len(timeline.rows)
    strip = _empty_strip(timeline.span_seconds, metrics, num_rows).copy()
    tracks = [track_box(timeline.span_seconds, metrics, row, num_rows) for row in range(num_rows)]
    for row, track in zip(timeline.rows, tracks, strict=True):
        _fill_track(strip, track, row, timeline, labels, metrics)
    if not metrics.compact:
        _now_line(strip, tracks, metrics)
    return strip


def _fill_track(
    strip: Canvas,
    track: Rect,
    row: TimelineRow,
    timeline: TimelineView,
    labels: tuple[str, ...],
    metrics: Metrics,
) -> None:
    colors = np.empty((track.width, 3), np.uint8)
    colors[:] = TRACK
    drawn = [
        (span, *_columns(span, timeline, track.width), _span_color(span, labels))
        for span in row.spans
    ]
    gap = max(1, track.height // 16)
    for _, left, right, color in drawn:
        colors[left:right] = color
        if right - left > 3 * gap:
            colors[right - gap : right] = PANEL
    strip.fill_columns(track, colors, radius=track.height / 4)
    if metrics.compact:
        return
    for span, left, right, color in drawn:
        _name(strip, track, span, left, right, color, metrics)
    if row.number and len(timeline.rows) > 1:
        _number(strip, track, row, metrics)


def _number(strip: Canvas, track: Rect, row: TimelineRow, metrics: Metrics) -> None:
    """Draw whose row it is, at its beginning."""
    text, weight = f"{row.number}", MEDIUM if row.is_picked else REGULAR
    x = track.x - metrics.pad // 2 - advance(text, metrics.small, weight)
    ink = WHITE if row.is_picked else DIM
    strip.text(x, _baseline(track, metrics.small), text, metrics.small, weight, ink)


@lru_cache(maxsize=8)
def _empty_strip(span_seconds: float, metrics: Metrics, num_rows: int) -> Canvas:
    first, last = (track_box(span_seconds, metrics, row, num_rows) for row in (0, num_rows - 1))
    strip = Canvas.panel(metrics.inner_width, first.y + last.bottom, metrics.radius)
    if not metrics.compact:
        baseline = _baseline(Rect(0, 0, 0, strip.height), metrics.small)
        strip.text(metrics.pad, baseline, _past(span_seconds), metrics.small, REGULAR, DIM)
        x = first.right + 2 * metrics.pad // 3
        strip.text(x, baseline, "now", metrics.small, REGULAR, DIM)
    return strip


def _baseline(track: Rect, size_px: int) -> int:
    """Return the baseline of text in the middle of a track."""
    return track.y + (track.height + round(0.7 * size_px)) // 2


def _now_line(strip: Canvas, tracks: list[Rect], metrics: Metrics) -> None:
    top, bottom, right = tracks[0].y, tracks[-1].bottom, tracks[0].right
    thick, over = max(2, metrics.body // 8), top // 2
    line = Rect(right - thick, top - over, thick, bottom - top + 2 * over)
    strip.fill(line, WHITE, radius=thick / 2)


def track_box(span_seconds: float, metrics: Metrics, row: int = 0, num_rows: int = 1) -> Rect:
    """Return where in the strip time runs; several rows are a little narrower and lower each."""
    width = metrics.inner_width
    if metrics.compact:
        return Rect(2, 2 + 5 * row, max(1, width - 4), 4)
    small, inset = metrics.small, metrics.pad // 2
    left = metrics.pad + advance(_past(span_seconds), small, REGULAR) + 2 * metrics.pad // 3
    right = metrics.pad + advance("now", small, REGULAR) + 2 * metrics.pad // 3
    height, apart = round(1.5 * metrics.body), 0
    if num_rows > 1:
        left += advance("00", small, MEDIUM) + metrics.pad // 3
        height, apart = round(1.25 * metrics.body), max(1, round(0.2 * metrics.body))
    top = inset + row * (height + apart)
    return Rect(left, top, max(1, width - left - right), height)


def _past(span_seconds: float) -> str:
    return f"−{span_seconds:g} s"


def _columns(span: TimelineSpan, timeline: TimelineView, width: int) -> tuple[int, int]:
    """Return the first column of a span in the track, and the one after its last."""
    begin = timeline.now_seconds - timeline.span_seconds
    left, right = (
        round((seconds - begin) / timeline.span_seconds * width)
        for seconds in (span.start_seconds, span.end_seconds)
    )
    return min(max(left, 0), width), min(max(right, 0), width)


def _span_color(span: TimelineSpan, labels: tuple[str, ...]) -> Color:
    return mix(color_of(span.label, labels), TRACK, 0.45 + 0.55 * span.confidence)


def _name(
    strip: Canvas,
    track: Rect,
    span: TimelineSpan,
    left: int,
    right: int,
    color: Color,
    metrics: Metrics,
) -> None:
    space = metrics.small // 2
    room = right - left - 2 * space
    name = display_name(span.label)
    if room < 2 * metrics.small:
        return
    short, size = fit_text(name, metrics.small, MEDIUM, room, 1.0)
    if short == name or len(short) - 1 >= LEAST_OF_NAME * len(name):
        baseline = _baseline(track, size)
        strip.text(track.x + left + space, baseline, short, size, MEDIUM, ink_on(color))
