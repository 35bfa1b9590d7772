"""More movements from formulas and chance: what arms and legs do, each time a little differently.

The skeleton sequences hold some gestures from a few people only, and some not at all. Again nothing
is shared with ``har_live.figure``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

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
    smooth,
)


def _standing(rng: np.random.Generator) -> tuple[Body, NDArray[np.float64]]:
    """Somebody who stands or sits and sways a little, and the time."""
    time = seconds(LENGTH_SECONDS)
    sway = rng.uniform(0, 0.015) * np.sin(2 * np.pi * (rng.uniform(0.1, 0.5) * time + rng.random()))
    seat = np.full_like(time, 0.44 if rng.random() < 0.2 else 0.0)
    return bend(seat + sway.clip(0), seat * 0.9 + sway, rng.normal(0, 0.06) + sway), time


def _there(time: NDArray[np.float64], rng: np.random.Generator, *, most: float) -> Body:
    """0 → 1: an arm on its way to where it will be, begun some time before or in the recording."""
    return smooth((time - rng.uniform(-1.5, most)) / rng.uniform(0.35, 0.9))


def _between(first, last, share) -> Body:
    """(F, 3) on the way from one point to another."""
    first, last = np.asarray(first, float), np.asarray(last, float)
    return first + (last - first) * np.asarray(share)[:, None]


def wave(rng: np.random.Generator) -> Body:
    body, time = _standing(rng)
    side = rng.choice([LEFT, RIGHT])
    swing = np.sin(2 * np.pi * rng.uniform(1.0, 3.0) * time)
    centre = [side * rng.uniform(0.05, 0.4), rng.uniform(0.05, 0.45), rng.uniform(0.0, 0.3)]
    to = _between([side * 0.06, -0.52, 0.05], centre, _there(time, rng, most=1.0))
    to[:, 0] += swing * rng.uniform(0.07, 0.22)
    to[:, 1] += np.abs(swing) * rng.uniform(-0.08, 0.02)
    for arm in (LEFT, RIGHT) if rng.random() < 0.15 else (side,):
        reach(body, arm, to * [side * arm, 1, 1])
    return body


def clap(rng: np.random.Generator) -> Body:
    body, time = _standing(rng)
    open_ = np.abs(np.sin(np.pi * rng.uniform(1.2, 3.5) * time)) * rng.uniform(0.06, 0.28)
    height = rng.uniform(0.3, 0.5) if rng.random() < 0.1 else rng.uniform(-0.32, 0.1)
    forward = rng.uniform(0.2, 0.4)
    for arm in (LEFT, RIGHT):
        to = np.stack([-arm * (0.17 - open_), 0 * open_ + height, 0 * open_ + forward], axis=1)
        reach(body, arm, to)
    return body


def drink(rng: np.random.Generator) -> Body:
    body, time = _standing(rng)
    arm = rng.choice([LEFT, RIGHT])
    low = [arm * rng.uniform(-0.1, 0.15), rng.uniform(-0.5, -0.2), rng.uniform(0.1, 0.35)]
    mouth = [-arm * rng.uniform(0.08, 0.16), rng.uniform(0.08, 0.16), rng.uniform(0.12, 0.2)]
    period, up = rng.uniform(2.2, 4.0), rng.uniform(0.5, 0.9)
    phase = (time + rng.uniform(0, period)) % period
    hold = rng.uniform(0.5, 1.4)
    share = smooth(phase / up) - smooth((phase - up - hold) / up)
    reach(body, arm, _between(low, mouth, share))
    body[:, 0, 2] -= share * rng.uniform(0, 0.06)
    return body


def point(rng: np.random.Generator) -> Body:
    body, time = _standing(rng)
    arm = rng.choice([LEFT, RIGHT])
    turn, raised = rng.uniform(-0.4, 1.6), rng.uniform(-0.25, 0.5)
    direction = np.array(
        [arm * np.sin(turn) * np.cos(raised), np.sin(raised), np.cos(turn) * np.cos(raised)]
    )
    to = _between([arm * 0.06, -0.5, 0.1], 0.53 * direction, _there(time, rng, most=1.4))
    reach(body, arm, to + 0.01 * np.sin(2 * np.pi * 0.7 * time)[:, None])
    return body


def raise_hands(rng: np.random.Generator) -> Body:
    body, time = _standing(rng)
    share = _there(time, rng, most=1.4)
    top = [rng.uniform(0.0, 0.25), rng.uniform(0.38, 0.52), rng.uniform(-0.05, 0.15)]
    through = rng.uniform(0.1, 0.45)  # sideways or in front on the way up
    for arm in (LEFT, RIGHT):
        to = _between([0.06, -0.52, 0.05], top, share)
        to[:, 0] += through * np.sin(np.pi * share)
        to[:, 2] += (0.45 - through) * np.sin(np.pi * share)
        reach(body, arm, to * [arm, 1, 1])
    return body


def punch(rng: np.random.Generator) -> Body:
    time = seconds(LENGTH_SECONDS)
    bob = np.sin(2 * np.pi * rng.uniform(0.8, 2.0) * time) * rng.uniform(0, 0.03)
    body = bend(rng.uniform(0.02, 0.1) + bob.clip(0), bob, rng.uniform(0.0, 0.25) + bob)
    rate, only = rng.uniform(0.7, 2.2), rng.random() < 0.3
    hook = rng.uniform(0, 0.3) if rng.random() < 0.4 else 0.0
    for arm in (LEFT, RIGHT):
        hit = np.sin(2 * np.pi * rate * time + (0 if arm == LEFT or only else np.pi)).clip(0) ** 2
        if only and arm == RIGHT:
            hit = hit * 0.0
        guard = [-arm * rng.uniform(0.02, 0.12), rng.uniform(-0.15, 0.05), rng.uniform(0.15, 0.28)]
        to = _between(guard, [-arm * rng.uniform(0.0, 0.15), 0.02, 0.53], hit)
        to[:, 0] += arm * hook * np.sin(np.pi * hit)
        reach(body, arm, to)
    return body


def throw(rng: np.random.Generator) -> Body:
    body, time = _standing(rng)
    arm, period = rng.choice([LEFT, RIGHT]), rng.uniform(1.4, 2.6)
    phase = (time + rng.uniform(0, period)) % period / period
    begin = rng.uniform(0.0, 0.15)
    back = smooth((phase - begin) / rng.uniform(0.2, 0.35))
    forward = smooth((phase - rng.uniform(0.4, 0.5)) / rng.uniform(0.08, 0.2))
    rest = smooth((phase - 0.75) / 0.25)
    high, aside = rng.uniform(-0.1, 0.45), rng.uniform(0.05, 0.35)
    to = _between([arm * 0.06, -0.5, 0.1], [arm * aside, high, rng.uniform(-0.35, -0.05)], back)
    to += _between([0, 0, 0], [-arm * 0.3, -0.1 - high * 0.3, 0.75], forward)
    to += _between([0, 0, 0], [arm * 0.16, -0.4 - high * 0.7, -0.4], rest)
    reach(body, arm, to)
    lean = rng.uniform(0.0, 0.5) * (forward - rest) - rng.uniform(0.0, 0.25) * (back - forward)
    body[:, :7, 2] += lean[:, None] * (body[:, :7, 1] - 0.92) * 0.6
    if rng.random() < 0.5:  # a step into the throw
        foot = 0 if arm == RIGHT else 1
        step = rng.uniform(0.1, 0.4) * (forward - rest)
        body[:, ANKLES][:, foot, 2] += step
        body[:, :9, 2] += 0.5 * step[:, None]
        body[:, KNEES] = knees(body[:, HIPS], body[:, ANKLES])
    return body


def kick(rng: np.random.Generator) -> Body:
    body, time = _standing(rng)
    if rng.random() < 0.5:
        _guard(body, rng)
    leg, period = rng.integers(2), rng.uniform(1.0, 2.2)
    phase = (time + rng.uniform(0, period)) % period / period
    out = smooth(phase / 0.3) - smooth((phase - 0.4) / 0.35)
    sideways = rng.uniform(0.2, 0.6) if rng.random() < 0.35 else rng.uniform(-0.05, 0.1)
    height = rng.uniform(0.2, 0.8)
    away = np.array([(1 - 2 * leg) * sideways, height, rng.uniform(0.35, 0.75) - sideways])
    body[:, ANKLES][:, leg] += away * out[:, None]
    body[:, KNEES] = knees(body[:, HIPS], body[:, ANKLES])
    body[:, :7, 2] -= (0.15 * out)[:, None] * (body[:, :7, 1] - 0.9)
    return body


def _guard(body: Body, rng: np.random.Generator) -> None:
    """Fists before the chest or the chin, as those who box and kick hold them. In place."""
    height, forward = rng.uniform(-0.25, 0.1), rng.uniform(0.15, 0.35)
    for arm in (LEFT, RIGHT):
        fist = [-arm * rng.uniform(0.0, 0.12), height + rng.normal(0, 0.04), forward]
        reach(body, arm, np.repeat([fist], len(body), axis=0))


def jumping_jacks(rng: np.random.Generator) -> Body:
    time = seconds(LENGTH_SECONDS)
    phase = time / rng.uniform(0.75, 1.5) + rng.random()
    apart = 0.5 - 0.5 * np.cos(2 * np.pi * phase)
    hop = np.abs(np.sin(2 * np.pi * phase)) * rng.uniform(0.02, 0.12)
    body = bend(0.03 - hop, 0 * hop, 0 * hop)
    highest = rng.uniform(2.2, 3.1)
    for arm in (LEFT, RIGHT):
        raised = 0.15 + apart * highest
        to = 0.52 * np.stack([arm * np.sin(raised), -np.cos(raised), 0.1 + 0 * raised], axis=1)
        reach(body, arm, to)
    body[:, ANKLES, 0] *= (1 + apart * rng.uniform(1.2, 3.0))[:, None]
    body[:, ANKLES, 1] += hop[:, None]
    body[:, KNEES] = knees(body[:, HIPS], body[:, ANKLES])
    return body


def bow(rng: np.random.Generator) -> Body:
    time = seconds(LENGTH_SECONDS)
    period = rng.uniform(1.8, 4.0)
    phase = (time + rng.uniform(0, period)) % period / period
    down = smooth(phase / 0.35) - smooth((phase - 0.55) / 0.4)
    body = bend(0.02 * down, rng.uniform(0, 0.15) * down, rng.uniform(0.5, 1.4) * down)
    if rng.random() < 0.5:
        for arm in (LEFT, RIGHT):
            reach(body, arm, _between([arm * 0.05, -0.52, 0.0], [arm * 0.02, -0.5, 0.15], down))
    return body


def dance(rng: np.random.Generator) -> Body:
    time = seconds(LENGTH_SECONDS)
    beat = rng.uniform(0.9, 2.0)

    def rhythm(amount: float) -> NDArray[np.float64]:
        harmonic = rng.choice([0.5, 1.0, 1.0, 2.0])
        return amount * np.sin(2 * np.pi * (beat * harmonic * time + rng.random()))

    bounce = np.abs(rhythm(rng.uniform(0.03, 0.12)))
    body = bend(bounce, rhythm(0.04), rhythm(rng.uniform(0.02, 0.15)))
    body[:, :9, 0] += rhythm(rng.uniform(0.04, 0.14))[:, None]
    body[:, :7, 0] += rhythm(rng.uniform(0.0, 0.08))[:, None]
    body[:, KNEES] = knees(body[:, HIPS], body[:, ANKLES])
    for arm in (LEFT, RIGHT):
        centre = np.array([arm * rng.uniform(0.0, 0.35), rng.uniform(-0.3, 0.35), 0.2])
        moves = [rhythm(rng.uniform(0.05, 0.22)) for _ in range(3)]
        reach(body, arm, centre + np.stack(moves, axis=1))
    return body


GESTURES: dict[str, Callable[[np.random.Generator], Body]] = {
    maker.__name__: maker
    for maker in (
        wave,
        clap,
        drink,
        point,
        raise_hands,
        punch,
        throw,
        kick,
        jumping_jacks,
        bow,
        dance,
    )
}
"""Label → how to make one."""
