"""All that is drawn on the picture while takes are recorded, legible from a few steps away.

Above, what is to be done and how far it is; in the middle the countdown; below, one line or two of
what is amiss, and the keys.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from har_live.overlay.canvas import Canvas
from har_live.overlay.people import limbs, outline
from har_live.overlay.strokes import Outline
from har_live.overlay.style import (
    BAD,
    DIM,
    GOOD,
    RECORDING,
    TEXT,
    TRACK,
    WARNING,
    WHITE,
    Color,
    Metrics,
    Rect,
)
from har_live.overlay.text import (
    MEDIUM,
    REGULAR,
    SEMIBOLD,
    SMALLEST_PX,
    advance,
    display_name,
    fit_text,
    printable,
    wrapped,
)

if TYPE_CHECKING:
    from har_live.overlay.view import PersonView
    from har_live.types import Image

Tone = Literal["plain", "good", "bad", "warning"]
_TONES: dict[Tone, Color] = {"plain": TEXT, "good": GOOD, "bad": BAD, "warning": WARNING}
MOST_LINES = 3


@dataclass(frozen=True, slots=True)
class LessonView:
    """All that is drawn on one picture."""

    action: str
    """Name of what is to be done."""
    progress: str
    """How far it is: ``take 3 of 8 · action 2 of 4``."""
    num_kept: int = 0
    num_takes: int = 1
    """Takes that there are of this action, and takes wanted."""
    message: str = ""
    """What is to be done now, or what is amiss; up to three lines."""
    tone: Tone = "plain"
    count: int | None = None
    """The large number in the middle."""
    recorded: float | None = None
    """0–1, how much of the take is recorded; None: none is being recorded."""
    keys: tuple[tuple[str, str], ...] = ()
    """Keys and what they do, along the lower edge."""
    people: tuple[PersonView, ...] = ()
    labels: tuple[str, ...] = ()
    """All actions: gives each a colour of its own."""

    def mirrored(self) -> LessonView:
        """Return the same on a picture that is mirrored; text stays as it is."""
        return replace(self, people=tuple(person.mirrored() for person in self.people))


def draw_lesson(image: Image, view: LessonView) -> Image:
    """Draw a view on a copy of a picture.

    Args:
        image: (H, W, 3) uint8 RGB, left as it is.

    Returns:
        (H, W, 3) uint8 RGB, a new array.
    """
    picture = image.copy()
    height, width, _ = picture.shape
    metrics = Metrics.of(width, height)
    for person in view.people:
        for part in (draw(person, view.labels, metrics) for draw in (outline, limbs)):
            if part is not None:
                part.stamp_on(picture)
    if view.recorded is not None:
        _frame(metrics).stamp_on(picture)
    head = _head(view, metrics)
    head.stamp_on(picture, metrics.margin, metrics.margin)
    floor = height - metrics.margin
    if view.keys and not metrics.compact:
        keys = _keys(view.keys, metrics)
        floor -= keys.height
        keys.stamp_on(picture, (width - keys.width) // 2, floor)
        floor -= metrics.gap
    if view.message:
        message = _message(view.message, view.tone, metrics)
        floor -= message.height
        message.stamp_on(picture, (width - message.width) // 2, floor)
    if view.count is not None:
        digit = _count(view.count, metrics)
        middle = (metrics.margin + head.height + floor - digit.height) // 2
        digit.stamp_on(picture, (width - digit.width) // 2, middle)
    return picture


def _frame(metrics: Metrics) -> Outline:
    """Return a red line along the picture's edges."""
    thick = 2 * max(1, round(min(metrics.width, metrics.height) / 160))
    dark = thick // 2
    width, height = (2 * (side // 2) - 2 * dark for side in (metrics.width, metrics.height))
    return Outline(Rect(dark, dark, width, height), thick, RECORDING)


def _head(view: LessonView, metrics: Metrics) -> Canvas:
    """Draw the action's name, how far it is, and a mark for each take."""
    pad, dot = metrics.pad, metrics.label
    room = metrics.inner_width - 2 * pad
    name, name_px = fit_text(
        display_name(view.action),
        round(1.7 * metrics.label),
        SEMIBOLD,
        room - round(1.5 * dot),
        shrink=0.5,
    )
    progress, progress_px = fit_text(
        printable(view.progress), round(0.72 * metrics.label), MEDIUM, room, shrink=0.6
    )
    needed = (
        advance(name, name_px, SEMIBOLD) + round(1.5 * dot),
        advance(progress, progress_px, MEDIUM),
    )
    inner = min(room, max(*needed, metrics.panel_width))
    bar = max(3, round(0.2 * metrics.label))
    name_baseline = pad + round(0.85 * name_px)
    baseline = name_baseline + round(0.4 * name_px + progress_px)
    bar_top = baseline + round(0.6 * progress_px)
    head = Canvas.panel(inner + 2 * pad, bar_top + bar + pad, metrics.radius)
    if view.recorded is not None:
        place = Rect(pad + inner - dot, name_baseline - round(0.36 * name_px + dot / 2), dot, dot)
        head.fill(place, RECORDING, radius=dot / 2)
    head.text(pad, name_baseline, name, name_px, SEMIBOLD, WHITE)
    head.text(pad, baseline, progress, progress_px, MEDIUM, DIM)
    _marks(head, view, Rect(pad, bar_top, inner, bar))
    return head


def _marks(head: Canvas, view: LessonView, box: Rect) -> None:
    """Draw a bar a take, filled as far as it is recorded."""
    count = max(view.num_takes, view.num_kept)
    gap = min(max(2, box.height // 2), box.width // (4 * count))
    for number in range(count):
        left = box.x + round(number * (box.width + gap) / count)
        right = box.x + round((number + 1) * (box.width + gap) / count) - gap
        place = Rect(left, box.y, max(1, right - left), box.height)
        if number < view.num_kept:
            head.fill(place, GOOD, radius=box.height / 2)
        elif number == view.num_kept and view.recorded is not None:
            head.bar(place, view.recorded, RECORDING)
        else:
            head.fill(place, TRACK, radius=box.height / 2)


def _message(text: str, tone: Tone, metrics: Metrics) -> Canvas:
    """Draw a message in as many lines as it needs, behind a stripe of its tone's colour."""
    pad, size = metrics.pad, metrics.label
    stripe = max(3, size // 6)
    room = metrics.inner_width - 2 * pad - stripe
    lines = wrapped(printable(text), size, MEDIUM, room, MOST_LINES)
    row = round(1.35 * size)
    width = stripe + 2 * pad + max(advance(line, px, MEDIUM) for line, px in lines)
    sheet = Canvas.panel(min(width, metrics.inner_width), row * len(lines) + pad, metrics.radius)
    sheet.fill(Rect(0, 0, stripe, sheet.height), _TONES[tone])
    for number, (line, px) in enumerate(lines):
        baseline = pad // 2 + number * row + round(0.98 * size)
        sheet.text(stripe + pad, baseline, line, px, MEDIUM, WHITE)
    return sheet


def _count(count: int, metrics: Metrics) -> Canvas:
    size = round(0.3 * min(metrics.width, metrics.height))
    text = str(count)
    side = max(round(1.25 * size), advance(text, size, SEMIBOLD) + size // 2)
    sheet = Canvas.panel(side, side, side / 2, opacity=0.62)
    x = (side - advance(text, size, SEMIBOLD)) // 2
    sheet.text(x, (side + round(0.72 * size)) // 2, text, size, SEMIBOLD, WHITE)
    return sheet


def _keys(keys: tuple[tuple[str, str], ...], metrics: Metrics) -> Canvas:
    """Draw keys on caps, what they do beside them, in as many rows as they need."""
    size = max(SMALLEST_PX, round(1.25 * metrics.body))
    rows: list[list[tuple[str, str]]] = [[]]
    for key, deed in keys:
        entry = printable(key), printable(deed)
        if rows[-1] and _row_width([*rows[-1], entry], size) > metrics.inner_width:
            rows.append([])
        rows[-1].append(entry)
    row_height = round(2.1 * size)
    widest = max(_row_width(row, size) for row in rows)
    sheet = Canvas.panel(min(widest, metrics.inner_width), row_height * len(rows), metrics.radius)
    for number, row in enumerate(rows):
        x = (sheet.width - _row_width(row, size)) // 2
        for key, deed in row:
            _key(sheet, x, number * row_height, key, deed, size)
            x += _row_width([(key, deed)], size)
    return sheet


def _row_width(row: list[tuple[str, str]], size: int) -> int:
    return sum(
        advance(key, size, MEDIUM) + advance(deed, size, REGULAR) + 3 * size for key, deed in row
    )


def _key(sheet: Canvas, x: int, top: int, key: str, deed: str, size: int) -> None:
    cap, edge = advance(key, size, MEDIUM) + size, round(0.28 * size)
    baseline = top + round(1.4 * size)
    place = Rect(x + size // 2, top + edge, cap, round(2.1 * size) - 2 * edge)
    sheet.fill(place, TRACK, radius=size / 3)
    sheet.text(x + size, baseline, key, size, MEDIUM, WHITE)
    sheet.text(x + cap + size, baseline, deed, size, REGULAR, TEXT)
