"""The bare head's shape, on which face and hair lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.figure.shapes import Patches, grid_patches, ring_angles, rings

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from training.figure.vectors import Vector

# Rings from under the chin to the crown, from the head's centre: height, half width, front, back.
SKULL = np.array(
    [
        (-0.116, 0.012, 0.068, 0.044),
        (-0.112, 0.030, 0.084, 0.018),
        (-0.100, 0.043, 0.090, -0.012),
        (-0.080, 0.054, 0.0915, -0.040),
        (-0.055, 0.062, 0.091, -0.058),
        (-0.030, 0.067, 0.090, -0.072),
        (-0.005, 0.071, 0.0885, -0.084),
        (0.020, 0.0735, 0.090, -0.092),
        (0.045, 0.0745, 0.091, -0.096),
        (0.070, 0.0725, 0.084, -0.092),
        (0.092, 0.065, 0.068, -0.080),
        (0.108, 0.050, 0.046, -0.060),
        (0.118, 0.031, 0.022, -0.036),
        (0.122, 0.008, -0.002, -0.012),
    ]
)


def profile(heights: Vector, column: int) -> Vector:
    """The skull's measure in a column of its table at each height."""
    return np.asarray(np.interp(heights, SKULL[:, 0], SKULL[:, column]))


def shell(heights: ArrayLike, turn: ArrayLike, inflate: ArrayLike) -> Vector:
    """Points on the skull, or ``inflate`` metres over it; turn 0 is forward, π/2 left."""
    y, around, over = np.broadcast_arrays(heights, turn, inflate)
    width, front, back = (profile(y, column) for column in (1, 2, 3))
    middle, depth = 0.5 * (front + back), 0.5 * (front - back)
    return np.stack(
        [
            (width + over) * np.sin(around),
            y,
            middle + (depth + over) * np.cos(around),
        ],
        axis=-1,
    )


def blob(centre: Vector, radii: Vector, colour: Vector, sides: int = 10) -> Patches:
    """An ellipsoid of five bands along y."""
    polar = np.linspace(-0.46, 0.46, 6) * np.pi
    heights = centre + np.stack([0 * polar, radii[1] * np.sin(polar), 0 * polar], axis=1)
    size = np.stack([radii[2] * np.cos(polar), radii[0] * np.cos(polar)], axis=1)
    forward = np.tile([0.0, 0.0, 1.0], (6, 1))
    left = np.tile([1.0, 0.0, 0.0], (6, 1))
    return grid_patches(rings(heights, forward, left, size, ring_angles(sides)), colour)
