"""Head, face, hair and neck: from joint positions to patches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.figure.face import eyelids, face
from training.figure.hair import hair_patches
from training.figure.shapes import Patches, across, grid_patches, ring_angles, rings
from training.figure.skeleton import Joint
from training.figure.skull import SKULL, blob, shell
from training.figure.vectors import cross, unit

if TYPE_CHECKING:
    from training.figure.looks import Look
    from training.figure.vectors import Vector

_SIZE = 1.06
"""Size of the tables' head on the figure: a little larger reads better at a distance."""
_NOSE_DROP = np.arctan2(0.02, 0.115)


class Head:
    """One person's head for one fineness."""

    def __init__(self, look: Look, sides: int) -> None:
        self.sides = sides + sides // 2
        self.skin = np.array(look.skin, np.float64)
        self.local = [
            *_skull(self.skin, self.sides),
            *hair_patches(look, self.sides),
            *face(look),
        ]
        self.closed_eyes = eyelids(self.skin)
        self.neck_sides = ring_angles(sides)

    def patches(self, joints: Vector, *, eyes_open: bool = True) -> list[Patches]:
        """Patches for (NUM_JOINTS, 3) joints."""
        centre = joints[Joint.HEAD]
        axes = head_axes(joints)
        scaled = _SIZE * axes
        local = self.local if eyes_open else [*self.local, *self.closed_eyes]
        placed = [Patches(centre + p.corners @ scaled, p.colours, p.lift_m) for p in local]
        return [*placed, self._neck(joints, axes)]

    def _neck(self, joints: Vector, axes: Vector) -> Patches:
        low, high = joints[Joint.NECK], joints[Joint.HEAD]
        way = high - low
        at = np.array([-0.2, 0.1, 0.35, 0.62])[:, None]
        centres = low + at * way - 0.012 * axes[2]
        first, second = across(np.tile(unit(way), (4, 1)), axes[0])
        radii = np.array([(0.056, 0.054), (0.053, 0.053), (0.051, 0.053), (0.050, 0.055)])
        shade = np.array([1.0, 0.93, 0.8])[:, None, None]  # the chin's shadow
        return grid_patches(
            rings(centres, first, second, radii, self.neck_sides), shade * self.skin
        )


def head_axes(joints: Vector) -> Vector:
    """(3, 3) rows: the head's left, up and forward."""
    nose = unit(joints[Joint.NOSE] - joints[Joint.HEAD])
    left = unit(cross(joints[Joint.HEAD] - joints[Joint.NECK], nose))
    above = cross(nose, left)
    forward = np.cos(_NOSE_DROP) * nose + np.sin(_NOSE_DROP) * above
    return np.stack([left, cross(forward, left), forward])


def _skull(skin: Vector, sides: int) -> list[Patches]:
    turn = (np.arange(sides) + 0.5) * (2 * np.pi / sides)
    shape = shell(SKULL[:, :1], turn[None, :], np.zeros(1))
    cheeks = np.ones((len(SKULL) - 1, sides, 3))
    cheeks[:2] *= 0.93
    ears = [_ear(skin, side) for side in (-1.0, 1.0)]
    return [grid_patches(shape, cheeks * skin), *ears, _nose(skin)]


def _ear(skin: Vector, side: float) -> Patches:
    return blob(
        np.array([0.074 * side, -0.005, -0.008]), np.array([0.012, 0.03, 0.018]), 0.95 * skin
    )


def _nose(skin: Vector) -> Patches:
    """A wedge from between the eyes to the tip."""
    heights = np.array([0.022, 0.0, -0.018, -0.03, -0.036])
    width = np.array([0.006, 0.009, 0.0135, 0.016, 0.006])
    tip = np.array([0.094, 0.102, 0.112, 0.111, 0.094])
    turn = np.linspace(-0.5, 0.5, 7) * np.pi
    base = 0.082
    shape = np.stack(
        [
            width[:, None] * np.sin(turn),
            np.broadcast_to(heights[:, None], (5, 7)),
            base + (tip[:, None] - base) * np.cos(turn) ** 0.7,
        ],
        axis=-1,
    )
    shade = np.array([1.04, 1.05, 1.02, 0.85])[:, None, None]
    # Listed from above downward: turned about, so that the outside stays outside.
    return grid_patches(shape[::-1], (shade * skin)[::-1], 0.004)
