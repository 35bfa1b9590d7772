"""The skeleton: joints, proportions, and from the controls of a pose to joint positions.

Arms and legs are placed by their ends and solved by two-bone inverse
kinematics, so planted feet stay planted and every bone keeps its length.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from training.figure.vectors import cross, rotation, unit

if TYPE_CHECKING:
    from training.figure.pose import Pose
    from training.figure.vectors import Vector

RIGHT, LEFT = 0, 1
"""Rows of whatever comes in pairs."""
OUTWARD = (-1.0, 1.0)
"""x direction that points away from the body on the right and on the left side."""


class Joint(IntEnum):
    """Rows of a joints array; paired joints come right, then left."""

    PELVIS = 0
    WAIST = 1
    CHEST = 2
    NECK = 3
    HEAD = 4
    NOSE = 5
    SHOULDER = 6
    ELBOW = 8
    WRIST = 10
    KNUCKLE = 12
    FINGERTIP = 14
    THUMB = 16
    HIP = 18
    KNEE = 20
    ANKLE = 22
    TOE = 24


NUM_JOINTS = 26
THUMB_TILT = 0.53
"""Radians by which the thumb stands before the plane of the palm."""
_CHAINS = (
    (Joint.NECK, Joint.SHOULDER, Joint.ELBOW, Joint.WRIST, Joint.KNUCKLE, Joint.FINGERTIP),
    (Joint.PELVIS, Joint.HIP, Joint.KNEE, Joint.ANKLE, Joint.TOE),
    (Joint.WRIST, Joint.THUMB),
)
_SPINE = (Joint.PELVIS, Joint.WAIST, Joint.CHEST, Joint.NECK, Joint.HEAD, Joint.NOSE)


def _paired(joint: Joint, side: int) -> int:
    return joint + side if joint >= Joint.SHOULDER else int(joint)


BONES: tuple[tuple[int, int], ...] = tuple((int(a), int(b)) for a, b in pairwise(_SPINE)) + tuple(
    (_paired(a, side), _paired(b, side))
    for side in (RIGHT, LEFT)
    for chain in _CHAINS
    for a, b in pairwise(chain)
)
"""Pairs of joint rows whose distance never changes."""


@dataclass(frozen=True, slots=True)
class Proportions:
    """Bone lengths in metres of a person of 1.75 m."""

    ankle_height: float = 0.085
    shin: float = 0.425
    thigh: float = 0.435
    hip_half_width: float = 0.088
    hip_to_pelvis: float = 0.02
    pelvis_to_waist: float = 0.13
    waist_to_chest: float = 0.19
    chest_to_neck: float = 0.185
    neck_to_head: float = 0.165
    shoulder_half_width: float = 0.176
    shoulder_drop: float = 0.06
    upper_arm: float = 0.29
    forearm: float = 0.255
    palm: float = 0.088
    fingers: float = 0.088

    @property
    def pelvis_height(self) -> float:
        """Height of the pelvis over the floor with straight legs."""
        return self.ankle_height + self.shin + self.thigh + self.hip_to_pelvis


def two_bones(start: Vector, target: Vector, first: float, second: float, pole: Vector) -> Vector:
    """(2, 3) middle and end of two bones that reach for ``target``, bent toward ``pole``."""
    reach = target - start
    distance = float(np.sqrt(reach @ reach))
    along = reach / max(distance, 1e-9)
    distance = min(max(distance, abs(first - second) + 0.03), 0.9995 * (first + second))
    shift = (first**2 - second**2 + distance**2) / (2 * distance)
    across = unit(pole - (pole @ along) * along)
    middle = start + shift * along + np.sqrt(max(first**2 - shift**2, 0.0)) * across
    return np.stack([middle, start + distance * along])


def joints_of(pose: Pose, body: Proportions) -> Vector:
    """(NUM_JOINTS, 3) joint positions in metres in the world; the floor is y = 0."""
    joints = np.empty((NUM_JOINTS, 3))
    x, z, yaw = pose.place
    root = rotation(0.0, yaw, 0.0)
    floor = np.array([x, 0.0, z])
    pelvis_axes = root @ rotation(*pose.hips)
    joints[Joint.PELVIS] = floor + root @ (pose.pelvis + np.array([0.0, body.pelvis_height, 0.0]))
    chest_axes = _set_spine(joints, pose, body, pelvis_axes)
    for side in (RIGHT, LEFT):
        _set_arm(joints, pose, body, chest_axes, side)
        _set_leg(joints, pose, body, pelvis_axes, root, floor, side)
    return joints


def _set_spine(joints: Vector, pose: Pose, body: Proportions, pelvis_axes: Vector) -> Vector:
    half = pelvis_axes @ rotation(*(0.5 * pose.spine))
    chest_axes = pelvis_axes @ rotation(*pose.spine)
    neck_axes = chest_axes @ rotation(*(0.5 * pose.head))
    head_axes = chest_axes @ rotation(*pose.head)
    joints[Joint.WAIST] = joints[Joint.PELVIS] + body.pelvis_to_waist * pelvis_axes[:, 1]
    joints[Joint.CHEST] = joints[Joint.WAIST] + body.waist_to_chest * half[:, 1]
    joints[Joint.NECK] = joints[Joint.CHEST] + body.chest_to_neck * chest_axes[:, 1]
    joints[Joint.HEAD] = joints[Joint.NECK] + neck_axes @ [0.0, body.neck_to_head, 0.022]
    joints[Joint.NOSE] = joints[Joint.HEAD] + head_axes @ [0.0, -0.02, 0.115]
    return chest_axes


def _set_arm(joints: Vector, pose: Pose, body: Proportions, axes: Vector, side: int) -> None:
    out = np.array([OUTWARD[side], 1.0, 1.0])
    wrist, neck = pose.wrists[side], joints[Joint.NECK]
    # The collar bone lifts with the arm, as it does on people.
    lift = 0.42 * min(max(wrist[1] / 0.5 + 0.25, 0.0), 1.0)
    width, drop = body.shoulder_half_width, -body.shoulder_drop
    collar = np.array(
        [
            width * np.cos(lift) - drop * np.sin(lift),
            width * np.sin(lift) + drop * np.cos(lift),
            0.0,
        ]
    )
    shoulder = neck + axes @ (collar * out)
    target = neck + axes @ ((wrist + np.array([width, drop, 0.0])) * out)
    pole = axes @ (pose.elbows[side] * out)
    elbow, end = two_bones(shoulder, target, body.upper_arm, body.forearm, pole)
    joints[Joint.SHOULDER + side], joints[Joint.ELBOW + side] = shoulder, elbow
    joints[Joint.WRIST + side] = end
    along = unit(unit(end - elbow) + axes @ (pose.bends[side] * out))
    palm = axes @ (pose.palms[side] * out)
    palm = unit(palm - (palm @ along) * along)
    # The thumb is on the side that follows from fingers and palm: mirrored between the hands.
    thumbward = -OUTWARD[side] * cross(along, palm)
    _set_hand(joints, body, end, along, palm, thumbward, float(pose.curls[side, 0]), side)


def _set_hand(
    joints: Vector,
    body: Proportions,
    wrist: Vector,
    along: Vector,
    palm: Vector,
    thumbward: Vector,
    curl: float,
    side: int,
) -> None:
    knuckle = wrist + body.palm * along
    bend = 2.6 * curl
    tip = body.fingers * (np.cos(bend) * along + np.sin(bend) * palm)
    aside = np.cos(THUMB_TILT) * thumbward + np.sin(THUMB_TILT) * palm
    thumb = unit(0.85 * along + (0.85 - 0.6 * curl) * aside)
    joints[Joint.KNUCKLE + side] = knuckle
    joints[Joint.FINGERTIP + side] = knuckle + tip
    joints[Joint.THUMB + side] = wrist + 0.105 * thumb


def _set_leg(
    joints: Vector,
    pose: Pose,
    body: Proportions,
    pelvis_axes: Vector,
    root: Vector,
    floor: Vector,
    side: int,
) -> None:
    out = np.array([OUTWARD[side], 1.0, 1.0])
    offset = np.array([body.hip_half_width, -body.hip_to_pelvis, 0.0])
    hip = joints[Joint.PELVIS] + pelvis_axes @ (offset * out)
    target = floor + root @ (pose.ankles[side] * out + [0.0, body.ankle_height, 0.0])
    pole = root @ (pose.knees[side] * out)
    knee, ankle = two_bones(hip, target, body.thigh, body.shin, pole)
    joints[Joint.HIP + side], joints[Joint.KNEE + side] = hip, knee
    joints[Joint.ANKLE + side] = ankle
    pitch, yaw = pose.feet[side]
    foot = root @ rotation(pitch, OUTWARD[side] * yaw, 0.0)
    joints[Joint.TOE + side] = ankle + foot @ [0.0, -0.055, 0.15]
