"""Things that the person uses: the chair and the mug."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.figure.hands import hand_axes
from training.figure.moves import SEAT_BACK_METRES, SEAT_HEIGHT_METRES
from training.figure.shapes import Patches, across, box_patches, grid_patches, ring_angles, rings
from training.figure.skeleton import Joint
from training.figure.vectors import rotation

if TYPE_CHECKING:
    from training.figure.vectors import Vector

_WOOD, _CLOTH = (168, 122, 80), (104, 118, 132)
_WHITE, _COFFEE = (238, 236, 230), (120, 80, 52)
_MUG_SIDES = 14


def chair(facing: float) -> tuple[list[Patches], Vector]:
    """A chair behind the place at the origin, turned to ``facing`` radians; its floor outline."""
    half, seat, leg = 0.21, SEAT_HEIGHT_METRES, 0.02
    boxes = [
        box_patches((x - leg, 0.0, z - leg), (x + leg, seat - 0.05, z + leg), _WOOD)
        for x in (-half + leg, half - leg)
        for z in (-half + leg, half - leg)
    ]
    boxes += [
        box_patches((x - leg, seat, -half), (x + leg, 0.92, -half + leg), _WOOD)
        for x in (-half + leg, half - leg)
    ]
    boxes.append(box_patches((-half, seat - 0.05, -half), (half, seat, half), _CLOTH))
    boxes.append(box_patches((-half, 0.62, -half + leg), (half, 0.92, -half + 2 * leg), _CLOTH))
    turn = rotation(0.0, facing, 0.0).T
    back = np.array([0.0, 0.0, -SEAT_BACK_METRES])
    placed = [Patches((box.corners + back) @ turn, box.colours, box.lift_m) for box in boxes]
    outline = half * np.array([(-1, 0, -1), (1, 0, -1), (1, 0, 1), (-1, 0, 1)])
    return placed, (outline + back) @ turn


def mug(joints: Vector, side: int) -> Patches:
    """A mug in the hand of one side, upright when the thumb points up."""
    along, thumbward, palm = hand_axes(joints, side)
    centre = joints[Joint.KNUCKLE + side] + 0.040 * palm + 0.004 * along
    heights = np.array([-0.046, -0.046, 0.05, 0.05, 0.02])[:, None]
    radius = np.array([0.002, 0.036, 0.040, 0.036, 0.002])
    first, second = across(np.tile(thumbward, (5, 1)), along)
    radii = np.stack([radius, radius], axis=1)
    shape = rings(centre + heights * thumbward, first, second, radii, ring_angles(_MUG_SIDES))
    colours = np.array([_WHITE, _WHITE, _WHITE, _COFFEE], np.float64)[:, None, :]
    return grid_patches(shape, colours)
