"""Actions of the whole body, keyframed by hand: phase 0–1 of one repetition → pose."""

from __future__ import annotations

import numpy as np

from training.figure.gestures import REST, STEADY
from training.figure.keyframes import Keyframes, posed
from training.figure.pose import Pose, mirrored
from training.figure.skeleton import LEFT

SEAT_HEIGHT_METRES = 0.46
SEAT_BACK_METRES = 0.40
"""Distance of the seat's middle behind the standing place."""


_CROUCH = posed(
    STEADY,
    pelvis=(0.0, -0.25, -0.1),
    hips=(0.5, 0.0, 0.0),
    spine=(0.25, 0.0, 0.0),
    head=(-0.35, 0.0, 0.0),
    wrists=(0.12, -0.42, -0.28),
    elbows=(0.6, 0.2, -1.0),
    knees=(0.3, 0.0, 1.0),
)
_TAKE_OFF = posed(
    STEADY,
    pelvis=(0.0, 0.095, 0.02),
    spine=(-0.05, 0.0, 0.0),
    wrists=(0.13, 0.25, 0.42),
    elbows=(0.8, -0.4, -0.3),
    ankles=(0.12, 0.095, -0.02),
    feet=(0.75, 0.1),
)
_APEX = posed(
    _TAKE_OFF,
    pelvis=(0.0, 0.29, 0.02),
    wrists=(0.13, 0.4, 0.27),
    ankles=(0.13, 0.31, -0.06),
    feet=(0.6, 0.1),
)
_TOUCH = posed(
    _TAKE_OFF,
    pelvis=(0.0, -0.02, 0.0),
    wrists=(0.25, 0.0, 0.35),
    ankles=(0.13, 0.03, 0.03),
    feet=(0.25, 0.12),
)
_LAND = posed(
    STEADY,
    pelvis=(0.0, -0.2, -0.05),
    hips=(0.35, 0.0, 0.0),
    spine=(0.2, 0.0, 0.0),
    head=(-0.25, 0.0, 0.0),
    wrists=(0.2, -0.3, 0.25),
    ankles=(0.13, 0.0, 0.02),
    knees=(0.3, 0.0, 1.0),
)
_JUMP = Keyframes(
    [
        (0.0, STEADY),
        (0.05, STEADY),
        (0.25, _CROUCH),
        (0.28, _CROUCH),
        (0.43, _TAKE_OFF),
        (0.55, _APEX),
        (0.67, _TOUCH),
        (0.76, _LAND),
        (0.96, STEADY),
        (1.0, STEADY),
    ]
)


def jump(phase: float, amplitude: float, side: int) -> Pose:
    """Crouch, take off with an arm swing, land softly."""
    return _JUMP(phase)


_SQUAT_STANCE = posed(REST, ankles=(0.17, 0.0, 0.0), feet=(0.0, 0.4), knees=(0.5, 0.0, 1.0))
_SQUAT_LOW = posed(
    _SQUAT_STANCE,
    pelvis=(0.0, -0.46, -0.17),
    hips=(0.52, 0.0, 0.0),
    spine=(0.2, 0.0, 0.0),
    head=(-0.5, 0.0, 0.0),
    wrists=(-0.06, 0.06, 0.5),
    elbows=(0.7, -1.0, -0.2),
    palms=(-0.5, -1.0, 0.0),
    curls=0.1,
)
_SQUAT = Keyframes(
    [
        (0.0, _SQUAT_STANCE),
        (0.04, _SQUAT_STANCE),
        (0.45, _SQUAT_LOW),
        (0.54, _SQUAT_LOW),
        (0.94, _SQUAT_STANCE),
        (1.0, _SQUAT_STANCE),
    ]
)


def squat(phase: float, amplitude: float, side: int) -> Pose:
    """The hips sink to knee height, the arms reach forward for balance."""
    return _SQUAT(phase)


_LEAN = posed(
    STEADY,
    pelvis=(0.0, -0.2, -0.22),
    hips=(0.55, 0.0, 0.0),
    spine=(0.3, 0.0, 0.0),
    head=(-0.3, 0.0, 0.0),
    wrists=(0.06, -0.42, 0.3),
    elbows=(0.6, 0.0, -1.0),
)
SEATED = posed(
    STEADY,
    pelvis=(0.0, SEAT_HEIGHT_METRES + 0.085 - 0.965, 0.03 - SEAT_BACK_METRES),
    hips=(-0.12, 0.0, 0.0),
    spine=(0.16, 0.0, 0.0),
    wrists=(-0.02, -0.34, 0.3),
    elbows=(0.6, -0.4, -1.0),
    palms=(-0.35, -1.0, 0.0),
    bends=(-0.25, -0.15, 0.2),
    ankles=(0.12, 0.0, 0.04),
)
_SIT = Keyframes(
    [
        (0.0, STEADY),
        (0.02, STEADY),
        (0.15, _LEAN),
        (0.29, SEATED),
        (0.52, SEATED),
        (0.66, _LEAN),
        (0.82, STEADY),
        (1.0, STEADY),
    ]
)
SIT_STAND_LABELS = ((0.3, "sit_down"), (0.52, "none"), (0.83, "stand_up"), (1.0, "none"))
"""Labels that are true until each phase of the sitting cycle."""


def sit_and_stand(phase: float, amplitude: float, side: int) -> Pose:
    """Down on a chair, a rest, up again, a rest."""
    return _SIT(phase)


_BOWED = posed(
    STEADY,
    pelvis=(0.0, -0.03, -0.13),
    hips=(0.62, 0.0, 0.0),
    spine=(0.45, 0.0, 0.0),
    head=(0.15, 0.0, 0.0),
    wrists=(0.0, -0.5, 0.12),
    ankles=(0.085, 0.0, 0.0),
)
_BOW_STAND = posed(STEADY, ankles=(0.085, 0.0, 0.0))
_BOW = Keyframes(
    [(0.0, _BOW_STAND), (0.08, _BOW_STAND), (0.4, _BOWED), (0.58, _BOWED), (0.92, _BOW_STAND),
     (1.0, _BOW_STAND)]
)  # fmt: skip


def bow(phase: float, amplitude: float, side: int) -> Pose:
    """The trunk bends forward from the hips and comes up again."""
    return _BOW(phase)


def dance(phase: float, amplitude: float, side: int) -> Pose:
    """Side to side with bent, pumping arms: two beats a repetition."""
    turn = 2 * np.pi * phase
    sway, beat = np.sin(turn), np.cos(2 * turn)
    arm = np.array([sway, -sway]) * amplitude
    lift = np.array([max(sway, 0.0), max(-sway, 0.0)])
    return posed(
        REST,
        pelvis=(0.1 * sway, -0.075 + 0.03 * beat, 0.0),
        hips=(0.03, 0.2 * sway, -0.1 * sway),
        spine=(0.06 + 0.03 * beat, -0.35 * sway, 0.16 * sway),
        head=(0.08 * beat, 0.2 * sway, -0.08 * sway),
        wrists=np.stack([0.08 + 0.1 * arm, -0.1 + 0.24 * arm, 0.28 - 0.05 * arm], axis=1),
        elbows=(0.9, -0.8, -0.4),
        palms=(-0.6, 0.0, 0.6),
        curls=0.7,
        ankles=np.stack([np.full(2, 0.17), 0.07 * lift, np.full(2, 0.0)], axis=1),
        feet=np.stack([0.5 * lift, np.full(2, 0.25)], axis=1),
    )


_LOOK = Keyframes(
    [
        (0.0, REST),
        (0.12, REST),
        (0.22, posed(REST, head=(0.02, 0.5, 0.03), spine=(0.0, 0.08, 0.0))),
        (0.38, posed(REST, head=(0.0, 0.42, 0.02), spine=(0.0, 0.06, 0.0))),
        (0.5, posed(REST, pelvis=(-0.03, -0.015, 0.0), hips=(0.0, 0.0, -0.03))),
        (0.62, posed(REST, pelvis=(-0.03, -0.015, 0.0), head=(0.05, -0.38, 0.0))),
        (0.76, posed(REST, pelvis=(-0.02, -0.015, 0.0), head=(0.18, -0.2, 0.0))),
        (0.9, REST),
    ],
    cyclic=True,
)


def idle(phase: float, amplitude: float, side: int) -> Pose:
    """Standing about: a look to each side, the weight on one leg, then on both."""
    pose = _LOOK(phase)
    return mirrored(pose) if side == LEFT else pose
