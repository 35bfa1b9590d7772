"""The dressed body without head and hands: from joint positions to patches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.figure.curves import refined
from training.figure.limbs import ARM, LEG, Limb, arm_cloth, arm_points, leg_cloth, leg_points
from training.figure.shapes import (
    Patches,
    bend_weights,
    boxy,
    folds,
    grid_patches,
    line_weights,
    ring_angles,
    rings,
)
from training.figure.shoes import Shoes
from training.figure.skeleton import LEFT, RIGHT, Joint, Proportions
from training.figure.vectors import cross, unit

if TYPE_CHECKING:
    from training.figure.looks import Look
    from training.figure.vectors import Vector

# Rings from crotch to neck: place on the line pelvis–waist–chest–neck, half width, half depth,
# forward shift; metres, measured on a figure of 1.75 m.
_TRUNK = np.array(
    [
        (-1.00, 0.060, 0.060, -0.010),
        (-0.85, 0.122, 0.100, -0.014),
        (-0.55, 0.164, 0.124, -0.016),
        (-0.20, 0.171, 0.127, -0.014),
        (0.20, 0.166, 0.120, -0.008),
        (0.65, 0.153, 0.109, 0.000),
        (1.10, 0.147, 0.104, 0.003),
        (1.45, 0.151, 0.109, 0.004),
        (1.80, 0.161, 0.118, 0.007),
        (2.15, 0.172, 0.122, 0.007),
        (2.40, 0.180, 0.116, 0.000),
        (2.60, 0.182, 0.102, -0.007),
        (2.74, 0.174, 0.084, -0.011),
        (2.84, 0.150, 0.074, -0.013),
        (2.94, 0.114, 0.067, -0.012),
        (3.03, 0.084, 0.066, -0.006),
        (3.12, 0.068, 0.064, 0.000),
        (3.13, 0.030, 0.030, 0.004),
    ]
)
_HEM, _BAND = -0.62, (1.95, 2.25)
"""Places on the trunk: the shirt's hem; a striped shirt's band."""
_HEM_LIFT_M = 0.055


class Body:
    """Everything but head and hands, for one look and one fineness."""

    def __init__(self, look: Look, sides: int) -> None:
        factor = 1 if sides < 20 else 2
        self.trunk = _Trunk(look, refined(_TRUNK, factor + 1), sides)
        self.arms = Limb(refined(ARM, factor), look, arm_cloth(look), sides, softness=0.2)
        self.legs = Limb(refined(LEG, factor), look, leg_cloth(look), sides, softness=0.14)
        self.shoes = Shoes(look, sides)

    def patches(self, joints: Vector) -> list[Patches]:
        """Patches for (NUM_JOINTS, 3) joints."""
        ahead = self.trunk.axes(joints)[0][0]
        # References that no arm or leg is parallel to for long: a jump there only turns facets.
        aside = np.array([0.31, 0.17, 0.11])
        return [
            *self.trunk.patches(joints),
            self.arms.patches(arm_points(joints), ahead + aside),
            self.legs.patches(leg_points(joints), np.array([0.93, 0.05, 0.36])),
            self.shoes.patches(joints),
        ]


class _Trunk:
    def __init__(self, look: Look, table: Vector, sides: int) -> None:
        place, width, depth, self.shift = table.T
        self.at = line_weights(place, 4)
        self.bend = bend_weights(place, 3, 0.5)
        # Share of the shoulders' axis, against that of the hips, in each ring's own.
        self.turn = np.clip(place / 2.6, 0.0, 1.0)[:, None]
        slim = 1.0 + (look.waist - 1.0) * np.exp(-(((place - 1.0) / 0.8) ** 2))
        shoulders = look.body.shoulder_half_width / Proportions().shoulder_half_width
        wide = look.girth * slim * (1.0 + (shoulders - 1.0) * self.turn[:, 0])
        self.hem = int(np.searchsorted(place, _HEM))
        loose = np.where(np.arange(len(place)) >= self.hem, 0.008, 0.0)
        loose *= np.clip(3.0 - place, 0.0, 1.0)
        self.radii = np.stack([depth * look.girth * slim + loose, width * wide + loose], axis=1)
        self.sides = boxy(ring_angles(2 * sides))
        self.colours = self._paint(look, 0.5 * (place[1:] + place[:-1]))

    def _paint(self, look: Look, place: Vector) -> Vector:
        colours = np.where((place < _HEM)[:, None], np.array(look.trousers), np.array(look.top))
        if look.stripe is not None:
            colours[(place > _BAND[0]) & (place < _BAND[1])] = look.stripe
        collar = np.where(place > 3.03, 0.8, 1.0)[:, None, None]
        return colours[:, None, :] * collar * folds(place, len(self.sides), 0.05)

    def axes(self, joints: Vector) -> tuple[Vector, Vector]:
        """(K, 3) forward and leftward axes of the rings."""
        spine = joints[[Joint.PELVIS, Joint.WAIST, Joint.CHEST, Joint.NECK]]
        up = unit(self.bend @ unit(np.diff(spine, axis=0)))
        hips = unit(joints[Joint.HIP + LEFT] - joints[Joint.HIP + RIGHT])
        shoulders = unit(joints[Joint.SHOULDER + LEFT] - joints[Joint.SHOULDER + RIGHT])
        left = (1.0 - self.turn) * hips + self.turn * shoulders
        forward = unit(cross(left, up))
        return forward, cross(up, forward)

    def patches(self, joints: Vector) -> list[Patches]:
        spine = joints[[Joint.PELVIS, Joint.WAIST, Joint.CHEST, Joint.NECK]]
        forward, left = self.axes(joints)
        centres = self.at @ spine + self.shift[:, None] * forward
        skin = rings(centres, forward, left, self.radii, self.sides)
        hem, chest = self.hem, len(centres) // 2
        return [
            grid_patches(skin[: hem + 1], self.colours[:hem]),
            # Over the trousers' legs, whose patches would else show through.
            grid_patches(skin[hem : chest + 1], self.colours[hem:chest], _HEM_LIFT_M),
            grid_patches(skin[chest:], self.colours[chest:]),
        ]
