"""Text as coverage masks: any Unicode string becomes ink, anti-aliased, with even spacing."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from har_live.label_names import readable

if TYPE_CHECKING:
    from numpy.typing import NDArray

REGULAR, MEDIUM, SEMIBOLD = 420, 520, 620
ELLIPSIS = "…"
SMALLEST_PX = 9
"""Font sizes below this are not legible."""
SHRINK = 0.7
"""Most that a line is made smaller before it is shortened."""

_MARKS = "".join(chr(code) for code in range(0x0590, 0x0900) if unicodedata.combining(chr(code)))
_MARKS_FIRST = re.compile(f"([{_MARKS}]+)(.)")
"""Marks of Hebrew, Arabic and their kin before their letter, where reversing puts them; OpenCV
draws a mark over the letter before it."""


@dataclass(frozen=True, slots=True)
class Ink:
    """A drawn line of text."""

    mask: NDArray[np.uint8]
    """(height, width) uint8 coverage, not to be written to."""
    baseline: int
    """Rows from the mask's top to the baseline."""
    inset: int
    """Columns from the mask's left edge to the text's start; glyphs may hang over it."""


def display_name(label: str) -> str:
    """A label as people write it: ``tennis_forehand`` becomes ``Tennis forehand``."""
    name = printable(readable(label))
    return name[:1].upper() + name[1:]


def printable(text: str) -> str:
    """One line without control characters, never empty; a symbol that the font lacks is named."""
    # A lone surrogate crashes OpenCV 5.0's putText; the round trip turns it into "?".
    text = unicodedata.normalize("NFC", text).encode("utf-8", "replace").decode()
    text = "".join(" " if char.isspace() else _drawable(char) for char in text)
    return " ".join(text.split()) or "?"


@cache
def _drawable(char: str) -> str:
    kind = unicodedata.category(char)
    if kind in ("Cc", "Cf") or unicodedata.name(char, "").startswith("VARIATION SELECTOR"):
        return ""
    if kind in ("So", "Sk") and _is_missing(char):
        return f" {unicodedata.name(char, '?').lower()} "
    return char


def _is_missing(char: str) -> bool:
    """True when OpenCV would draw a question mark."""
    drawn, unknown = np.zeros((2, 48, 64), np.uint8)
    for target, text in ((drawn, char), (unknown, "?")):
        cv2.putText(target, text, (8, 36), (255,), _font(), 32, REGULAR)
    return np.array_equal(drawn, unknown)


@lru_cache(maxsize=512)
def ink(text: str, size_px: int, weight: int) -> Ink:
    """Draw a printable line of text."""
    zoom, inset = _zoom(size_px), max(1, size_px // 4)
    above, below = round(1.15 * size_px), round(0.7 * size_px)
    columns = advance(text, size_px, weight) + 2 * inset
    large = np.zeros(((above + below) * zoom, columns * zoom), np.uint8)
    start = (inset * zoom, above * zoom)
    cv2.putText(large, visual_order(text), start, (255,), _font(), size_px * zoom, weight)
    mask = cv2.resize(large, (columns, above + below), interpolation=cv2.INTER_AREA)
    mask.flags.writeable = False
    return Ink(np.asarray(mask, np.uint8), above, inset)


@lru_cache(maxsize=2048)
def advance(text: str, size_px: int, weight: int) -> int:
    """Pixels from a printable line's start to its end."""
    zoom = _zoom(size_px)
    x, _, width, _ = cv2.getTextSize((0, 0), text, (0, 0), _font(), size_px * zoom, weight)
    return -(-(x + width) // zoom)


@lru_cache(maxsize=512)
def fit_text(
    text: str, size_px: int, weight: int, max_width: int, shrink: float = SHRINK
) -> tuple[str, int]:
    """Make a line fit: first a smaller font, down to ``shrink``, then an ellipsis in the middle.

    Names often begin alike, so that their ends tell them apart.

    Returns:
        The text, possibly shortened (empty when not one letter fits), and its font size.
    """
    smallest = smallest_px(size_px, shrink)
    for size in range(size_px, smallest - 1, -1):
        if advance(text, size, weight) <= max_width:
            return text, size
    num_letters = bisect_right(
        range(1, len(text)),
        max_width,
        key=lambda number: advance(_shortened(text, number), smallest, weight),
    )
    return (_shortened(text, num_letters) if num_letters else ""), smallest


def wrapped(
    text: str, size_px: int, weight: int, max_width: int, max_lines: int
) -> list[tuple[str, int]]:
    """Break a line between words into as few as fit, about equally long.

    Returns:
        Text and font size of each; what is too long is made to fit as by ``fit_text``.
    """
    lines = _filled(text, size_px, weight, max_width, max_lines)
    for width in range(max_width, max_width // len(lines), -size_px):
        narrower = _filled(text, size_px, weight, width, max_lines + 1)
        if len(narrower) > len(lines):
            break
        lines = narrower
    return [fit_text(line, size_px, weight, max_width) for line in lines]


def _filled(text: str, size_px: int, weight: int, max_width: int, max_lines: int) -> list[str]:
    """Fill one line after the other; the last one takes what is left."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".lstrip()
        is_last = not lines[-1] or len(lines) == max_lines
        if is_last or advance(longer, size_px, weight) <= max_width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def smallest_px(size_px: int, shrink: float = SHRINK) -> int:
    """The font size down to which ``fit_text`` goes."""
    return min(size_px, max(SMALLEST_PX, round(shrink * size_px)))


def _shortened(text: str, num_letters: int) -> str:
    """The first and the last letters, with their marks, and an ellipsis between them."""
    head, tail = (num_letters + 1) // 2, len(text) - num_letters // 2
    while head and unicodedata.combining(text[head]):
        head -= 1
    while tail < len(text) and unicodedata.combining(text[tail]):
        tail += 1
    return text[:head].rstrip() + ELLIPSIS + text[tail:].lstrip()


def _zoom(size_px: int) -> int:
    """Return the factor by which text is drawn too large before it is reduced.

    OpenCV 5.0 places glyphs on whole pixels, which crowds small text; this way letters fall
    where they belong.
    """
    return 1 if size_px >= 72 else 2 if size_px >= 36 else 4


@cache
def _font() -> cv2.FontFace:
    return cv2.FontFace("sans")


def visual_order(text: str) -> str:
    """Reorder right-to-left writing for a renderer that only goes from left to right."""
    if not any(unicodedata.bidirectional(char) in ("R", "AL") for char in text):
        return text
    # Not the quick one of the package's front page: it leaves brackets unmirrored.
    from bidi.algorithm import get_display

    return _MARKS_FIRST.sub(lambda found: found[2] + found[1][::-1], get_display(text))
