"""The small print and the large: status line, true label, banners, help."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from har_live.overlay.canvas import Canvas
from har_live.overlay.style import (
    DIM,
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
    SMALLEST_PX,
    advance,
    display_name,
    fit_text,
    printable,
)
from har_live.types import UNSURE

if TYPE_CHECKING:
    from har_live.overlay.view import LiveStatus

_Run = tuple[str, int, Color]
"""Text, font weight, colour."""


def status_line(status: LiveStatus, metrics: Metrics, max_width: int) -> Canvas | None:
    """Draw whether it records, frames per second, latency, dropped frames, age of the label.

    None when there is nothing to say in the room there is.
    """
    size, pad = metrics.small, metrics.pad
    dot = round(0.7 * size) if status.recording else 0
    entries = [] if metrics.compact else _figures(status)
    if status.recording:
        entries.insert(0, ("REC", ""))
    while entries:
        runs = [_entry(*entry) for entry in entries]
        widths = [_reserved_width(entry, size) for entry in runs]
        width = 2 * pad + sum(widths) + (len(runs) - 1) * size + (dot + size // 3 if dot else 0)
        if width <= max_width:
            break
        entries.pop()
    else:
        return None
    line = Canvas.panel(width, round(1.9 * size), metrics.radius)
    x, baseline = pad, round(1.3 * size)
    if dot:
        line.fill(Rect(x, (line.height - dot) // 2, dot, dot), RECORDING, radius=dot / 2)
        x += dot + size // 3
    for entry, entry_width in zip(runs, widths, strict=True):
        _write(line, x, baseline, entry, size)
        x += entry_width + size
    return line


def _figures(status: LiveStatus) -> list[tuple[str, str]]:
    """Return values and their names; where room is short, the last ones are left out."""
    figures = [(f"{status.fps:.0f}", "fps")]
    if status.latency_ms is not None:
        figures.append((f"{status.latency_ms:.0f} ms", "latency"))
    figures.append((f"{status.dropped}", "dropped"))
    if status.age_ms is not None:
        figures.append((f"{status.age_ms / 1000:.1f} s", "age"))
    return figures


def _entry(value: str, name: str) -> list[_Run]:
    return [(value, MEDIUM, TEXT), *([(" " + name, REGULAR, DIM)] if name else [])]


def _reserved_width(entry: list[_Run], size: int) -> int:
    """Return a width as with the widest digits, so that the line does not tremble."""
    return sum(
        advance("".join("0" if c.isdigit() else c for c in text), size, weight)
        for text, weight, _ in entry
    )


def _write(canvas: Canvas, x: int, baseline: int, entry: list[_Run], size: int) -> None:
    for text, weight, color in entry:
        canvas.text(x, baseline, text, size, weight, color)
        x += advance(text, size, weight)


def truth_line(truth: str, label: str, metrics: Metrics) -> Canvas:
    """Draw the true label, with a mark that says whether the shown one agrees."""
    size, pad = metrics.small, metrics.pad
    caption = "True action "
    start = pad + advance(caption, size, REGULAR)
    judged = label not in ("", UNSURE)
    mark = round(0.8 * size) if judged else 0
    room = metrics.inner_width - start - pad - mark - size // 2
    name, name_size = fit_text(display_name(truth), size, MEDIUM, room)
    end = start + advance(name, name_size, MEDIUM)
    line = Canvas.panel(
        end + pad + (mark + size // 2 if judged else 0), round(1.9 * size), metrics.radius
    )
    baseline = round(1.3 * size)
    line.text(pad, baseline, caption, size, REGULAR, DIM)
    line.text(start, baseline, name, name_size, MEDIUM, TEXT)
    if judged:
        line.mark(end + size // 2, (line.height - mark) // 2, mark, agrees=truth == label)
    return line


def banner(text: str, kind: Literal["notice", "pause"], metrics: Metrics) -> Canvas:
    """Draw one line for the middle of the picture, behind an amber dot or a pause sign."""
    size = max(11, round(0.62 * metrics.label))
    pad, icon = round(0.7 * size), round(0.55 * size)
    room = metrics.inner_width - 2 * pad - icon - size // 2
    text, size = fit_text(text[:1].upper() + text[1:], size, MEDIUM, room)
    start = pad + icon + size // 2
    sheet = Canvas.panel(
        start + advance(text, size, MEDIUM) + pad, round(2.1 * size), metrics.radius
    )
    top = (sheet.height - icon) // 2
    if kind == "notice":
        sheet.fill(Rect(pad, top, icon, icon), WARNING, radius=icon / 2)
    else:
        stroke = max(2, icon // 3)
        for x in (pad, pad + icon - stroke):
            sheet.fill(Rect(x, top, stroke, icon), WHITE, radius=stroke / 4)
    sheet.text(start, round(1.4 * size), text, size, MEDIUM, WHITE)
    return sheet


def help_sheet(lines: tuple[tuple[str, str], ...], metrics: Metrics) -> Canvas:
    """Draw keys on caps, what they do beside them; the font shrinks until the sheet fits."""
    keys = [printable(key) for key, _ in lines]
    deeds = [printable(deed) for _, deed in lines]
    size = max(SMALLEST_PX, min(metrics.body, int(metrics.inner_height / (1.8 * len(lines) + 1))))
    row, pad = round(1.8 * size), size
    cap = max(advance(key, size, MEDIUM) for key in keys) + size
    room = max(1, metrics.inner_width - 3 * pad - cap)
    fitted = [fit_text(deed, size, REGULAR, room) for deed in deeds]
    widest = max(advance(deed, deed_size, REGULAR) for deed, deed_size in fitted)
    sheet = Canvas.panel(
        min(metrics.inner_width, 3 * pad + cap + widest),
        min(metrics.inner_height, row * len(lines) + pad),
        metrics.radius,
        opacity=0.95,
    )
    for index, (key, (deed, deed_size)) in enumerate(zip(keys, fitted, strict=True)):
        top = pad // 2 + index * row
        baseline = top + row // 2 + round(0.35 * size)
        sheet.fill(Rect(pad, top + 1, cap, row - max(2, size // 4)), TRACK, radius=size / 3)
        x = pad + (cap - advance(key, size, MEDIUM)) // 2
        sheet.text(x, baseline, key, size, MEDIUM, WHITE)
        sheet.text(2 * pad + cap, baseline, deed, deed_size, REGULAR, TEXT)
    return sheet
