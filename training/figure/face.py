"""The face: eyes, brows and mouth, painted on the skull."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.figure.shapes import Patches
from training.figure.skull import profile

if TYPE_CHECKING:
    from training.figure.looks import Look
    from training.figure.vectors import Vector

_PAINT_LIFT_M = 0.012
_FACE_LIFT_M = 0.02


def _on_face(x: Vector, y: Vector, over_m: float = 0.0015) -> Vector:
    """(..., 3) points on the face at picture-like coordinates."""
    width, front, back = (profile(y, column) for column in (1, 2, 3))
    middle, depth = 0.5 * (front + back), 0.5 * (front - back)
    z = middle + depth * np.sqrt(np.maximum(1.0 - (x / width) ** 2, 0.0))
    return np.stack([x, y, z + over_m], axis=-1)


def _strip(xs: Vector, lower: Vector, upper: Vector, colour: Vector, order: int = 1) -> Patches:
    """A band on the face between two lines over the same x."""
    low, high = _on_face(xs, lower), _on_face(xs, upper)
    corners = np.stack([low[:-1], low[1:], high[1:], high[:-1]], axis=1)
    colours = np.broadcast_to(np.asarray(colour, np.float32), (len(xs) - 1, 3))
    return Patches(corners, colours, _FACE_LIFT_M + _PAINT_LIFT_M * 0.1 * order)


def _oval(x: float, y: float, half_width: float, half_height: float, colour: Vector, order: int,
          points: int = 9) -> Patches:  # fmt: skip
    u = np.linspace(-1.0, 1.0, points)
    rise = half_height * np.sqrt(1.0 - u**2)
    return _strip(x + half_width * u, y - rise, y + rise, colour, order)


def face(look: Look) -> list[Patches]:
    skin = np.array(look.skin, np.float64)
    hair = np.array(look.hair.colour, np.float64)
    brow_colour = 0.75 * hair + 0.25 * 0.6 * skin
    lips = skin * [0.86, 0.60, 0.60]
    parts = []
    for side in (-1.0, 1.0):
        parts += _eye(side, skin)
        u = np.linspace(-1.0, 1.0, 6)
        arch = 0.036 + 0.004 * np.cos(1.3 * u + side * 0.5)
        parts.append(_strip(0.032 * side + 0.018 * u, arch - 0.0025, arch + 0.003, brow_colour, 2))
    u = np.linspace(-1.0, 1.0, 9)
    line = -0.066 + 0.005 * u**2
    full = 1.0 - u**2
    parts.append(_strip(0.026 * u, line - 0.0085 * full, line, lips * 1.06, 1))
    parts.append(_strip(0.026 * u, line, line + 0.006 * full, lips * 0.94, 1))
    parts.append(_strip(0.027 * u, line - 0.0012, line + 0.0008, lips * 0.5, 2))
    return parts


def _eye(side: float, skin: Vector) -> list[Patches]:
    x, y = 0.032 * side, 0.012
    u = np.linspace(-1.0, 1.0, 7)
    lid = y + 0.0078 * (1.0 - u**2)
    return [
        _oval(x, y + 0.003, 0.019, 0.014, 0.88 * skin, 0),
        _oval(x, y, 0.0145, 0.0072, np.array([240.0, 238.0, 234.0]), 1),
        _oval(x, y, 0.0066, 0.0066, np.array([70.0, 48.0, 34.0]), 2, 7),
        _oval(x, y, 0.003, 0.003, np.array([14.0, 12.0, 12.0]), 3, 5),
        _strip(x + 0.0155 * u, lid - 0.001, lid + 0.0016, 0.28 * skin, 3),
    ]


def eyelids(skin: Vector) -> list[Patches]:
    u = np.linspace(-1.0, 1.0, 7)
    parts = []
    for side in (-1.0, 1.0):
        parts.append(_oval(0.032 * side, 0.012, 0.016, 0.009, 0.92 * skin, 4))
        fall = 0.009 - 0.003 * (1.0 - u**2)
        parts.append(_strip(0.032 * side + 0.0155 * u, fall - 0.001, fall + 0.001, 0.35 * skin, 5))
    return parts
