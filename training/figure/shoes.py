"""Shoes: from knee, ankle and toe to patches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.figure.shapes import Patches, boxy, grid_patches, ring_angles, rings
from training.figure.skeleton import LEFT, RIGHT, Joint
from training.figure.vectors import cross, unit

if TYPE_CHECKING:
    from training.figure.looks import Look
    from training.figure.vectors import Vector

# Shoe rings from heel to tip: forward of the ankle, half width, top over the floor.
_SHOE = np.array(
    [
        (-0.068, 0.012, 0.045),
        (-0.062, 0.027, 0.072),
        (-0.040, 0.035, 0.098),
        (0.000, 0.038, 0.105),
        (0.035, 0.038, 0.094),
        (0.075, 0.042, 0.072),
        (0.115, 0.046, 0.058),
        (0.150, 0.044, 0.049),
        (0.178, 0.034, 0.040),
        (0.194, 0.014, 0.028),
    ]
)
_FLOOR_UNDER_ANKLE = -0.085
_TOE_DROP = np.arctan2(0.055, 0.15)


class Shoes:
    """Both shoes of one look for one fineness."""

    def __init__(self, look: Look, sides: int) -> None:
        ahead, width, top = _SHOE.T
        self.ahead = ahead
        bottom = np.full_like(top, 0.002)
        bottom[0] = bottom[-1] = 0.012
        self.up = 0.5 * (top + bottom) + _FLOOR_UNDER_ANKLE
        self.radii = np.stack([width, 0.5 * (top - bottom)], axis=1)
        self.sides = boxy(ring_angles(sides))
        heights = self.up[:-1, None] + self.radii[:-1, 1:] * self.sides[:, 1]
        is_sole = (heights < _FLOOR_UNDER_ANKLE + 0.02)[..., None]
        self.colours = np.where(is_sole, np.array(look.sole), np.array(look.shoes))

    def patches(self, joints: Vector) -> Patches:
        both = np.array((RIGHT, LEFT))
        ankle, toe = joints[Joint.ANKLE + both], joints[Joint.TOE + both]
        left, up, forward = foot_axes(joints[Joint.KNEE + both], ankle, toe)
        centres = (
            ankle[:, None] + self.ahead[:, None] * forward[:, None] + self.up[:, None] * up[:, None]
        )  # (2, K, 3)
        shape = centres.shape
        vertices = rings(
            centres,
            np.broadcast_to(left[:, None], shape),
            np.broadcast_to(up[:, None], shape),
            self.radii,
            self.sides,
        )
        return grid_patches(vertices, self.colours)


def foot_axes(knee: Vector, ankle: Vector, toe: Vector) -> tuple[Vector, Vector, Vector]:
    """(2, 3) left, up and forward axes of both feet."""
    down = unit(toe - ankle)
    left = unit(cross(knee - ankle, down))
    above = cross(down, left)
    forward = np.cos(_TOE_DROP) * down + np.sin(_TOE_DROP) * above
    return left, cross(forward, left), forward
