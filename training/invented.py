"""Movements that no data set here shows, from formulas and chance: squats, jumps, sitting down.

A standing body with legs that bend where they must. Nothing is shared with ``har_live.figure``,
whose performance must stay an honest test.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from har_live.types import NONE
from training.skeletons import SKELETON_FPS, Motion

STANDING = np.array(
    [
        [0.0, 1.60, 0.02],
        [0.19, 1.42, 0.0],
        [-0.19, 1.42, 0.0],
        [0.24, 1.13, -0.02],
        [-0.24, 1.13, -0.02],
        [0.25, 0.88, 0.05],
        [-0.25, 0.88, 0.05],
        [0.10, 0.92, 0.0],
        [-0.10, 0.92, 0.0],
        [0.11, 0.49, 0.02],
        [-0.11, 0.49, 0.02],
        [0.12, 0.07, -0.02],
        [-0.12, 0.07, -0.02],
    ],
    np.float32,
)
"""(13, 3) metres, facing +z."""
UPPER, HIPS, KNEES, ANKLES = slice(0, 7), slice(7, 9), slice(9, 11), slice(11, 13)
THIGH = SHIN = 0.44
GRAVITY = 9.81


def invented_motions(count: int, rng: np.random.Generator) -> Iterator[Motion]:
    """``count`` of each movement, every one with its own speed, depth and arms."""
    makers = {
        "squat": _squat,
        "jump": _jump,
        "sit_down": _sit_down,
        "stand_up": lambda rng: _sit_down(rng)[::-1],
        NONE: _idle,
    }
    for number in range(count):
        for label, maker in makers.items():
            yield Motion(maker(rng).astype(np.float32), label, "invented", f"invented-{number}")


def bend(
    drop: NDArray[np.float64], back: NDArray[np.float64], lean: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(F,) metres that the hips sink and move back, radians that the trunk leans → (F, 13, 3)."""
    body = np.repeat(STANDING[None].astype(np.float64), len(drop), axis=0)
    shift = np.stack([np.zeros_like(drop), -drop, -back], axis=1)[:, None]
    middle = body[:, HIPS].mean(axis=1, keepdims=True)
    cos, sin = np.cos(lean)[:, None], np.sin(lean)[:, None]
    y, z = np.moveaxis(body[:, UPPER, 1:] - middle[:, :, 1:], -1, 0)
    body[:, UPPER, 1] = middle[:, :, 1] + y * cos - z * sin
    body[:, UPPER, 2] = middle[:, :, 2] + y * sin + z * cos
    body[:, :9] += shift
    body[:, KNEES] = _knees(body[:, HIPS], body[:, ANKLES])
    return body


def _knees(hips: NDArray[np.float64], ankles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where the knees are when thigh and shin keep their length: forward of the middle."""
    between = ankles - hips
    distance = np.clip(np.linalg.norm(between, axis=-1, keepdims=True), 0.1, THIGH + SHIN)
    forward = np.stack([0 * between[..., 0], between[..., 2], -between[..., 1]], axis=-1)
    forward /= np.linalg.norm(forward, axis=-1, keepdims=True)
    return hips + between / 2 + forward * np.sqrt(THIGH**2 - (distance / 2) ** 2)


def _arms(body: NDArray[np.float64], raised: NDArray[np.float64]) -> None:
    """Swing both arms forward by ``raised`` radians, in place: 0 hang down, π point up."""
    for shoulder, elbow, wrist in ((1, 3, 5), (2, 4, 6)):
        outward = np.sign(STANDING[shoulder, 0]) * 0.15
        direction = np.stack([0 * raised + outward, -np.cos(raised), np.sin(raised)], axis=-1)
        body[:, elbow] = body[:, shoulder] + 0.29 * direction
        body[:, wrist] = body[:, shoulder] + 0.54 * direction


def _smooth(position: NDArray[np.float64]) -> NDArray[np.float64]:
    inside = np.clip(position, 0, 1)
    return inside * inside * (3 - 2 * inside)


def _seconds(length: float) -> NDArray[np.float64]:
    return np.arange(int(length * SKELETON_FPS)) / SKELETON_FPS


def _squat(rng: np.random.Generator) -> NDArray[np.float64]:
    period = rng.uniform(1.0, 2.6)
    depth = 0.5 - 0.5 * np.cos(2 * np.pi * (_seconds(6.0) / period + rng.random()))
    drop = depth * rng.uniform(0.28, 0.55)
    body = bend(drop, drop * rng.uniform(0.2, 0.6), depth * rng.uniform(0.1, 0.9))
    if rng.random() < 0.7:
        _arms(body, rng.uniform(0, 0.4) + depth * rng.uniform(0.2, 1.6))
    return body


def _jump(rng: np.random.Generator) -> NDArray[np.float64]:
    crouch, height = rng.uniform(0.08, 0.3), rng.uniform(0.1, 0.5)
    in_air, on_ground = np.sqrt(8 * height / GRAVITY), rng.uniform(0.35, 1.1)
    time = (_seconds(6.0) + rng.uniform(0, 2)) % (in_air + on_ground)
    ground = np.clip(time / on_ground, 0, 1)
    flight = np.clip((time - on_ground) / in_air, 0, 1)
    body = bend(
        crouch * np.sin(np.pi * ground) ** 2,
        0.3 * crouch * np.sin(np.pi * ground) ** 2,
        rng.uniform(0.1, 0.6) * np.sin(np.pi * ground) ** 2,
    )
    swing = rng.uniform(0, 2.8) * np.sin(np.pi * flight) + rng.uniform(-0.3, 0.5)
    _arms(body, swing)
    body[:, :, 1] += (4 * height * flight * (1 - flight))[:, None]
    travel = rng.normal(0, 0.4) * np.cumsum(np.gradient(flight).clip(0))
    body[:, :, 2] += travel[:, None]
    return body


def _sit_down(rng: np.random.Generator) -> NDArray[np.float64]:
    before, takes, after = rng.uniform(0.2, 0.8), rng.uniform(0.6, 1.8), rng.uniform(0.2, 0.8)
    position = (_seconds(before + takes + after) - before) / takes
    down = _smooth(position)
    lean = rng.uniform(0.3, 0.9) * np.sin(np.pi * np.clip(position, 0, 1)) + rng.normal(0, 0.1)
    body = bend(down * rng.uniform(0.38, 0.5), down * rng.uniform(0.3, 0.46), lean)
    if rng.random() < 0.6:
        _arms(body, rng.uniform(0.0, 0.5) + down * rng.uniform(0.1, 0.8))
    return body


def _idle(rng: np.random.Generator) -> NDArray[np.float64]:
    """Standing or sitting, shifting the weight a little."""
    time = _seconds(6.0)
    sway = sum(
        rng.uniform(0, 0.02) * np.sin(2 * np.pi * (rng.uniform(0.1, 0.6) * time + rng.random()))
        for _ in range(3)
    )
    sits = rng.random() < 0.4
    seat = np.full_like(time, 0.44 if sits else 0.0)
    body = bend(seat + sway.clip(0), seat * 0.9 + sway, rng.normal(0, 0.1) + sway)
    if rng.random() < 0.7:
        _arms(body, rng.uniform(0, 1.2) + 5 * rng.uniform(0, 1) * sway)
    return body
