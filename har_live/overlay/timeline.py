"""The strip of the last seconds: what was shown when, with now at its right end."""

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
    Box,
    Color,
    Metrics,
    color_of,
    ink_on,
    mix,
)
from har_live.overlay.text import MEDIUM, REGULAR, advance, display_name, fit_text

if TYPE_CHECKING:
    from har_live.overlay.view import Timeline, TimelineSpan

LEAST_OF_NAME = 0.6
"""The share of a name's letters that must fit on its span; less says nothing."""


def timeline_strip(timeline: Timeline, labels: tuple[str, ...], metrics: Metrics) -> Canvas:
    """Draw the strip."""
    track = track_box(timeline.span_seconds, metrics)
    strip = _empty_strip(timeline.span_seconds, metrics).copy()
    colors = np.empty((track.width, 3), np.uint8)
    colors[:] = TRACK
    drawn = [
        (span, *_columns(span, timeline, track.width), _span_color(span, labels))
        for span in timeline.spans
    ]
    gap = max(1, track.height // 16)
    for _, left, right, color in drawn:
        colors[left:right] = color
        if right - left > 3 * gap:
            colors[right - gap : right] = PANEL
    strip.fill_columns(track, colors, radius=track.height / 4)
    if not metrics.compact:
        for span, left, right, color in drawn:
            _name(strip, track, span, left, right, color, metrics)
        _now_line(strip, track, metrics)
    return strip


@lru_cache(maxsize=4)
def _empty_strip(span_seconds: float, metrics: Metrics) -> Canvas:
    track = track_box(span_seconds, metrics)
    strip = Canvas.panel(metrics.inner_width, track.height + 2 * track.y, metrics.radius)
    if not metrics.compact:
        baseline = track.y + (track.height + round(0.7 * metrics.small)) // 2
        strip.text(metrics.pad, baseline, _past(span_seconds), metrics.small, REGULAR, DIM)
        x = track.right + 2 * metrics.pad // 3
        strip.text(x, baseline, "now", metrics.small, REGULAR, DIM)
    return strip


def _now_line(strip: Canvas, track: Box, metrics: Metrics) -> None:
    thick, over = max(2, metrics.body // 8), track.y // 2
    line = Box(track.right - thick, track.y - over, thick, track.height + 2 * over)
    strip.fill(line, WHITE, radius=thick / 2)


def track_box(span_seconds: float, metrics: Metrics) -> Box:
    """Where in the strip time runs."""
    width = metrics.inner_width
    if metrics.compact:
        return Box(2, 2, max(1, width - 4), 4)
    small, inset = metrics.small, metrics.pad // 2
    left = metrics.pad + advance(_past(span_seconds), small, REGULAR) + 2 * metrics.pad // 3
    right = metrics.pad + advance("now", small, REGULAR) + 2 * metrics.pad // 3
    return Box(left, inset, max(1, width - left - right), round(1.5 * metrics.body))


def _past(span_seconds: float) -> str:
    return f"−{span_seconds:g} s"


def _columns(span: TimelineSpan, timeline: Timeline, width: int) -> tuple[int, int]:
    """First column of a span in the track, and the one after its last."""
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
    track: Box,
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
        baseline = track.y + (track.height + round(0.7 * size)) // 2
        strip.text(track.x + left + space, baseline, short, size, MEDIUM, ink_on(color))
