"""Windows to learn from: takes seen otherwise, one after another; and those of a stream."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from har_live.lessons.recordings import Recording
from har_live.lessons.variation import Views, in_trunks, mirrored, spoil
from har_live.lessons.window_plan import Plan, Planner, between, joined, slowed
from har_live.people.joints import CONTEXT, LEAST_SCORE
from har_live.people.motion import FLOW_SIDE, NUM_MOTION, MotionSeen, grey_levels
from har_live.time_grid import frames_played_at, grid_instants
from har_live.types import NONE, NUM_JOINTS, ClipSpec

FIRST_JUDGED = 7
"""Grid frames of a window before any of it is judged."""
SETTLED = 4
"""Grid frames of an action before it is expected to be named."""
NOTHING_BEFORE = 0.25
"""Share of the windows that begin with another take in which that is of ``none``."""
HELD = 0.15
"""Share of the windows of movements in which they all but stand still around one moment: who stands
does nothing, however they stand and sway."""
PRECEDED = 0.5
"""Share of the windows that begin with the end of another take."""
LEAST_SPEED = 0.5
"""Trunks a second: an action whose fastest joint is slower is a posture, and who holds it does
it."""


@dataclass(frozen=True)
class Batch:
    """N windows of T grid frames."""

    joints: NDArray[np.float32]
    """(N, CONTEXT + T, 13, 3) x, y, 1 where seen, else all 0."""
    motion: NDArray[np.float32]
    """(N, T, NUM_MOTION); all 0 where it is not known."""
    labels: NDArray[np.int64]
    """(N, T) what is being done at each grid frame."""
    weights: NDArray[np.float32]
    """(N, T) 1 where that can be told, else 0."""


@dataclass(frozen=True)
class Drawn:
    """Windows drawn at random, and of which takes they are."""

    batch: Batch
    takes: NDArray[np.int64]
    """(N, 2) the newest one, and the one before it; -1: of nobody."""


class LessonWindows:
    """Draws windows from the takes of a lesson.

    Args:
        takes: all of labels that are in ``labels``.
        labels: in the order of the network's outputs, ``none`` among them.
        mirrored_of: label → the label of the movement in a mirror; others are not mirrored.
        clip: window length and grid rate.
    """

    def __init__(
        self,
        takes: Sequence[Recording],
        labels: Sequence[str],
        clip: ClipSpec,
        *,
        mirrored_of: Mapping[str, str],
    ) -> None:
        self._clip = clip
        number_of = {label: number for number, label in enumerate(labels)}
        self._labels = np.array([number_of[take.label] for take in takes])
        self._nothing = number_of[NONE]
        self._mirrored = np.array([number_of.get(mirrored_of.get(x, ""), -1) for x in labels])
        self._joints = np.concatenate([_places(take) for take in takes])
        self._lengths = np.array([len(take.joints) for take in takes])
        self._starts = np.cumsum(self._lengths) - self._lengths
        fps = np.array([take.grid_fps for take in takes])
        self._planner = Planner(self._lengths, fps, clip, is_paced=np.ones(len(takes), np.bool_))
        speeds = np.array([speed_of(take) for take in takes])
        moves = {n: np.median(speeds[self._labels == n]) > LEAST_SPEED for n in set(self._labels)}
        self._can_be_held = np.array([moves[number] for number in self._labels])
        self._idle = np.flatnonzero(self._labels == self._nothing)

    def draw(self, each: int, nobody: int, rng: np.random.Generator) -> Drawn:
        """Draw windows.

        Args:
            each: windows of each label that has takes, its takes in turn.
            nobody: windows in which nobody is seen, whatever moves.
        """
        newest = np.concatenate(
            [np.resize(np.flatnonzero(self._labels == n), each) for n in np.unique(self._labels)]
        )
        count = len(newest)
        before = rng.integers(0, len(self._labels), count)
        if len(self._idle):
            before = np.where(
                rng.random(count) < NOTHING_BEFORE, rng.choice(self._idle, count), before
            )
        plan = self._planner.plan(newest, before, rng, preceded=PRECEDED)
        held = self._can_be_held[newest] & (rng.random(count) < HELD)
        plan.newest_at[held] = slowed(plan.newest_at[held], rng)
        places = joined(
            self._seen(newest, plan.newest_at, rng), self._seen(before, plan.before_at, rng), plan
        )
        of_newest = np.where(held, self._nothing, self._labels[newest])[:, None]
        done = np.where(plan.is_before[:, CONTEXT:], self._labels[before, None], of_newest)
        mirror = (rng.random(count) < 0.5) & (self._mirrored[done] >= 0).all(axis=1)
        places[mirror] = mirrored(places[mirror])
        places = spoil(places, np.ones(count, np.bool_), rng)
        shown = Batch(
            joints=with_seen(places),
            motion=np.zeros((*done.shape, NUM_MOTION), np.float32),
            labels=np.where(mirror[:, None], self._mirrored[done], done),
            weights=judged(plan),
        )
        of_nobody = nobody_windows(nobody, self._clip, self._nothing, rng)
        values = zip(vars(shown).values(), vars(of_nobody).values(), strict=True)
        pairs = np.concatenate([np.stack([newest, before], axis=1), np.full((nobody, 2), -1)])
        return Drawn(Batch(*(np.concatenate(pair) for pair in values)), pairs)

    def _seen(
        self, takes: NDArray[np.int64], at: NDArray[np.float64], rng: np.random.Generator
    ) -> NDArray[np.float32]:
        """(N, K, 13, 2) frames of takes by cameras that are not quite level, in trunks."""
        places = between(self._joints, self._starts[takes], self._lengths[takes], at)
        flat = np.zeros(len(takes), np.bool_)
        return in_trunks(Views.random(len(takes), rng).project(places, flat))


def nobody_windows(count: int, clip: ClipSpec, label: int, rng: np.random.Generator) -> Batch:
    """Make windows in which nobody is seen and something may move: a curtain, the light, the
    camera."""
    length = clip.num_frames
    motion = np.stack([_moving_picture(length, rng) for _ in range(count)])
    return Batch(
        joints=np.zeros((count, CONTEXT + length, NUM_JOINTS, 3), np.float32),
        motion=motion.astype(np.float32),
        labels=np.full((count, length), label),
        weights=np.tile((np.arange(length) >= FIRST_JUDGED).astype(np.float32), (count, 1)),
    )


def _moving_picture(length: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """(length, NUM_MOTION) of noise of which a part moves to and fro, or nothing."""
    coarse = rng.integers(0, 256, (12, 12, 1), np.uint8)
    picture = np.repeat(np.kron(coarse, np.ones((FLOW_SIDE // 12,) * 2 + (1,), np.uint8)), 3, 2)
    rows = slice(*sorted(rng.integers(0, FLOW_SIDE + 1, 2)))
    reach = rng.choice([0, 1, 2, 4])
    levels, features = None, []
    for _ in range(length):
        now = picture.copy()
        now[rows] = np.roll(now[rows], rng.integers(-reach, reach + 1), axis=1)
        seen = grey_levels(now)
        features.append(MotionSeen(levels or seen, seen).features())
        levels = seen
    return np.stack(features)


def speed_of(take: Recording) -> float:
    """Return the mean speed of a take's fastest joint, in trunks a second; 0 if nobody is seen."""
    places = in_trunks(_places(take)[None, ..., :2])[0]
    third = max(1, round(take.grid_fps / 3))  # shaking is gone over a third of a second
    ways = np.linalg.norm(places[third:] - places[:-third], axis=-1)
    seen = np.isfinite(ways)
    means = np.where(seen, ways, 0).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
    return float(means.max(initial=0) * take.grid_fps / third)


def streamed(
    take: Recording, clip: ClipSpec, *, hop: int, is_mirrored: bool = False
) -> NDArray[np.float32]:
    """Cut all windows of a take as a stream would have them: (N, CONTEXT + T, 13, 3), see
    ``Batch``.

    A take shorter than a window holds its last frame.
    """
    pts_seconds = np.arange(len(take.joints)) / take.grid_fps
    rows = frames_played_at(pts_seconds, grid_instants(pts_seconds, clip.grid_fps))
    places = _places(take)[rows][..., :2]
    joints = with_seen(mirrored(places[None])[0] if is_mirrored else places)
    missing = max(0, clip.num_frames - len(rows))
    joints = np.pad(joints, [(CONTEXT, missing), (0, 0), (0, 0)], mode="edge")
    starts = np.arange(0, len(joints) - CONTEXT - clip.num_frames + 1, hop)
    return np.asarray(joints[starts[:, None] + np.arange(CONTEXT + clip.num_frames)], np.float32)


def _places(take: Recording) -> NDArray[np.float32]:
    """(F, 13, 3) x, y and 0; NaN where a joint was not seen."""
    is_seen = take.joints[..., 2:] >= LEAST_SCORE
    return np.where(is_seen, take.joints * np.array([1, 1, 0], np.float32), np.float32(np.nan))


def judged(plan: Plan) -> NDArray[np.float32]:
    """Return (N, T) 1 where it can be told what is done, else 0: see ``Batch``."""
    at = np.arange(plan.is_before.shape[1])
    since = np.where(plan.begin > 0, at - plan.begin, at)
    is_told = (at - CONTEXT >= FIRST_JUDGED) & (plan.is_before | (since >= SETTLED))
    return is_told[:, CONTEXT:].astype(np.float32)


def with_seen(places: NDArray[np.float32]) -> NDArray[np.float32]:
    """(…, 13, 2) with NaN → (…, 13, 3) x, y, 1 where seen, else all 0."""
    seen = np.isfinite(places[..., :1])
    return np.concatenate([np.where(seen, places, 0), seen], axis=-1).astype(np.float32)
