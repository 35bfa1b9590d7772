"""A canvas for backgrounds: flat-coloured things in the room, seen through the camera."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from training.figure.camera import NEAR_METRES, Camera

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from har_live.types import Image
    from training.figure.looks import Colour
    from training.figure.vectors import Vector

_ZOOM = 2
_SUBPIXEL_BITS = 4
# Brightness of a box's sides: top, front, left and right.
_TOP, _FRONT, _SIDE = 1.08, 0.92, 0.74


class Stage:
    """Things are drawn in the order of the calls: far ones first."""

    def __init__(self, camera: Camera, width: int, height: int, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self._camera = camera
        self._size = (width, height)
        self.image: Image = np.zeros((height * _ZOOM, width * _ZOOM, 3), np.uint8)

    def polygon(self, points: ArrayLike, colour: Colour) -> None:
        """A flat polygon through (N, 3) points in metres."""
        pixels = self._pixels(np.asarray(points, np.float64))
        if len(pixels) >= 3:
            fixed = np.rint(pixels * (_ZOOM << _SUBPIXEL_BITS)).astype(np.int32)
            cv2.fillPoly(self.image, [fixed], colour, cv2.LINE_AA, _SUBPIXEL_BITS)

    def upright(self, x: float, y: float, z: float, width: float, height: float,
                colour: Colour) -> None:  # fmt: skip
        """A rectangle that faces along z; x, y is its middle."""
        left, right, low, high = x - width / 2, x + width / 2, y - height / 2, y + height / 2
        self.polygon([(left, low, z), (right, low, z), (right, high, z), (left, high, z)], colour)

    def flat(self, x: tuple[float, float], z: tuple[float, float], y: float,
             colour: Colour) -> None:  # fmt: skip
        """A level rectangle."""
        self.polygon([(x[0], y, z[0]), (x[1], y, z[0]), (x[1], y, z[1]), (x[0], y, z[1])], colour)

    def across(self, x: float, y: tuple[float, float], z: tuple[float, float],
               colour: Colour) -> None:  # fmt: skip
        """An upright rectangle that faces along x."""
        self.polygon([(x, y[0], z[0]), (x, y[0], z[1]), (x, y[1], z[1]), (x, y[1], z[0])], colour)

    def box(self, x: tuple[float, float], y: tuple[float, float], z: tuple[float, float],
            colour: Colour) -> None:  # fmt: skip
        """A box by its extents; only sides that the camera can see are drawn."""
        eye = self._camera.position
        if eye[0] < x[0]:
            self.across(x[0], y, z, shade(colour, _SIDE))
        if eye[0] > x[1]:
            self.across(x[1], y, z, shade(colour, _SIDE))
        if eye[1] > y[1]:
            self.flat(x, z, y[1], shade(colour, _TOP))
        middle, half = (x[0] + x[1]) / 2, (y[0] + y[1]) / 2
        self.upright(middle, half, z[1], x[1] - x[0], y[1] - y[0], shade(colour, _FRONT))

    def ellipse(self, x: float, y: float, z: float, half_width: float, half_height: float,
                colour: Colour, level: bool = False) -> None:  # fmt: skip
        """An ellipse that faces along z, or a level one."""
        turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
        along, over = half_width * np.cos(turn), half_height * np.sin(turn)
        points = (
            (x + along, y + 0 * turn, z + over) if level else (x + along, y + over, z + 0 * turn)
        )
        self.polygon(np.stack(points, axis=1), colour)

    def leaves(self, x: float, y: float, z: float, spread: tuple[float, float], size: float,
               colours: Sequence[Colour], count: int) -> None:  # fmt: skip
        """A crown of many ellipses about a middle, darker below."""
        places = self.rng.normal(size=(count, 2)) * 0.42
        places = places[np.argsort(places[:, 1])]
        for index, (u, v) in enumerate(places):
            colour = colours[int(self.rng.integers(len(colours)))]
            light = 0.72 + 0.36 * index / count
            self.ellipse(
                x + u * spread[0], y + v * spread[1], z, size, 0.7 * size, shade(colour, light)
            )

    def finish(self, light: Vector | None = None, blur: float = 0.9, grain: float = 2.0) -> Image:
        """(height, width, 3): scaled down, a little out of focus, lit, with a camera's grain.

        ``light`` multiplies the picture; it broadcasts to (height, width, 3).
        """
        image = cv2.resize(self.image, self._size, interpolation=cv2.INTER_AREA)
        sigma = blur * self._size[1] / 480
        shown: Vector = cv2.GaussianBlur(image, (0, 0), max(sigma, 0.3)).astype(np.float64)
        if light is not None:
            shown = shown * light
        shown = shown * self._vignette()
        shown = shown + self.rng.normal(0.0, grain, shown.shape[:2])[..., None]
        return np.asarray(np.clip(shown, 0, 255), np.uint8)

    def glow(
        self, x: float, y: float, z: float, radius_m: float, colour: Sequence[float]
    ) -> Vector:
        """(height, width, 3) light that falls off around a point, to be added to others."""
        middle = self._camera.pixels(self._camera.seen(np.array([x, y, z])))
        reach = radius_m * self._camera.pixels_per_metre(np.array([x, y, z]))
        columns, rows = self._grid()
        far = ((columns - middle[0]) ** 2 + (rows - middle[1]) ** 2) / reach**2
        return np.asarray(np.exp(-far)[..., None] * np.asarray(colour, np.float64))

    def _vignette(self) -> Vector:
        columns, rows = self._grid()
        u, v = columns / self._size[0] - 0.5, rows / self._size[1] - 0.5
        return np.asarray(1.04 - 0.42 * (u * u + v * v))[..., None]

    def _grid(self) -> tuple[Vector, Vector]:
        """(1, width) columns and (height, 1) rows."""
        width, height = self._size
        return np.arange(width, dtype=np.float64)[None], np.arange(height, dtype=np.float64)[
            :, None
        ]

    def _pixels(self, points: Vector) -> Vector:
        """(M, 2) pixels of the polygon's part before the camera."""
        seen = self._camera.seen(points)
        kept = []
        for a, b in zip(seen, np.roll(seen, -1, axis=0), strict=True):
            if a[2] >= NEAR_METRES:
                kept.append(a)
            if (a[2] >= NEAR_METRES) != (b[2] >= NEAR_METRES):
                kept.append(a + (NEAR_METRES - a[2]) / (b[2] - a[2]) * (b - a))
        return self._camera.pixels(np.array(kept)) if kept else np.empty((0, 2))


def shade(colour: Colour, strength: float) -> Colour:
    """A colour made darker or brighter."""
    red, green, blue = (min(255, max(0, round(c * strength))) for c in colour)
    return red, green, blue
