"""Movements that no data set here shows, from formulas and chance: squats, jumps, sitting down.

A standing body with legs that bend where they must. Nothing is shared with ``har_live.figure``,
whose performance must stay an honest test.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from har_live.types import NONE
from training.people.bodies import bend, seconds, smooth, swing_arms
from training.people.invented_gait import GAITS
from training.people.invented_gestures import GESTURES
from training.people.skeletons import Motion

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
        for label, maker in [*makers.items(), *GAITS.items(), *GESTURES.items()]:
            yield Motion(maker(rng).astype(np.float32), label, "invented", f"invented-{number}")


def _squat(rng: np.random.Generator) -> NDArray[np.float64]:
    period = rng.uniform(1.0, 2.6)
    depth = 0.5 - 0.5 * np.cos(2 * np.pi * (seconds(6.0) / period + rng.random()))
    drop = depth * rng.uniform(0.28, 0.55)
    body = bend(drop, drop * rng.uniform(0.2, 0.6), depth * rng.uniform(0.1, 0.9))
    if rng.random() < 0.7:
        swing_arms(body, rng.uniform(0, 0.4) + depth * rng.uniform(0.2, 1.6))
    return body


def _jump(rng: np.random.Generator) -> NDArray[np.float64]:
    crouch, height = rng.uniform(0.08, 0.3), rng.uniform(0.1, 0.5)
    in_air, on_ground = np.sqrt(8 * height / GRAVITY), rng.uniform(0.35, 1.1)
    time = (seconds(6.0) + rng.uniform(0, 2)) % (in_air + on_ground)
    ground = np.clip(time / on_ground, 0, 1)
    flight = np.clip((time - on_ground) / in_air, 0, 1)
    body = bend(
        crouch * np.sin(np.pi * ground) ** 2,
        0.3 * crouch * np.sin(np.pi * ground) ** 2,
        rng.uniform(0.1, 0.6) * np.sin(np.pi * ground) ** 2,
    )
    swing = rng.uniform(0, 2.8) * np.sin(np.pi * flight) + rng.uniform(-0.3, 0.5)
    swing_arms(body, swing)
    body[:, :, 1] += (4 * height * flight * (1 - flight))[:, None]
    travel = rng.normal(0, 0.4) * np.cumsum(np.gradient(flight).clip(0))
    body[:, :, 2] += travel[:, None]
    return body


def _sit_down(rng: np.random.Generator) -> NDArray[np.float64]:
    before, takes, after = rng.uniform(0.2, 0.8), rng.uniform(0.6, 1.8), rng.uniform(0.2, 0.8)
    position = (seconds(before + takes + after) - before) / takes
    down = smooth(position)
    lean = rng.uniform(0.3, 0.9) * np.sin(np.pi * np.clip(position, 0, 1)) + rng.normal(0, 0.1)
    body = bend(down * rng.uniform(0.38, 0.5), down * rng.uniform(0.3, 0.46), lean)
    if rng.random() < 0.6:
        swing_arms(body, rng.uniform(0.0, 0.5) + down * rng.uniform(0.1, 0.8))
    return body


def _idle(rng: np.random.Generator) -> NDArray[np.float64]:
    """Standing or sitting, shifting the weight a little."""
    time = seconds(6.0)
    sway = sum(
        rng.uniform(0, 0.02) * np.sin(2 * np.pi * (rng.uniform(0.1, 0.6) * time + rng.random()))
        for _ in range(3)
    )
    sits = rng.random() < 0.4
    seat = np.full_like(time, 0.44 if sits else 0.0)
    body = bend(seat + sway.clip(0), seat * 0.9 + sway, rng.normal(0, 0.1) + sway)
    if rng.random() < 0.7:
        swing_arms(body, rng.uniform(0, 1.2) + 5 * rng.uniform(0, 1) * sway)
    return body
