"""The panel that is looked at first: the label, how sure it is, and its rivals."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from har_live.overlay.canvas import Canvas
from har_live.overlay.style import DIM, TEXT, WHITE, Color, Metrics, Rect, color_of
from har_live.overlay.text import (
    MEDIUM,
    REGULAR,
    SEMIBOLD,
    advance,
    display_name,
    fit_text,
    smallest_px,
)
from har_live.types import NONE, UNSURE

if TYPE_CHECKING:
    from har_live.overlay.view import OverlayView


@dataclass(frozen=True, slots=True)
class PanelText:
    """The part of a view that the panel shows."""

    label: str
    headline: str
    """The label for people; where there is none, why, or a dash where none is to come."""
    share: float
    """0–1, the length of the bar: the confidence, or how far the first window has filled; 0 when
    unsure, since how probable the best one is would read as how sure it is to be unsure."""
    rivals: tuple[tuple[str, float], ...]
    labels: tuple[str, ...]

    @classmethod
    def of(cls, view: OverlayView) -> PanelText:
        share = view.confidence if view.label else view.warming_up or 0.0
        share = 0.0 if view.label == UNSURE else share
        absent = "–" if view.warming_up is None else "Warming up"
        headline = display_name(view.label) if view.label else absent
        rivals = tuple(row for row in view.top if row[0] != view.label)
        rivals = rivals[: max(0, len(view.top) - 1)]
        return cls(view.label, headline, share, rivals, view.labels)

    @property
    def color(self) -> Color:
        return color_of(self.label, self.labels)


# A label changes a few times a second, pictures come thirty times: most are drawn from here.
@lru_cache(maxsize=16)
def label_panel(text: PanelText, metrics: Metrics, max_height: int) -> Canvas:
    """Draw the panel; rows that do not fit ``max_height`` are left out."""
    pad, body = metrics.pad, metrics.body
    bar_height = max(3, round(0.34 * body))
    bar_top = pad + round(1.15 * metrics.label)
    head = bar_top + bar_height + pad
    row_height = round(1.5 * body)
    rows = text.rivals[: max(0, (max_height - head) // row_height)]
    if metrics.compact:
        rows = ()
    height = head + len(rows) * row_height + (pad // 3 if rows else 0)
    known = text.labels if text.label in text.labels else (*text.labels, text.label)
    width = panel_width(known, metrics)
    panel = Canvas.panel(width, height, metrics.radius)
    inner = width - 2 * pad
    _headline(panel, text, metrics, inner)
    panel.bar(Rect(pad, bar_top, inner, bar_height), text.share, text.color)
    for index, (label, probability) in enumerate(rows):
        baseline = head + index * row_height + round(0.75 * body)
        _row(panel, label, probability, color_of(label, text.labels), baseline, metrics)
    return panel


def _headline(panel: Canvas, text: PanelText, metrics: Metrics, inner: int) -> None:
    baseline = metrics.pad + round(0.82 * metrics.label)
    if text.label not in ("", UNSURE):
        percent, size = f"{text.share:.0%}", _percent_px(metrics)
        x = metrics.pad + inner - advance(percent, size, MEDIUM)
        panel.text(x, baseline, percent, size, MEDIUM, TEXT)
        # Of the widest figure, or the label would jump between sizes.
        inner -= _percent_room(metrics)
    color = WHITE if text.label not in ("", UNSURE, NONE) else DIM
    name, size = fit_text(text.headline, metrics.label, SEMIBOLD, inner)
    panel.text(metrics.pad, baseline, name, size, SEMIBOLD, color)


def _row(
    panel: Canvas, label: str, probability: float, color: Color, baseline: int, metrics: Metrics
) -> None:
    body, pad = metrics.body, metrics.pad
    right = panel.width - pad
    percent = f"{probability:.0%}"
    panel.text(right - advance(percent, body, REGULAR), baseline, percent, body, REGULAR, DIM)
    bar = row_bar(panel.width, metrics)
    name, size = fit_text(display_name(label), body, REGULAR, bar.x - pad - body // 2, 0.9)
    panel.text(pad, baseline, name, size, REGULAR, TEXT)
    top = baseline - round(0.36 * body) - bar.height // 2
    panel.bar(Rect(bar.x, top, bar.width, bar.height), probability, color)


def row_bar(panel_width: int, metrics: Metrics) -> Rect:
    """Return columns and height of a rival's bar; its y is the row's."""
    right = panel_width - metrics.pad - advance("100%", metrics.body, REGULAR)
    left = metrics.pad + round(0.54 * (panel_width - 2 * metrics.pad))
    width = max(1, right - metrics.body // 2 - left)
    return Rect(left, 0, width, max(3, round(0.36 * metrics.body)))


@lru_cache(maxsize=16)
def panel_width(labels: tuple[str, ...], metrics: Metrics) -> int:
    """Return a width that is the same for every label of a model, so that the panel stands still.

    A long name widens it to at most half the picture, and beyond only where the smallest letters
    would not do.
    """
    names = [display_name(label) for label in labels if label]

    def room(size_px: int) -> int:
        widest = max((advance(name, size_px, SEMIBOLD) for name in names), default=0)
        return widest + _percent_room(metrics) + 2 * metrics.pad

    wished = min(room(metrics.label), metrics.width // 2)
    return min(
        max(metrics.panel_width, wished, room(smallest_px(metrics.label))), metrics.inner_width
    )


def _percent_px(metrics: Metrics) -> int:
    return max(metrics.body, round(0.72 * metrics.label))


def _percent_room(metrics: Metrics) -> int:
    return advance("100%", _percent_px(metrics), MEDIUM) + metrics.label // 3
