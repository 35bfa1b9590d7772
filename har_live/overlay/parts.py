"""Which part goes where: every part has its own box, and nothing is drawn outside of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from har_live.overlay.canvas import Canvas
from har_live.overlay.notices import banner, help_sheet, status_line, truth_line
from har_live.overlay.panel import PanelText, label_panel
from har_live.overlay.style import DARK, WHITE, Box, Metrics
from har_live.overlay.text import printable
from har_live.overlay.timeline import timeline_strip

if TYPE_CHECKING:
    from har_live.overlay.view import LiveStatus, OverlayView

Name = Literal["crop", "panel", "timeline", "truth", "status", "banner", "help"]


@dataclass(frozen=True, slots=True)
class Part:
    """One thing to lay on the picture."""

    name: Name
    box: Box
    canvas: Canvas

    @classmethod
    def at(cls, name: Name, x: int, y: int, canvas: Canvas) -> Part:
        return cls(name, Box(x, y, canvas.width, canvas.height), canvas)


def parts(view: OverlayView, metrics: Metrics) -> Iterator[Part]:
    """The parts of a view in drawing order."""
    if view.crop is not None:
        yield from _crop(view.crop, metrics)
    below = list(_bottom(view, metrics))
    yield from below
    floor = min((part.box.y for part in below), default=metrics.height) - metrics.gap
    canvas = label_panel(PanelText.of(view), metrics, floor - metrics.margin)
    panel = Part.at("panel", metrics.margin, metrics.margin, canvas)
    yield panel
    ceiling = panel.box.bottom
    if view.status is not None:
        status = _status(view.status, metrics, panel.box, floor)
        if status is not None:
            ceiling = max(ceiling, status.box.bottom)
            yield status
        yield from _banners(view.status, metrics, ceiling)
    if view.help_lines:
        yield _centred("help", help_sheet(view.help_lines, metrics), metrics)


def _bottom(view: OverlayView, metrics: Metrics) -> Iterator[Part]:
    """The timeline along the lower edge and the true label above it."""
    floor = metrics.height - metrics.margin
    if view.timeline is not None:
        strip = timeline_strip(view.timeline, view.labels, metrics)
        floor -= strip.height
        yield Part.at("timeline", metrics.margin, floor, strip)
        floor -= metrics.gap
    if view.truth is not None and not metrics.compact:
        line = truth_line(view.truth, view.label, metrics)
        yield Part.at("truth", metrics.margin, floor - line.height, line)


def _status(status: LiveStatus, metrics: Metrics, panel: Box, floor: int) -> Part | None:
    """In the upper right corner, or below the panel where the picture is too narrow."""
    edge = metrics.width - metrics.margin
    line = status_line(status, metrics, edge - metrics.margin)
    if line is None:
        return None
    if panel.right + metrics.gap <= edge - line.width:
        return Part.at("status", edge - line.width, metrics.margin, line)
    if panel.bottom + metrics.gap + line.height <= floor:
        return Part.at("status", panel.x, panel.bottom + metrics.gap, line)
    return None


def _banners(status: LiveStatus, metrics: Metrics, ceiling: int) -> Iterator[Part]:
    """In the middle, one below the other, clear of what is at the top where there is room."""
    top = ceiling + metrics.gap
    sheets = [banner(printable(status.notice), "notice", metrics)] if status.notice else []
    if status.paused:
        sheets.append(banner("Paused", "pause", metrics))
    for sheet in sheets:
        part = _centred("banner", sheet, metrics, top)
        yield part
        top = part.box.bottom + metrics.gap


def _centred(name: Name, canvas: Canvas, metrics: Metrics, top: int = 0) -> Part:
    """In the middle, or lower if that is above ``top``, but never below the picture's edge."""
    y = max(top, (metrics.height - canvas.height) // 2)
    y = max(0, min(y, metrics.height - canvas.height))
    return Part.at(name, (metrics.width - canvas.width) // 2, y, canvas)


def _crop(crop: tuple[float, float, float, float], metrics: Metrics) -> Iterator[Part]:
    """A light line inside a dark one: seen on any picture."""
    left, right = round(crop[0] * metrics.width), round(crop[2] * metrics.width)
    top, bottom = round(crop[1] * metrics.height), round(crop[3] * metrics.height)
    line = max(1, metrics.body // 9)
    ring = Box(left, top, right - left, bottom - top)
    within = Box(left + line, top + line, ring.width - 2 * line, ring.height - 2 * line)
    for box, color, opacity in ((ring, DARK, 0.6), (within, WHITE, 0.9)):
        for edge in _edges(box, line):
            canvas = Canvas.sheet(edge.width, edge.height, color, opacity=opacity)
            yield Part("crop", edge, canvas)


def _edges(ring: Box, thick: int) -> Iterator[Box]:
    inner_height = ring.height - 2 * thick
    if ring.width > 2 * thick and inner_height > 0:
        yield Box(ring.x, ring.y, ring.width, thick)
        yield Box(ring.x, ring.bottom - thick, ring.width, thick)
        yield Box(ring.x, ring.y + thick, thick, inner_height)
        yield Box(ring.right - thick, ring.y + thick, thick, inner_height)
