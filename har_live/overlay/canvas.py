"""Transparent layers: what text, bars and panels are drawn on, and how they meet a picture."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Self

import cv2
import numpy as np

from har_live.overlay.style import BAD, GOOD, PANEL, PANEL_OPACITY, TRACK, Color, Rect
from har_live.overlay.text import ink

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from har_live.types import Image


class Canvas:
    """A layer: laid over a picture it makes it ``color + veil / 255 * picture``.

    Layers over layers are layers again, so drawing on a canvas and laying it on a picture are the
    same operation. Nothing is ever drawn outside the canvas.
    """

    def __init__(self, color: Image, veil: Image) -> None:
        self.color = color
        """(height, width, 3) uint8, already multiplied by the layer's opacity."""
        self.veil = veil
        """(height, width, 3) uint8: how much of what lies below is seen, 255 for all of it."""

    @classmethod
    def panel(cls, width: int, height: int, radius: float, opacity: float = PANEL_OPACITY) -> Self:
        """Make a translucent dark sheet with round corners."""
        return cls.sheet(width, height, PANEL, radius=radius, opacity=opacity)

    @classmethod
    def sheet(
        cls, width: int, height: int, color: Color, *, radius: float = 0.0, opacity: float = 1.0
    ) -> Self:
        """Make a rectangle of one colour."""
        return cls(*(plane.copy() for plane in _sheet(width, height, color, radius, opacity)))

    def copy(self) -> Canvas:
        return Canvas(self.color.copy(), self.veil.copy())

    @property
    def width(self) -> int:
        return int(self.color.shape[1])

    @property
    def height(self) -> int:
        return int(self.color.shape[0])

    def fill(self, box: Rect, color: Color, *, radius: float = 0.0) -> None:
        """Fill a rectangle."""
        if box.width > 0 and box.height > 0:
            self._lay(box.x, box.y, *_sheet(box.width, box.height, color, radius, 1.0))

    def fill_columns(self, box: Rect, colors: NDArray[np.uint8], *, radius: float) -> None:
        """Fill a rectangle whose columns have the colours of a (width, 3) uint8 row."""
        mask = _rounded_mask(box.width, box.height, radius, 1.0)
        self._lay(box.x, box.y, *_tinted(mask, colors))

    def bar(self, box: Rect, share: float, color: Color) -> None:
        """Draw a round-ended bar on its track, filled from the left by ``share``, 0–1."""
        self.fill(box, TRACK, radius=box.height / 2)
        filled = Rect(box.x, box.y, round(share * box.width), box.height)
        self.fill(filled, color, radius=box.height / 2)

    def mark(self, x: int, y: int, size: int, *, agrees: bool) -> None:
        """Draw a green tick or a red cross, ``size`` pixels wide and high."""
        self._lay(x, y, *_tinted(_mark_mask(size, agrees), GOOD if agrees else BAD))

    def text(
        self, x: int, baseline: int, text: str, size_px: int, weight: int, color: Color
    ) -> None:
        """Write a printable line that starts at ``x``."""
        drawn = ink(text, size_px, weight)
        planes = _tinted_ink(text, size_px, weight, color)
        self._lay(x - drawn.inset, baseline - drawn.baseline, *planes)

    def _lay(self, x: int, y: int, color: Image, veil: Image) -> None:
        target, source = overlap(self.color.shape, color.shape, x, y)
        cover(self.color[target], color[source], veil[source])
        below = self.veil[target]
        cv2.multiply(below, veil[source], dst=below, scale=1 / 255)

    def stamp_on(self, picture: Image, x: int, y: int) -> None:
        """Lay the canvas over a picture at (x, y), in place; what lies outside is cut off."""
        target, source = overlap(picture.shape, self.color.shape, x, y)
        cover(picture[target], self.color[source], self.veil[source])


def cover(below: NDArray[np.uint8], color: NDArray[np.uint8], veil: NDArray[np.uint8]) -> None:
    """Lay a part of a layer over what lies below, in place; all of the same shape."""
    if below.size:
        cv2.multiply(below, veil, dst=below, scale=1 / 255)
        cv2.add(below, color, dst=below)


def overlap(
    outer: tuple[int, ...], inner: tuple[int, ...], x: int, y: int
) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Return rows and columns of ``outer``, and of ``inner`` placed at (x, y), where both are."""
    top, left = max(y, 0), max(x, 0)
    bottom, right = max(top, min(y + inner[0], outer[0])), max(left, min(x + inner[1], outer[1]))
    return (
        (slice(top, bottom), slice(left, right)),
        (slice(top - y, bottom - y), slice(left - x, right - x)),
    )


# The caches below make a picture cheap: from one to the next, little changes but the time.
@lru_cache(maxsize=256)
def _tinted_ink(text: str, size_px: int, weight: int, color: Color) -> tuple[Image, Image]:
    return _tinted(ink(text, size_px, weight).mask, color)


@lru_cache(maxsize=128)
def _sheet(
    width: int, height: int, color: Color, radius: float, opacity: float
) -> tuple[Image, Image]:
    return _tinted(_rounded_mask(width, height, radius, opacity), color)


def _tinted(mask: NDArray[np.uint8], color: Color | NDArray[np.uint8]) -> tuple[Image, Image]:
    """Return colour and veil of a mask in one colour or, given a (width, 3) row, one a column."""
    full = np.empty((*mask.shape, 3), np.uint8)
    full[:] = color
    tinted = cv2.multiply(full, cv2.merge([mask] * 3), scale=1 / 255)
    return np.asarray(tinted, np.uint8), np.asarray(cv2.merge([255 - mask] * 3), np.uint8)


@lru_cache(maxsize=32)
def _rounded_mask(width: int, height: int, radius: float, opacity: float) -> NDArray[np.uint8]:
    """Return (height, width) uint8 coverage of a rectangle with round, anti-aliased corners."""
    radius = min(radius, width / 2, height / 2)
    beyond_x = np.abs(np.arange(width) + 0.5 - width / 2) - (width / 2 - radius)
    beyond_y = np.abs(np.arange(height) + 0.5 - height / 2) - (height / 2 - radius)
    distance = np.hypot(np.maximum(beyond_x, 0)[None, :], np.maximum(beyond_y, 0)[:, None])
    coverage = np.clip(radius - distance + 0.5, 0, 1) if radius else np.ones_like(distance)
    return np.asarray(np.rint(255 * opacity * coverage), np.uint8)


def _mark_mask(size: int, agrees: bool) -> NDArray[np.uint8]:
    """Return (size, size) uint8 coverage of a tick, or of a cross."""
    tick, cross = [[(8, 54), (38, 84), (92, 20)]], [[(16, 16), (84, 84)], [(84, 16), (16, 84)]]
    large = np.zeros((100, 100), np.uint8)
    cv2.polylines(large, [np.array(line) for line in (tick if agrees else cross)], False, 255, 17)
    return np.asarray(cv2.resize(large, (size, size), interpolation=cv2.INTER_AREA), np.uint8)
