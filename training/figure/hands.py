"""Hands with fingers: from joint positions to patches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.figure.shapes import (
    Patches,
    bend_weights,
    grid_patches,
    line_weights,
    ring_angles,
    rings,
    tube,
)
from training.figure.skeleton import LEFT, RIGHT, THUMB_TILT, Joint
from training.figure.vectors import cross, unit

if TYPE_CHECKING:
    from training.figure.looks import Look
    from training.figure.vectors import Vector

# Palm rings along wrist–knuckle: place, half width, half thickness.
_PALM = np.array(
    [
        (-0.12, 0.024, 0.021),
        (0.15, 0.030, 0.019),
        (0.50, 0.039, 0.017),
        (0.85, 0.041, 0.0145),
        (1.05, 0.038, 0.0115),
        (1.14, 0.024, 0.006),
    ]
)
_FINGER_SPREAD = np.array([-0.0295, -0.0100, 0.0100, 0.0285])
"""Metres from the middle of the knuckles toward the thumb: little finger to index."""
_FINGER_LENGTH = np.array([0.82, 0.98, 1.04, 0.96])
_FINGER_RADII = np.array([0.0092, 0.0088, 0.0084, 0.0066, 0.002])
_FINGER_AT = (-0.1, 0.5, 1.0, 1.75, 2.0)
_THUMB_AT = (0.25, 0.9, 1.4, 1.9, 2.0)
_THUMB_RADII = np.array([0.017, 0.0125, 0.0105, 0.008, 0.002])


class Hands:
    """Both hands of one look for one fineness."""

    def __init__(self, look: Look, sides: int) -> None:
        self.skin = np.array(look.skin, np.float64)
        self.palm_sides = ring_angles(sides)
        self.finger_sides = ring_angles(max(6, sides // 2))
        self.finger_at = line_weights(_FINGER_AT, 3)
        self.finger_bend = bend_weights(_FINGER_AT, 2, 0.3)
        self.thumb_at = line_weights(_THUMB_AT, 3)

    def patches(self, joints: Vector) -> list[Patches]:
        """Patches for (NUM_JOINTS, 3) joints."""
        return [part for side in (RIGHT, LEFT) for part in self._hand(joints, side)]

    def _hand(self, joints: Vector, side: int) -> list[Patches]:
        wrist, knuckle = joints[Joint.WRIST + side], joints[Joint.KNUCKLE + side]
        along, thumbward, palm = hand_axes(joints, side)
        centres = wrist + _PALM[:, :1] * (knuckle - wrist)
        turned = cross(along, thumbward)
        shape = (len(_PALM), 3)
        palm_rings = rings(
            centres,
            np.broadcast_to(thumbward, shape),
            np.broadcast_to(turned, shape),
            _PALM[:, 1:],
            self.palm_sides,
        )
        tip = joints[Joint.FINGERTIP + side]
        fingers = self._fingers(knuckle, tip, along, thumbward, palm)
        thumb = self._thumb(wrist, joints[Joint.THUMB + side], along, thumbward)
        shades = np.array([0.93, 0.98, 1.0, 0.95])[:, None, None, None]
        return [
            grid_patches(palm_rings, self.skin),
            grid_patches(fingers, shades * self.skin),
            grid_patches(thumb, self.skin),
        ]

    def _fingers(
        self, knuckle: Vector, tip: Vector, along: Vector, thumbward: Vector, palm: Vector
    ) -> Vector:
        reach = tip - knuckle
        length = float(np.sqrt(reach @ reach))
        # A curled finger is a bent chain: its middle stands out on the back of the hand.
        curl = float(np.arctan2(reach @ palm, reach @ along)) / 2.6
        straight = 0.5 * reach
        middle = straight + length * 0.5 * curl * unit(along - 0.25 * palm)
        line = np.stack([0 * reach, middle, reach])  # (3, 3)
        spread = _FINGER_SPREAD[:, None] * thumbward
        fan = np.linspace(1.0, 1.25 - 0.25 * curl, 3)[None, :, None]
        points = knuckle + line * _FINGER_LENGTH[:, None, None] + spread[:, None] * fan
        radii = np.stack([_FINGER_RADII] * 2, axis=1)
        return tube(
            points, self.finger_at, self.finger_bend, thumbward + 0.1 * along, radii,
            self.finger_sides,
        )  # fmt: skip

    def _thumb(self, wrist: Vector, tip: Vector, along: Vector, thumbward: Vector) -> Vector:
        way = tip - wrist
        middle = 0.5 * way + 0.012 * thumbward
        points = (wrist + np.stack([0 * way, middle, way]))[None]
        radii = np.stack([_THUMB_RADII] * 2, axis=1)
        return tube(points, self.thumb_at, self.finger_bend, along, radii, self.finger_sides)


def hand_axes(joints: Vector, side: int) -> tuple[Vector, Vector, Vector]:
    """Unit vectors along the hand, toward the thumb's side, and out of the palm."""
    wrist = joints[Joint.WRIST + side]
    along = unit(joints[Joint.KNUCKLE + side] - wrist)
    thumb = joints[Joint.THUMB + side] - wrist
    sign = 1.0 if side == RIGHT else -1.0
    flat = unit(thumb - (thumb @ along) * along)
    normal = sign * cross(flat, along)
    thumbward = np.cos(THUMB_TILT) * flat - np.sin(THUMB_TILT) * normal
    return along, unit(thumbward), unit(sign * cross(thumbward, along))
