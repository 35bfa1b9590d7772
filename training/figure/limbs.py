"""Arms and legs: bent tubes in sleeves and trousers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from training.figure.shapes import (
    Patches,
    bend_weights,
    folds,
    grid_patches,
    line_weights,
    ring_angles,
    tube,
)
from training.figure.skeleton import LEFT, RIGHT, Joint
from training.figure.vectors import unit

if TYPE_CHECKING:
    from training.figure.looks import Colour, Look
    from training.figure.vectors import Vector

# Limb rings: place on the limb's line of points, radius of the bare limb, radius in cloth; metres.
ARM = np.array(
    [
        (0.00, 0.040, 0.044),
        (0.40, 0.050, 0.054),
        (0.75, 0.056, 0.061),
        (0.95, 0.058, 0.063),
        (1.08, 0.058, 0.063),
        (1.20, 0.056, 0.064),
        (1.34, 0.052, 0.062),
        (1.50, 0.048, 0.061),
        (1.60, 0.046, 0.058),
        (1.75, 0.043, 0.053),
        (1.90, 0.040, 0.048),
        (2.02, 0.040, 0.046),
        (2.20, 0.042, 0.046),
        (2.42, 0.039, 0.043),
        (2.68, 0.032, 0.038),
        (2.88, 0.027, 0.035),
        (3.00, 0.026, 0.033),
    ]
)
GIRDLE, GIRDLE_DROP_M = 0.45, 0.035
"""Beginning of the arm: on the way from neck to shoulder, and how far below it."""
_SLEEVE_END, _SLEEVE_BAND = 1.56, (1.2, 1.42)
LEG = np.array(
    [
        (0.02, 0.072, 0.076),
        (0.10, 0.084, 0.089),
        (0.24, 0.083, 0.090),
        (0.42, 0.075, 0.084),
        (0.60, 0.067, 0.077),
        (0.78, 0.058, 0.070),
        (0.92, 0.053, 0.063),
        (1.04, 0.052, 0.061),
        (1.16, 0.052, 0.061),
        (1.32, 0.056, 0.063),
        (1.50, 0.052, 0.061),
        (1.70, 0.041, 0.056),
        (1.88, 0.034, 0.053),
        (1.99, 0.033, 0.054),
    ]
)
_SHORTS_END, _SOCK = 0.72, 1.82


def arm_points(joints: Vector) -> Vector:
    """(2, 4, 3) lines of both arms: shoulder girdle, shoulder, elbow, wrist."""
    both = np.array((RIGHT, LEFT))
    neck, shoulders = joints[Joint.NECK], joints[Joint.SHOULDER + both]
    drop = GIRDLE_DROP_M * unit(neck - joints[Joint.CHEST])
    girdle = neck + GIRDLE * (shoulders - neck) - drop
    return np.stack([girdle, shoulders, joints[Joint.ELBOW + both], joints[Joint.WRIST + both]], 1)


def leg_points(joints: Vector) -> Vector:
    """(2, 3, 3) lines of both legs: hip, knee, ankle."""
    both = np.array((RIGHT, LEFT))
    return np.stack([joints[joint + both] for joint in (Joint.HIP, Joint.KNEE, Joint.ANKLE)], 1)


class Limb:
    """Both arms or both legs."""

    def __init__(
        self, table: Vector, look: Look, cloth: Cloth, sides: int, *, softness: float
    ) -> None:
        place = table[:, 0]
        middle = 0.5 * (place[1:] + place[:-1])
        num_points = math.ceil(place[-1]) + 1
        self.at = line_weights(place, num_points)
        self.bend = bend_weights(place, num_points - 1, softness)
        radii = np.where(place < cloth.end, table[:, 2], table[:, 1])
        self.radii = np.stack([look.girth * radii] * 2, axis=1)
        self.sides = ring_angles(sides)
        colours = np.where((middle < cloth.end)[:, None], cloth.colour, look.skin).astype(float)
        for start, end, colour in cloth.bands:
            colours[(middle > start) & (middle < end)] = colour
        self.colours = colours[:, None, :] * folds(middle, sides, 0.02)

    def patches(self, points: Vector, reference: Vector) -> Patches:
        """Patches of two limbs through (2, P, 3) points."""
        vertices = tube(points, self.at, self.bend, reference, self.radii, self.sides)
        return grid_patches(vertices, self.colours)


@dataclass(frozen=True, slots=True)
class Cloth:
    """The cover of a limb: from its start to ``end``, with bands of other colours."""

    colour: Colour
    end: float
    bands: tuple[tuple[float, float, Colour], ...] = ()


def arm_cloth(look: Look) -> Cloth:
    bands = () if look.stripe is None else ((*_SLEEVE_BAND, look.stripe),)
    return Cloth(look.top, _SLEEVE_END if look.sleeves == "short" else 3.5, bands)


def leg_cloth(look: Look) -> Cloth:
    if look.legs == "short":
        return Cloth(look.trousers, _SHORTS_END, ((_SOCK, 2.5, look.sole),))
    return Cloth(look.trousers, 2.5)
