"""Layers on a picture as video files store it, without making all of it RGB and YUV again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import cv2
import numpy as np

from har_live.overlay.canvas import Canvas, cover, overlap
from har_live.yuv import Matrix, YuvImage, from_rgb

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Plane = NDArray[np.uint8]
    """(height, width) uint8."""


@dataclass(frozen=True, slots=True)
class _Planes:
    """A layer as ``Canvas`` means it, for Y, U and V: colour, and how much is seen below."""

    colors: tuple[Plane, Plane, Plane]
    veils: tuple[Plane, Plane, Plane]


def stamp_on_yuv(canvas: Canvas, picture: YuvImage, x: int, y: int) -> None:
    """Lay a canvas over a picture at (x, y), in place; what lies outside is cut off."""
    # Colour comes in blocks of 2×2 pixels: one that the canvas covers in part counts as such.
    right, down = x % 2, y % 2
    planes = _planes(canvas, picture.matrix, right, down)
    for below, color, veil in zip(picture.split(), planes.colors, planes.veils, strict=True):
        step = picture.shape[1] // below.shape[1]
        target, source = overlap(below.shape, color.shape, (x - right) // step, (y - down) // step)
        cover(below[target], color[source], veil[source])


# The label's panel and people's tags stay the same for many pictures, and are kept elsewhere; what
# is drawn once is forgotten with its canvas.
_KNOWN: WeakKeyDictionary[Canvas, dict[tuple[Matrix, int, int], _Planes]] = WeakKeyDictionary()


def _planes(canvas: Canvas, matrix: Matrix, right: int, down: int) -> _Planes:
    known = _KNOWN.setdefault(canvas, {})
    planes = known.get((matrix, right, down))
    if planes is None:
        planes = known[matrix, right, down] = _converted(canvas, matrix, right, down)
    return planes


def _converted(canvas: Canvas, matrix: Matrix, right: int, down: int) -> _Planes:
    edges = down, (canvas.height + down) % 2, right, (canvas.width + right) % 2
    color = cv2.copyMakeBorder(canvas.color, *edges, cv2.BORDER_CONSTANT, value=(0, 0, 0))
    veil = cv2.copyMakeBorder(canvas.veil[..., 0], *edges, cv2.BORDER_CONSTANT, value=255)
    weights, offsets = from_rgb(matrix)
    # One call for all three: OpenCV is quick with three channels in and out, and with them only.
    yuv = cv2.transform(color, np.column_stack([weights, offsets]))
    half = yuv.shape[1] // 2, yuv.shape[0] // 2
    _, u, v = cv2.split(cv2.resize(yuv, half, interpolation=cv2.INTER_AREA))
    half_veil = _plane(cv2.resize(veil, half, interpolation=cv2.INTER_AREA))
    colors, veils = (cv2.extractChannel(yuv, 0), u, v), (_plane(veil), half_veil, half_veil)
    # The offset belongs to what is covered only: what is seen through the veil has its own.
    y, u, v = (
        _plane(cv2.addWeighted(color, 1, veil, -float(offset) / 255, 0))
        for color, veil, offset in zip(colors, veils, offsets, strict=True)
    )
    return _Planes((y, u, v), veils)


def _plane(values: cv2.typing.MatLike) -> Plane:
    return np.ascontiguousarray(values, np.uint8)
