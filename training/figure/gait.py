"""Walking and running, on the way and on the spot: phase 0–1 of two steps → pose."""

from __future__ import annotations

import numpy as np

from training.figure.gestures import REST
from training.figure.keyframes import Keyframes, posed
from training.figure.pose import Pose

WALK_STRIDE_METRES = 1.15
"""Way made in one walking cycle of two steps."""
RUN_STRIDE_METRES = 1.5


def _leg_cycle(rows: list[tuple[float, float, float, float]]) -> Keyframes:
    """Rows of phase, ankle forward, ankle up, foot pitch of the right leg over one cycle."""
    keys = [
        (phase, posed(REST, ankles_r=(0.085, up, ahead), feet_r=(pitch, 0.1)))
        for phase, ahead, up, pitch in rows
    ]
    return Keyframes(keys, cyclic=True)


# Heel strike at 0; on the floor the foot goes back at constant speed, as walking demands.
_S = WALK_STRIDE_METRES
_WALK_LEG = _leg_cycle(
    [
        (0.0, 0.31 * _S, 0.015, -0.32),
        (0.1, 0.21 * _S, 0.0, 0.0),
        (0.2, 0.11 * _S, 0.0, 0.0),
        (0.3, 0.01 * _S, 0.0, 0.0),
        (0.4, -0.09 * _S, 0.01, 0.08),
        (0.5, -0.19 * _S, 0.04, 0.35),
        (0.6, -0.27 * _S, 0.10, 0.75),
        (0.72, -0.18 * _S, 0.155, 0.7),
        (0.86, 0.16 * _S, 0.085, 0.05),
    ]
)
_R = RUN_STRIDE_METRES
_RUN_LEG = _leg_cycle(
    [
        (0.0, 0.14 * _R, 0.02, -0.1),
        (0.1, 0.06 * _R, 0.0, 0.0),
        (0.2, -0.04 * _R, 0.015, 0.1),
        (0.34, -0.16 * _R, 0.13, 0.75),
        (0.5, -0.22 * _R, 0.36, 1.05),
        (0.64, -0.06 * _R, 0.42, 0.9),
        (0.8, 0.17 * _R, 0.28, 0.3),
        (0.92, 0.2 * _R, 0.11, -0.1),
    ]
)
_MARCH_LEG = _leg_cycle(
    [
        (0.0, 0.02, 0.0, 0.0),
        (0.25, 0.0, 0.0, 0.0),
        (0.5, 0.0, 0.0, 0.0),
        (0.62, 0.02, 0.09, 0.35),
        (0.75, 0.1, 0.17, 0.25),
        (0.88, 0.08, 0.1, 0.05),
    ]
)


def _gait(legs: Keyframes, phase: float, upper: Pose) -> Pose:
    right, left = legs(phase % 1.0), legs((phase + 0.5) % 1.0)
    return posed(
        upper,
        ankles=np.stack([right.ankles[0], left.ankles[0]]),
        feet=np.stack([right.feet[0], left.feet[0]]),
        knees=(0.06, 0.0, 1.0),
    )


def _striding(phase: float, swing: float, bob: float) -> Pose:
    """Upper body of a walker: arms against legs, pelvis over the standing leg."""
    turn = 2 * np.pi * phase
    step = np.cos(turn)
    arm = np.array([-step, step])
    forward = 0.05 + swing * arm
    return posed(
        REST,
        pelvis=(-0.018 * np.sin(turn), -0.04 - bob * np.cos(2 * turn), 0.0),
        hips=(0.03, 0.09 * step, -0.035 * np.sin(turn)),
        spine=(0.02, -0.18 * step, 0.03 * np.sin(turn)),
        head=(0.0, 0.09 * step, 0.0),
        wrists=np.stack(
            [np.full(2, 0.065), -0.5 + 0.28 * np.maximum(forward, 0.0) ** 1.2, forward], axis=1
        ),
        bends=(-0.05, 0.0, 0.15),
    )


def walk(phase: float, amplitude: float, side: int) -> Pose:
    """One cycle of two steps; the place must move on by ``WALK_STRIDE_METRES`` meanwhile."""
    return _gait(_WALK_LEG, phase, _striding(phase, 0.24 * amplitude, 0.02))


def march(phase: float, amplitude: float, side: int) -> Pose:
    """Walking on the spot."""
    return _gait(_MARCH_LEG, phase, _striding(phase + 0.25, 0.2 * amplitude, -0.012))


def _running(phase: float, amplitude: float) -> Pose:
    turn = 2 * np.pi * (phase - 0.04)
    step = np.cos(turn)
    arm = np.array([-step, step]) * amplitude
    return posed(
        REST,
        pelvis=(0.0, -0.045 - 0.04 * np.cos(2 * (turn - 0.6)), 0.0),
        hips=(0.13, 0.12 * step, 0.0),
        spine=(0.08, -0.3 * step, 0.0),
        head=(-0.12, 0.16 * step, 0.0),
        wrists=np.stack(
            [0.03 - 0.08 * np.maximum(arm, 0), -0.25 + 0.12 * arm, 0.17 + 0.22 * arm], 1
        ),
        elbows=(0.35, -0.3, -1.0),
        bends=(0.0, 0.0, 0.0),
        curls=0.75,
    )


def run(phase: float, amplitude: float, side: int) -> Pose:
    """One cycle of two steps; the place must move on by ``RUN_STRIDE_METRES`` meanwhile."""
    return _gait(_RUN_LEG, phase, _running(phase, amplitude))


def jog(phase: float, amplitude: float, side: int) -> Pose:
    """Running on the spot: the same legs with less reach."""
    pose = run(phase, amplitude, side)
    return posed(pose, ankles=pose.ankles * [1.0, 0.8, 0.45])
