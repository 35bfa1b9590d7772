"""Draws people from their joints, each dressed at random: pictures whose pose is known exactly."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

BONES = ((1, 3, "sleeve"), (3, 5, "skin"), (2, 4, "sleeve"), (4, 6, "skin"))
LEGS = ((7, 9, "trousers"), (9, 11, "trousers"), (8, 10, "trousers"), (10, 12, "trousers"))
SHIFT = 4
"""OpenCV draws with 1/16 pixel positions, so that slow movements do not jump."""


@dataclass(frozen=True)
class Looks:
    """How one drawn person looks."""

    colours: dict[str, tuple[int, int, int]]
    """RGB of skin, hair, shirt, sleeve, trousers, shoes, outline."""
    thickness: float
    """Width of a limb as a share of the trunk's length."""
    head: float
    """Radius of the head as a share of the trunk's length."""
    has_outline: bool

    @classmethod
    def random(cls, rng: np.random.Generator) -> Looks:
        def colour() -> tuple[int, int, int]:
            return tuple(int(value) for value in rng.integers(10, 245, 3))

        skin_tone = np.array([235, 195, 170]) * rng.uniform(0.3, 1.05)
        skin = tuple(int(value) for value in np.clip(skin_tone, 0, 255))
        shirt = colour()
        return cls(
            colours={
                "skin": skin,
                "hair": tuple(int(value * rng.uniform(0.2, 0.9)) for value in skin),
                "shirt": shirt,
                "sleeve": shirt if rng.random() < 0.7 else skin,
                "trousers": colour(),
                "shoes": colour(),
                "outline": (20, 20, 20),
            },
            thickness=float(rng.uniform(0.16, 0.34)),
            head=float(rng.uniform(0.26, 0.42)),
            has_outline=bool(rng.random() < 0.3),
        )


def draw_person(
    canvas: NDArray[np.uint8], joints: NDArray[np.float32], looks: Looks, *, squeeze: float = 1.0
) -> None:
    """Draw onto ``canvas`` (H, W, 3) uint8 RGB, in place.

    Args:
        joints: (13, 2) x, y as fractions of the canvas.
        squeeze: how much narrower than tall things are in this picture.
    """
    height, width = canvas.shape[:2]
    points = joints * np.array([width, height], np.float32)
    shoulders, hips = points[[1, 2]].mean(axis=0), points[[7, 8]].mean(axis=0)
    trunk = max(3.0, float(np.linalg.norm(shoulders - hips)))
    limb = max(1.0, trunk * looks.thickness * (0.5 + 0.5 * squeeze))
    layers = [lambda: _limbs(canvas, points, LEGS, limb * 1.1, looks)]
    layers.append(lambda: _trunk(canvas, points, limb, looks))
    layers.append(lambda: _head(canvas, points[0], shoulders, trunk, squeeze, looks))
    layers.append(lambda: _limbs(canvas, points, BONES, limb * 0.8, looks))
    for layer in layers:
        layer()


def _limbs(canvas, points, bones, width, looks) -> None:
    for start, end, part in bones:
        if looks.has_outline:
            _line(canvas, points[start], points[end], looks.colours["outline"], width + 2)
        _line(canvas, points[start], points[end], looks.colours[part], width)
    last = points[[bone[1] for bone in bones[1::2]]]
    for point in last:
        part = "shoes" if bones is LEGS else "skin"
        _disc(canvas, point, (width * 0.65, width * 0.65), looks.colours[part])


def _trunk(canvas, points, limb, looks) -> None:
    outline = points[[1, 2, 8, 7]]
    cv2.fillConvexPoly(
        canvas,
        cv2.convexHull(np.round(outline * 16).astype(np.int32)),
        looks.colours["shirt"],
        cv2.LINE_AA,
        SHIFT,
    )
    for start, end in ((1, 2), (1, 7), (2, 8), (7, 8)):
        _line(canvas, points[start], points[end], looks.colours["shirt"], limb)


def _head(canvas, head, shoulders, trunk, squeeze, looks) -> None:
    radius = trunk * looks.head
    _line(canvas, shoulders, head, looks.colours["skin"], radius * 0.8)
    _disc(canvas, head, (radius * squeeze * 0.85, radius), looks.colours["skin"])
    crown = head + (head - shoulders) * 0.3
    _disc(canvas, crown, (radius * squeeze * 0.75, radius * 0.6), looks.colours["hair"])


def _line(canvas, start, end, colour, width) -> None:
    first, last = (tuple(int(v) for v in np.round(p * 16)) for p in (start, end))
    cv2.line(canvas, first, last, colour, max(1, round(width)), cv2.LINE_AA, SHIFT)


def _disc(canvas, centre, radii, colour) -> None:
    middle = tuple(int(v) for v in np.round(centre * 16))
    axes = tuple(max(1, int(v * 16)) for v in radii)
    cv2.ellipse(canvas, middle, axes, 0, 0, 360, colour, -1, cv2.LINE_AA, SHIFT)
