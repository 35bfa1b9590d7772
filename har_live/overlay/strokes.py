"""Lines drawn straight onto a picture: a layer as large as a person would cost more than they."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from har_live.overlay.style import PANEL, Color, Rect
from har_live.yuv import YuvImage, from_rgb

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from har_live.types import Image

    Plane = NDArray[np.uint8]
    """(H, W) or (H, W, 3) uint8, which is drawn on."""
    Value = Color | tuple[int]

_SHIFT = 4
"""Fractional bits of the coordinates that OpenCV draws at: lines do not tremble by whole pixels."""
_FARTHEST = 30_000.0
"""Pixels: OpenCV's coordinates have 16 bits before the point."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A rectangle's edges, with a dark line around: seen on any picture."""

    light: Rect
    """Without the dark line. All numbers are even: colour comes in blocks of 2×2 pixels."""
    thick: int
    """Thickness of the light line, even."""
    color: Color

    @property
    def box(self) -> Rect:
        """Rectangle outside of which nothing is drawn."""
        dark, light = self.thick // 2, self.light
        across, down = light.width + 2 * dark, light.height + 2 * dark
        return Rect(light.x - dark, light.y - dark, across, down)

    def stamp_on(self, picture: Image | YuvImage) -> None:
        """Draw it in place; what lies outside is cut off."""
        light = self.light
        for plane, step, dark, value in _planes(picture, PANEL, self.color):
            if step == 1:
                _ring(plane, self.box, self.thick // 2, dark)
            sides = (side // step for side in (light.x, light.y, light.width, light.height))
            _ring(plane, Rect(*sides), self.thick // step, value)


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Thin lines, smooth at their edges, on a darker ground."""

    box: Rect
    """Rectangle outside of which nothing is drawn."""
    ends: NDArray[np.float32]
    """(N, 2, 2) x, y in pixels of the lines' ends."""
    thick: int
    color: Color

    @classmethod
    def between(cls, ends: NDArray[np.float32], *, thick: int, color: Color) -> Lines:
        around = thick // 2 + 5
        left, top = np.floor(ends.min(axis=(0, 1)) - around).astype(int).tolist()
        right, bottom = np.ceil(ends.max(axis=(0, 1)) + around).astype(int).tolist()
        return cls(Rect(left, top, right - left, bottom - top), ends, thick, color)

    def stamp_on(self, picture: Image | YuvImage) -> None:
        """Draw them in place; what lies outside is cut off."""
        for plane, step, ground, value in _planes(picture, PANEL, self.color):
            # A pixel's middle has whole coordinates; that of a block of 2×2 lies half a pixel on.
            ends = np.clip(self.ends, -_FARTHEST, _FARTHEST) / step - (step - 1) / (2 * step)
            points = np.rint(ends * (1 << _SHIFT)).astype(np.int32)
            if step == 1:
                _draw(plane, points, self.thick + 2, ground)
            _draw(plane, points, max(1, self.thick // step), value)


def _draw(plane: Plane, points: NDArray[np.int32], thick: int, value: Value) -> None:
    cv2.polylines(plane, list(points), False, value, thick, cv2.LINE_AA, _SHIFT)


def _ring(plane: Plane, box: Rect, thick: int, value: Value) -> None:
    """Fill a rectangle's edges, ``thick`` pixels inwards."""
    right, bottom = box.right - 1, box.bottom - 1
    for left_top, right_bottom in (
        ((box.x, box.y), (right, box.y + thick - 1)),
        ((box.x, bottom - thick + 1), (right, bottom)),
        ((box.x, box.y), (box.x + thick - 1, bottom)),
        ((right - thick + 1, box.y), (right, bottom)),
    ):
        cv2.rectangle(plane, left_top, right_bottom, value, cv2.FILLED)


def _planes(
    picture: Image | YuvImage, dark: Color, color: Color
) -> Iterator[tuple[Plane, int, Value, Value]]:
    """Yield what is drawn on: each plane, how many pixels one of its values covers across, and the
    two colours there. Dark lines have no colour of their own: only brightness need be drawn of
    them."""
    if not isinstance(picture, YuvImage):
        yield picture, 1, dark, color
        return
    weights, offsets = from_rgb(picture.matrix)
    values = np.rint(np.array([dark, color], np.float32) @ weights.T + offsets).astype(int)
    for plane, channel in zip(picture.split(), values.T.tolist(), strict=True):
        step = picture.shape[1] // plane.shape[1]
        yield plane, step, (channel[0],), (channel[1],)
