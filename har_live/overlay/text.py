"""Text as coverage masks: any Unicode string becomes ink, anti-aliased, with even spacing."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

import cv2
import numpy as np

from har_live.names import readable

if TYPE_CHECKING:
    from numpy.typing import NDArray

REGULAR, MEDIUM, SEMIBOLD = 420, 520, 620
ELLIPSIS = "…"
SMALLEST_PX = 9
"""Font sizes below this are not legible."""
SHRINK = 0.7
"""How much smaller a line may become before it is shortened."""

_MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")


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
    """How much larger than needed text is drawn before it is reduced.

    OpenCV 5.0 places glyphs on whole pixels, which crowds small text; this way letters fall
    where they belong.
    """
    return 1 if size_px >= 72 else 2 if size_px >= 36 else 4


@cache
def _font() -> cv2.FontFace:
    return cv2.FontFace("sans")


def visual_order(text: str) -> str:
    """Reorder right-to-left writing for a renderer that only goes from left to right.

    Covers labels, not literature: one level of the Unicode bidirectional algorithm.
    """
    clusters = _clusters(text)
    strong = [_direction(cluster) for cluster in clusters]
    if -1 not in strong:
        return text
    letters = (d for c, d in zip(clusters, strong, strict=True) if d and not c[0].isdigit())
    base = next(letters, -1)
    seen = []
    for direction, run in groupby(_resolve(clusters, strong, base), lambda item: item[1]):
        words = [cluster for cluster, _ in run]
        if direction < 0:
            words = [cluster.translate(_MIRRORED) for cluster in reversed(words)]
        seen.append("".join(words))
    return "".join(seen[::base])


def _clusters(text: str) -> list[str]:
    """Letters with their combining marks."""
    clusters: list[str] = []
    for char in text:
        if clusters and unicodedata.combining(char):
            clusters[-1] += char
        else:
            clusters.append(char)
    return clusters


def _direction(cluster: str) -> int:
    """1 for left to right, -1 for right to left, 0 for spaces and punctuation."""
    kind = unicodedata.bidirectional(cluster[0])
    return {"L": 1, "EN": 1, "AN": 1, "R": -1, "AL": -1}.get(kind, 0)


def _resolve(clusters: list[str], strong: list[int], base: int) -> list[tuple[str, int]]:
    """Spaces and punctuation go with their neighbours if these agree, else with the line."""
    resolved = []
    for index, cluster in enumerate(clusters):
        before = next((d for d in reversed(strong[:index]) if d), base)
        after = next((d for d in strong[index:] if d), base)
        resolved.append((cluster, strong[index] or (before if before == after else base)))
    return resolved
