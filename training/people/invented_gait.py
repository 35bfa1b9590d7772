"""Walking and running from formulas and chance, on the way or on the spot."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from training.people.bodies import (
    ANKLES,
    HIPS,
    KNEES,
    LEFT,
    LENGTH_SECONDS,
    RIGHT,
    Body,
    bend,
    knees,
    reach,
    seconds,
)


def walk(rng: np.random.Generator) -> Body:
    """Half of them on their way, somewhere."""
    rate, stride = rng.uniform(0.65, 1.15), rng.uniform(0.14, 0.34)
    return _gait(
        rng,
        rate=rate,
        stride=stride,
        lift=rng.uniform(0.05, 0.2),
        heel=rng.uniform(0.0, 0.12),
        bounce=rng.uniform(0.0, 0.03),
        lean=rng.uniform(-0.05, 0.15),
        swing=rng.uniform(0.05, 0.35),
        bent=rng.uniform(0.0, 0.25),
    )


def run(rng: np.random.Generator) -> Body:
    """Arms bent, heels up, a moment in the air between the steps."""
    return _gait(
        rng,
        rate=rng.uniform(1.15, 1.75),
        stride=rng.uniform(0.2, 0.45),
        lift=rng.uniform(0.15, 0.35),
        heel=rng.uniform(0.15, 0.5),
        bounce=rng.uniform(0.03, 0.1),
        lean=rng.uniform(0.05, 0.3),
        swing=rng.uniform(0.15, 0.35),
        bent=rng.uniform(0.6, 1.0),
    )


def _gait(
    rng: np.random.Generator,
    *,
    rate: float,
    stride: float,
    lift: float,
    heel: float,
    bounce: float,
    lean: float,
    swing: float,
    bent: float,
) -> Body:
    """Legs and arms in turn.

    Args:
        rate: pairs of steps a second.
        stride: metres that a foot swings before and behind the hips.
        lift, heel: metres that a foot is raised on its way forward; that it is drawn back then.
        bounce: metres that the hips rise twice a pair of steps.
        lean: radians that the trunk leans forward.
        swing, bent: metres that the hands swing; 0 hanging arms, 1 elbows at a right angle.
    """
    time = seconds(LENGTH_SECONDS)
    phase = 2 * np.pi * (rate * time + rng.random())
    rise = bounce * np.abs(np.sin(phase))
    body = bend(0.04 + lift * 0.15 - rise, 0 * time, lean + 0 * time)
    for row, side in ((0, LEFT), (1, RIGHT)):
        own = phase + (0.0 if side == LEFT else np.pi)
        forward = np.cos(own).clip(0)  # the foot is in the air while it moves forward
        body[:, ANKLES][:, row, 2] += stride * np.sin(own) - heel * forward**2
        body[:, ANKLES][:, row, 1] += lift * forward + rise
        hand = -np.sin(own) * swing
        low = np.stack([side * 0.06 + 0 * time, -0.5 + 0 * time, 0.04 + hand], axis=1)
        high = np.stack([-side * 0.03 + 0 * time, -0.2 + 0.5 * hand, 0.22 + hand], axis=1)
        reach(body, side, (1 - bent) * low + bent * high)
    body[:, KNEES] = knees(body[:, HIPS], body[:, ANKLES])
    if rng.random() < 0.5:
        body[:, :, 2] += (4 * stride * rate * time)[:, None]
    return body


GAITS: dict[str, Callable[[np.random.Generator], Body]] = {"walk": walk, "run": run}
"""Label → how to make one."""
