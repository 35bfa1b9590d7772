"""Actions of sport, keyframed by hand: phase 0–1 of one repetition → pose."""

from __future__ import annotations

import numpy as np

from training.figure.gestures import REST, STEADY
from training.figure.keyframes import Keyframes, posed
from training.figure.pose import Pose, mirrored
from training.figure.skeleton import LEFT

GUARD = posed(
    REST,
    hips=(0.06, -0.3, 0.0),
    spine=(0.14, -0.1, 0.0),
    head=(-0.05, 0.36, 0.0),
    pelvis=(0.0, -0.07, 0.02),
    wrists=(-0.07, -0.03, 0.27),
    elbows=(0.35, -1.0, -0.1),
    palms=(-1.0, -0.2, -0.1),
    bends=(0.0, 0.0, 0.0),
    curls=0.92,
    ankles=((0.14, 0.02, -0.2), (0.12, 0.0, 0.16)),
    feet=((0.12, 0.5), (0.0, 0.05)),
)
_JAB = posed(
    GUARD,
    wrists_l=(-0.12, 0.04, 0.55),
    palms_l=(0.0, -1.0, 0.0),
    elbows_l=(0.8, -0.8, 0.0),
    hips=(0.08, -0.42, 0.0),
    spine=(0.16, -0.26, 0.0),
    head=(-0.05, 0.6, 0.0),
    pelvis=(0.0, -0.08, 0.06),
)
_CROSS = posed(
    GUARD,
    wrists_r=(-0.13, 0.04, 0.55),
    palms_r=(0.0, -1.0, 0.0),
    elbows_r=(0.8, -0.8, 0.0),
    hips=(0.1, 0.22, 0.0),
    spine=(0.2, 0.3, 0.0),
    head=(-0.08, -0.45, 0.0),
    pelvis=(0.0, -0.1, 0.1),
    feet=((0.55, 0.1), (0.0, 0.05)),
    ankles=((0.14, 0.075, -0.2), (0.12, 0.0, 0.16)),
)
_PUNCH = Keyframes(
    [
        (0.0, GUARD),
        (0.12, GUARD),
        (0.24, _JAB),
        (0.29, _JAB),
        (0.46, GUARD),
        (0.56, GUARD),
        (0.7, _CROSS),
        (0.76, _CROSS),
        (0.97, GUARD),
        (1.0, GUARD),
    ]
)


def punch(phase: float, amplitude: float, side: int) -> Pose:
    """A jab of the front hand and a cross of the rear hand from a boxer's guard."""
    pose = _PUNCH(phase)
    return mirrored(pose) if side == LEFT else pose


_CHAMBER = posed(
    GUARD,
    pelvis=(0.03, -0.03, 0.06),
    hips=(-0.08, 0.0, 0.0),
    spine=(0.0, -0.05, 0.0),
    head=(0.05, 0.05, 0.0),
    ankles_r=(0.09, 0.46, 0.1),
    feet_r=(0.35, 0.1),
    knees=(0.1, 0.0, 1.0),
    feet_l=(0.0, 0.3),
    wrists=(0.0, -0.05, 0.27),
)
_EXTENDED = posed(
    _CHAMBER,
    pelvis=(0.03, -0.025, 0.09),
    hips=(-0.4, 0.2, 0.0),
    spine=(-0.02, -0.1, 0.0),
    head=(0.35, 0.0, 0.0),
    ankles_r=(0.05, 0.86, 0.86),
    feet_r=(-0.9, 0.05),
    wrists=((0.2, -0.35, 0.0), (-0.02, -0.05, 0.27)),
)
_KICK = Keyframes(
    [
        (0.0, GUARD),
        (0.1, GUARD),
        (0.3, _CHAMBER),
        (0.44, _EXTENDED),
        (0.5, _EXTENDED),
        (0.64, _CHAMBER),
        (0.9, GUARD),
        (1.0, GUARD),
    ]
)


def kick(phase: float, amplitude: float, side: int) -> Pose:
    """A front kick of the rear leg: knee up, snap, back to the guard."""
    pose = _KICK(phase)
    return mirrored(pose) if side == LEFT else pose


_WIND_UP = posed(
    STEADY,
    wrists_r=(0.3, 0.2, -0.22),
    elbows_r=(1.0, 0.0, -0.6),
    palms_r=(0.0, 0.3, 1.0),
    bends_r=(0.0, 0.3, -0.3),
    curls_r=0.45,
    wrists_l=(-0.05, -0.05, 0.46),
    elbows_l=(0.8, -0.6, 0.0),
    hips=(-0.05, -0.45, 0.0),
    spine=(-0.12, -0.4, 0.0),
    head=(0.05, 0.75, 0.0),
    pelvis=(-0.04, -0.05, -0.12),
    ankles=((0.13, 0.0, -0.2), (0.12, 0.06, 0.2)),
    feet=((0.0, 0.45), (-0.2, 0.05)),
)
_RELEASE = posed(
    _WIND_UP,
    wrists_r=(0.12, 0.34, 0.36),
    elbows_r=(1.0, -0.3, 0.1),
    palms_r=(0.0, -0.3, 1.0),
    bends_r=(0.0, 0.2, 0.3),
    curls_r=0.2,
    wrists_l=(0.12, -0.35, 0.12),
    elbows_l=(0.5, -0.2, -1.0),
    hips=(0.1, 0.2, 0.0),
    spine=(0.16, 0.25, 0.0),
    head=(0.0, -0.4, 0.0),
    pelvis=(0.0, -0.07, 0.1),
    ankles=((0.13, 0.05, -0.2), (0.12, 0.0, 0.26)),
    feet=((0.4, 0.3), (0.0, 0.05)),
)
_FOLLOW = posed(
    _RELEASE,
    wrists_r=(-0.26, -0.3, 0.4),
    elbows_r=(1.0, -0.1, 0.0),
    palms_r=(-0.6, -0.3, -0.5),
    bends_r=(-0.2, -0.2, 0.2),
    hips=(0.22, 0.4, 0.0),
    spine=(0.4, 0.42, 0.0),
    head=(-0.25, -0.65, 0.0),
    pelvis=(0.02, -0.09, 0.14),
    ankles=((0.13, 0.1, -0.16), (0.12, 0.0, 0.26)),
    feet=((0.6, 0.2), (0.0, 0.05)),
)
_THROW = Keyframes(
    [
        (0.0, STEADY),
        (0.06, STEADY),
        (0.34, _WIND_UP),
        (0.40, _WIND_UP),
        (0.54, _RELEASE),
        (0.66, _FOLLOW),
        (0.73, _FOLLOW),
        (0.95, STEADY),
        (1.0, STEADY),
    ]
)


def throw(phase: float, amplitude: float, side: int) -> Pose:
    """Overarm: wind up behind the head, step, release, follow through."""
    pose = _THROW(phase)
    return mirrored(pose) if side == LEFT else pose


_JACK_LEGS = Keyframes(
    [
        (0.0, posed(REST, ankles=(0.09, 0.0, 0.0), pelvis=(0.0, -0.05, 0.0))),
        (0.14, posed(REST, ankles=(0.13, 0.0, 0.0), pelvis=(0.0, -0.05, 0.0), feet=(0.2, 0.2))),
        (0.3, posed(REST, ankles=(0.26, 0.12, 0.0), pelvis=(0.0, 0.07, 0.0), feet=(0.5, 0.2))),
        (0.46, posed(REST, ankles=(0.36, 0.0, 0.0), pelvis=(0.0, -0.08, 0.0), feet=(0.0, 0.3))),
        (0.62, posed(REST, ankles=(0.34, 0.0, 0.0), pelvis=(0.0, -0.1, 0.0), feet=(0.2, 0.3))),
        (0.8, posed(REST, ankles=(0.2, 0.12, 0.0), pelvis=(0.0, 0.07, 0.0), feet=(0.5, 0.2))),
        (0.95, posed(REST, ankles=(0.09, 0.0, 0.0), pelvis=(0.0, -0.06, 0.0))),
    ],
    cyclic=True,
)


def jumping_jack(phase: float, amplitude: float, side: int) -> Pose:
    """Legs hop apart and together while the arms swing up over the sides and down."""
    lifted = 0.5 - 0.5 * np.cos(2 * np.pi * (phase - 0.02))
    angle = 0.2 + 2.7 * lifted
    arm = 0.535 * np.array([np.sin(angle), -np.cos(angle), 0.09])
    return posed(
        _JACK_LEGS(phase % 1.0),
        wrists=arm,
        elbows=(-0.2 * np.cos(angle), -0.3, -1.0),
        palms=(-np.cos(angle), -np.sin(angle), 0.35),
        bends=(0.0, 0.0, 0.0),
        curls=0.08,
    )
