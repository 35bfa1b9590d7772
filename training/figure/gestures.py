"""Actions of arms and hands, keyframed by hand: phase 0–1 of one repetition → pose."""

from __future__ import annotations

import numpy as np

from training.figure.keyframes import Keyframes, posed
from training.figure.pose import Pose, mirrored
from training.figure.skeleton import LEFT

REST = Pose()
# Where a standing person's feet are when the arms have work to do.
STEADY = posed(REST, ankles=(0.12, 0.0, 0.0), pelvis=(0.0, -0.018, 0.0))


def _wave_key(outward: float, up: float, tilt: float) -> Pose:
    return posed(
        STEADY,
        wrists_r=(outward, up, 0.17),
        elbows_r=(0.7, -1.0, -0.25),
        palms_r=(0.0, 0.0, 1.0),
        bends_r=(tilt, 0.1, 0.05),
        curls_r=0.06,
        spine=(0.0, 0.0, 0.05),
        head=(0.02, -0.06, 0.06),
    )


_WAVE = Keyframes(
    [
        (0.0, _wave_key(0.40, 0.19, -0.3)),
        (0.25, _wave_key(0.28, 0.26, 0.15)),
        (0.5, _wave_key(0.13, 0.25, 0.3)),
        (0.75, _wave_key(0.27, 0.26, -0.15)),
    ],
    cyclic=True,
)


def wave(phase: float, amplitude: float, side: int) -> Pose:
    """The raised hand swings beside the head."""
    pose = _WAVE(phase)
    middle = np.array([0.265, 0.24, 0.17])
    wrists = pose.wrists.copy()
    wrists[0] = middle + amplitude * (wrists[0] - middle)
    pose = posed(pose, wrists=wrists)
    return mirrored(pose) if side == LEFT else pose


def _clap_key(outward: float, up: float, nod: float) -> Pose:
    return posed(
        STEADY,
        wrists=(outward, up, 0.27),
        elbows=(0.9, -1.0, -0.35),
        palms=(-1.0, 0.0, 0.0),
        bends=(0.5 - 2.2 * outward, 1.25, 0.5),
        curls=0.04,
        head=(nod, 0.0, 0.0),
        spine=(0.03, 0.0, 0.0),
    )


_CLAP = Keyframes(
    [
        (0.0, _clap_key(-0.158, -0.17, 0.05)),
        (0.12, _clap_key(-0.15, -0.17, 0.05)),
        (0.55, _clap_key(0.06, -0.15, 0.0)),
    ],
    cyclic=True,
)


def clap(phase: float, amplitude: float, side: int) -> Pose:
    """Bring both palms together before the chest."""
    pose = _CLAP(phase)
    closed = -0.158
    wrists = pose.wrists.copy()
    wrists[:, 0] = closed + amplitude * (wrists[:, 0] - closed)
    return posed(pose, wrists=wrists)


_LIFTED_HALF = posed(
    STEADY,
    wrists=(0.26, 0.02, 0.36),
    elbows=(0.8, -0.7, -0.5),
    palms=(-0.5, -0.4, 0.6),
    curls=0.15,
)
_LIFTED = posed(
    STEADY,
    wrists=(0.05, 0.62, 0.06),
    elbows=(1.0, 0.0, -0.15),
    palms=(-0.25, 0.0, 1.0),
    bends=(0.0, 0.1, 0.0),
    curls=0.06,
    spine=(-0.06, 0.0, 0.0),
    head=(-0.1, 0.0, 0.0),
)
_RAISE = Keyframes(
    [
        (0.0, STEADY),
        (0.2, _LIFTED_HALF),
        (0.38, _LIFTED),
        (0.62, _LIFTED),
        (0.8, _LIFTED_HALF),
        (0.97, STEADY),
        (1.0, STEADY),
    ]
)


def raise_hands(phase: float, amplitude: float, side: int) -> Pose:
    """Raise both hands straight up, hold them, lower them."""
    return _RAISE(phase)


_HOLD_CUP = posed(
    STEADY,
    wrists_r=(0.0, -0.23, 0.3),
    elbows_r=(0.45, -1.0, -0.4),
    palms_r=(-1.0, 0.0, -0.2),
    bends_r=(-0.15, 0.1, 0.2),
    curls_r=0.42,
)
_SIP = posed(
    _HOLD_CUP,
    wrists_r=(-0.045, 0.07, 0.24),
    elbows_r=(0.75, -1.0, 0.1),
    palms_r=(-0.85, 0.25, -0.75),
    bends_r=(-0.45, 0.5, 0.1),
    head=(-0.08, -0.03, 0.0),
)
_GULP = posed(
    _SIP,
    wrists_r=(-0.05, 0.115, 0.235),
    palms_r=(-0.9, 0.1, -0.5),
    bends_r=(-0.5, 0.45, -0.35),
    elbows_r=(1.0, -0.7, 0.2),
    head=(-0.3, -0.03, 0.0),
    spine=(-0.05, 0.0, 0.0),
)
_DRINK = Keyframes(
    [
        (0.0, _HOLD_CUP),
        (0.1, _HOLD_CUP),
        (0.36, _SIP),
        (0.48, _GULP),
        (0.66, _GULP),
        (0.74, _SIP),
        (0.97, _HOLD_CUP),
        (1.0, _HOLD_CUP),
    ]
)


def drink(phase: float, amplitude: float, side: int) -> Pose:
    """A cup goes to the mouth, the head tilts back, the cup comes down."""
    pose = _DRINK(phase)
    return mirrored(pose) if side == LEFT else pose


_AIM = posed(
    STEADY,
    wrists_r=(0.27, 0.08, 0.44),
    elbows_r=(0.6, -1.0, -0.2),
    palms_r=(-0.5, -1.0, 0.0),
    bends_r=(0.1, 0.05, 0.1),
    curls_r=0.1,
    spine=(0.03, -0.2, 0.0),
    head=(0.0, -0.2, 0.0),
)
_STRETCH = posed(_AIM, wrists_r=(0.3, 0.1, 0.45), spine=(0.06, -0.26, 0.0))
_POINT = Keyframes(
    [
        (0.0, STEADY),
        (0.04, STEADY),
        (0.26, _AIM),
        (0.4, _STRETCH),
        (0.55, _AIM),
        (0.7, _STRETCH),
        (0.96, STEADY),
        (1.0, STEADY),
    ]
)


def point(phase: float, amplitude: float, side: int) -> Pose:
    """One arm stretches out forward and to its side; the head follows."""
    pose = _POINT(phase)
    return mirrored(pose) if side == LEFT else pose
