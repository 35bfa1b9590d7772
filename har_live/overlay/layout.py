"""The places of all parts: every part has its own box, and nothing is drawn outside of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from har_live.overlay.canvas import Canvas
from har_live.overlay.notices import banner, help_sheet, status_line, truth_line
from har_live.overlay.panel import PanelText, label_panel
from har_live.overlay.people import box_in, face, limbs, outline, tag
from har_live.overlay.strokes import Lines, Outline
from har_live.overlay.style import Metrics, Rect
from har_live.overlay.tag_places import place
from har_live.overlay.text import printable
from har_live.overlay.timeline import timeline_strip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from har_live.overlay.view import LiveStatus, OverlayView

Name = Literal["frame", "limbs", "tag", "panel", "timeline", "truth", "status", "banner", "help"]


@dataclass(frozen=True, slots=True)
class OverlayPart:
    """One thing to lay on the picture."""

    name: Name
    box: Rect
    canvas: Canvas | Outline | Lines

    @classmethod
    def at(cls, name: Name, x: int, y: int, canvas: Canvas) -> OverlayPart:
        return cls(name, Rect(x, y, canvas.width, canvas.height), canvas)


def parts(view: OverlayView, metrics: Metrics) -> Iterator[OverlayPart]:
    """Yield the parts of a view in drawing order."""
    below = list(_bottom(view, metrics))
    floor = min((part.box.y for part in below), default=metrics.height) - metrics.gap
    canvas = label_panel(PanelText.of(view), metrics, floor - metrics.margin)
    panel = OverlayPart.at("panel", metrics.margin, metrics.margin, canvas)
    ceiling = panel.box.bottom
    above = [panel]
    if view.status is not None:
        status = _status(view.status, metrics, panel.box, floor)
        if status is not None:
            ceiling = max(ceiling, status.box.bottom)
            above.append(status)
        above += _banners(view.status, metrics, ceiling)
    if view.help_lines:
        above.append(_centred("help", help_sheet(view.help_lines, metrics), metrics))
    yield from _people(view, metrics, floor, [part.box for part in (*below, *above)])
    yield from below
    yield from above


def _people(
    view: OverlayView, metrics: Metrics, floor: int, taken: Sequence[Rect]
) -> Iterator[OverlayPart]:
    """Yield boxes and limbs, and above all of them the tags, clear of what is drawn over them."""
    for person in view.people:
        edges, body = (draw(person, view.labels, metrics) for draw in (outline, limbs))
        if edges is not None:
            yield OverlayPart("frame", edges.box, edges)
        if body is not None:
            yield OverlayPart("limbs", body.box, body)
    taken = list(taken)
    room = Rect(0, 0, metrics.width, max(0, floor))
    faces = [face(person, metrics) for person in view.people]
    # The picked one's lies where it likes best.
    for person in sorted(view.people, key=lambda person: not person.is_picked):
        canvas = tag(person, view.labels, metrics, has_number=view.has_numbers)
        if canvas is not None:
            around = box_in(person, metrics)
            box = place(canvas.width, canvas.height, around, room, taken=taken, faces=faces)
            if box is not None:
                taken.append(box)
                yield OverlayPart("tag", box, canvas)


def _bottom(view: OverlayView, metrics: Metrics) -> Iterator[OverlayPart]:
    """Yield the timeline along the lower edge and the true label above it."""
    floor = metrics.height - metrics.margin
    if view.timeline is not None:
        strip = timeline_strip(view.timeline, view.labels, metrics)
        floor -= strip.height
        yield OverlayPart.at("timeline", metrics.margin, floor, strip)
        floor -= metrics.gap
    if view.truth is not None and not metrics.compact:
        line = truth_line(view.truth, view.label, metrics)
        yield OverlayPart.at("truth", metrics.margin, floor - line.height, line)


def _status(status: LiveStatus, metrics: Metrics, panel: Rect, floor: int) -> OverlayPart | None:
    """Place the status line in the upper right corner, or below the panel where the picture is too
    narrow."""
    edge = metrics.width - metrics.margin
    line = status_line(status, metrics, edge - metrics.margin)
    if line is None:
        return None
    if panel.right + metrics.gap <= edge - line.width:
        return OverlayPart.at("status", edge - line.width, metrics.margin, line)
    if panel.bottom + metrics.gap + line.height <= floor:
        return OverlayPart.at("status", panel.x, panel.bottom + metrics.gap, line)
    return None


def _banners(status: LiveStatus, metrics: Metrics, ceiling: int) -> Iterator[OverlayPart]:
    """Yield the banners in the middle, one below the other, clear of what is at the top where there
    is room."""
    top = ceiling + metrics.gap
    sheets = [banner(printable(status.notice), "notice", metrics)] if status.notice else []
    if status.paused:
        sheets.append(banner("Paused", "pause", metrics))
    for sheet in sheets:
        part = _centred("banner", sheet, metrics, top)
        yield part
        top = part.box.bottom + metrics.gap


def _centred(name: Name, canvas: Canvas, metrics: Metrics, top: int = 0) -> OverlayPart:
    """Place a part in the middle, or lower if that is above ``top``, but never below the picture's
    edge."""
    y = max(top, (metrics.height - canvas.height) // 2)
    y = max(0, min(y, metrics.height - canvas.height))
    return OverlayPart.at(name, (metrics.width - canvas.width) // 2, y, canvas)
