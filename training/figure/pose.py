"""Controls of a pose: what the keyframes state, from which the skeleton follows.

Body coordinates are x to the person's left, y up, z forward, in metres; a person with yaw 0 looks
along +z, toward the camera.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from training.figure.vectors import Vector


def _rows(*values: float) -> Vector:
    return np.array((values, values), np.float64)


def _zeros() -> Vector:
    return np.zeros(3)


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """Controls of one instant; the defaults stand at rest. All arrays are float64.

    Paired fields have one row for the right and one for the left side, and their first column
    counts outward from the body, so equal rows are a mirror image. Angles are in radians.
    """

    place: Vector = field(default_factory=_zeros)
    """(3,) x and z on the floor, yaw."""
    pelvis: Vector = field(default_factory=lambda: np.array([0.0, -0.012, 0.0]))
    """(3,) offset from standing upright over the place: left, up, forward."""
    hips: Vector = field(default_factory=_zeros)
    """(3,) pitch (forward), yaw, roll of the pelvis."""
    spine: Vector = field(default_factory=_zeros)
    """(3,) pitch, yaw, roll of the chest against the pelvis."""
    head: Vector = field(default_factory=_zeros)
    """(3,) pitch, yaw, roll of the head against the chest."""
    wrists: Vector = field(default_factory=lambda: _rows(0.06, -0.515, 0.06))
    """(2, 3) from the resting shoulder, in chest axes: outward, up, forward."""
    elbows: Vector = field(default_factory=lambda: _rows(0.5, 0.0, -1.0))
    """(2, 3) direction in which the elbow points, chest axes."""
    palms: Vector = field(default_factory=lambda: _rows(-1.0, 0.0, -0.25))
    """(2, 3) direction that the palm faces, chest axes."""
    bends: Vector = field(default_factory=lambda: _rows(-0.1, 0.0, 0.1))
    """(2, 3) added to the forearm's direction to get the hand's, chest axes."""
    curls: Vector = field(default_factory=lambda: _rows(0.28))
    """(2, 1) fingers: 0 straight, 1 a fist."""
    ankles: Vector = field(default_factory=lambda: _rows(0.105, 0.0, 0.0))
    """(2, 3) from the place on the floor: outward, above standing height, forward."""
    knees: Vector = field(default_factory=lambda: _rows(0.22, 0.0, 1.0))
    """(2, 3) direction in which the knee points."""
    feet: Vector = field(default_factory=lambda: _rows(0.0, 0.16))
    """(2, 2) pitch (toes down), yaw outward."""


_SHAPES = [(f.name, getattr(Pose(), f.name).shape) for f in fields(Pose)]
_ENDS = np.cumsum([int(np.prod(shape)) for _, shape in _SHAPES])


def to_vector(pose: Pose) -> Vector:
    """Put all controls into one (D,) array, for blending."""
    return np.concatenate([getattr(pose, name).ravel() for name, _ in _SHAPES])


def from_vector(vector: Vector) -> Pose:
    """The inverse of ``to_vector``."""
    parts = np.split(vector, _ENDS[:-1])
    return Pose(*(part.reshape(shape) for part, (_, shape) in zip(parts, _SHAPES, strict=True)))


def mirrored(pose: Pose) -> Pose:
    """The same pose with right and left exchanged, at the same place."""
    paired = {name: getattr(pose, name)[::-1] for name, shape in _SHAPES if len(shape) == 2}
    turned = np.array([1.0, -1.0, -1.0])
    return Pose(
        place=pose.place,
        pelvis=pose.pelvis * [-1.0, 1.0, 1.0],
        hips=pose.hips * turned,
        spine=pose.spine * turned,
        head=pose.head * turned,
        **paired,
    )
