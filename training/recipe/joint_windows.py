"""Windows to learn from: a bit of a take, often with the end of another one before it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from har_live.lessons.variation import Views, in_trunks, mirrored, spoil
from har_live.lessons.window_plan import Plan, Planner, between, joined, slowed
from har_live.lessons.windows import FIRST_JUDGED, HELD, NOTHING_BEFORE, Batch, judged, with_seen
from har_live.people.joints import CONTEXT
from har_live.people.motion import FLOW_SIDE, NUM_MOTION, MotionSeen, grey_levels
from har_live.time_grid import frames_played_at, grid_instants
from har_live.types import NONE, ClipSpec
from training.labels import EXERCISES, MOVEMENTS, mirrored_label
from training.recipe.finder_faults import FinderFaults
from training.recipe.mirrored_motion import mirrored_motion
from training.recipe.mixed_bodies import OF_ARMS, with_legs_of
from training.recipe.take_weights import chances
from training.recipe.takes import Take

MIXED = 0.3
"""Share of what arms alone do that is shown on somebody else's legs."""
FOUND = 0.5
"""Share of the windows of recorded takes whose joints shake and are lost as in some film."""
_BLANK = grey_levels(np.zeros((FLOW_SIDE, FLOW_SIDE, 3), np.uint8))
STILL = MotionSeen(_BLANK, _BLANK).features()
"""(NUM_MOTION,) the motion of a picture that is held: the same for any."""
_UNKNOWN_ROW, _STILL_ROW = 0, 1


class Windows:
    """Draws windows from takes.

    Args:
        takes: all of labels that are in ``labels``.
        labels: in the order of the network's outputs.
        clip: window length and grid rate.
    """

    def __init__(self, takes: Sequence[Take], labels: Sequence[str], clip: ClipSpec) -> None:
        self.clip = clip
        number_of = {label: number for number, label in enumerate(labels)}
        self._joints = np.concatenate([take.joints for take in takes])
        self._lengths = np.array([len(take.joints) for take in takes])
        self._is_film = np.array([take.motion is not None for take in takes])
        self._starts = np.cumsum(self._lengths) - self._lengths
        moving = [np.stack([np.zeros(NUM_MOTION), STILL]).astype(np.float16)]
        moving += [take.motion for take in takes if take.motion is not None]
        self._motion = np.concatenate(moving)
        film_lengths = np.where(self._is_film, self._lengths, 0)
        self._motion_starts = 2 + np.cumsum(film_lengths) - film_lengths
        self._fps = np.array([take.fps for take in takes])
        of_any_pace = np.array([take.label in EXERCISES for take in takes])
        is_paced = self._is_film & ~of_any_pace
        self._planner = Planner(self._lengths, self._fps, clip, is_paced=is_paced)
        self._labels = np.array([number_of[take.label] for take in takes])
        self._is_lifted = np.array([take.is_lifted for take in takes])
        self._is_3d = np.array([take.is_3d for take in takes])
        others = [mirrored_label(label, labels) for label in labels]
        self._mirrored = np.array([-1 if other is None else number_of[other] for other in others])
        self._chances = chances(takes)
        self._nothing = number_of.get(NONE, -1)
        moves = np.array([take.label in MOVEMENTS for take in takes])
        self._can_be_held = moves & (self._nothing >= 0)
        self._idle = np.array([n for n, take in enumerate(takes) if take.label == NONE])
        self._is_of_arms = np.array([take.label in OF_ARMS for take in takes]) & self._is_3d
        self._standing = np.array(
            [n for n, take in enumerate(takes) if take.label in OF_ARMS | {NONE} and take.is_3d]
        )
        self._faults = FinderFaults.of(take for take in takes if take.motion is not None)

    def draw(
        self,
        count: int,
        rng: np.random.Generator,
        *,
        preceded: float,
    ) -> Batch:
        """Draw windows.

        Args:
            preceded: share of the windows that begin with the end of another take.
        """
        newest, before = (rng.choice(len(self._chances), count, p=self._chances) for _ in "ab")
        if len(self._idle):
            to_idle = rng.random(count) < NOTHING_BEFORE
            before = np.where(to_idle, rng.choice(self._idle, count), before)
        plan = self._planner.plan(newest, before, rng, preceded=preceded)
        held = self._can_be_held[newest] & (rng.random(count) < HELD)
        plan.newest_at[held] = slowed(plan.newest_at[held], rng)
        places, nearest = self._join(newest, before, plan, rng)
        of_newest = np.where(held, self._nothing, self._labels[newest])
        done = np.where(plan.is_before[:, CONTEXT:], self._labels[before, None], of_newest[:, None])
        mirror = (rng.random(count) < 0.5) & (self._mirrored[done] >= 0).all(axis=1)
        places[mirror] = mirrored(places[mirror])
        is_found = self._is_film[newest].copy()
        as_found = ~is_found & (rng.random(count) < FOUND) & self._faults.are_known
        places[as_found] = self._faults.spoil(places[as_found], rng)
        is_found |= as_found
        places = spoil(places, is_found, rng)
        joints = with_seen(places)
        # What moves is told of the whole picture alone, where nobody is followed.
        keep = ~joints[..., 2].any(axis=(1, 2)) & self._is_film[newest]
        keep &= self._is_film[before] | (plan.begin[:, 0] <= CONTEXT)
        rows = np.where(keep[:, None], nearest[:, CONTEXT:], _UNKNOWN_ROW)
        motion = self._motion[rows].astype(np.float32)
        motion[mirror] = mirrored_motion(motion[mirror])
        return Batch(
            joints=joints,
            motion=motion,
            labels=np.where(mirror[:, None], self._mirrored[done], done),
            weights=judged(plan),
        )

    def _join(
        self,
        newest: NDArray[np.int64],
        before: NDArray[np.int64],
        plan: Plan,
        rng: np.random.Generator,
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Join both takes one after the other, by bodies of one size and at one place.

        Returns:
            (N, K, 13, 2) places in trunks, and (N, K) rows of the motion.
        """
        count = len(newest)
        views, other_views = Views.random(count, rng), Views.random(count, rng)
        views = views.gentler(self._is_lifted[newest], rng)
        other_views = other_views.gentler(self._is_lifted[before], rng)
        parts, nearest = [], []
        same = self._is_3d[newest] == self._is_3d[before]
        for takes, at, seen_by in (
            (newest, plan.newest_at, views),
            (before, plan.before_at, views.where(same, other_views)),
        ):
            joints, rows = self._read(takes, at)
            if takes is newest:
                self._put_on_other_legs(joints, takes, rng)
            parts.append(in_trunks(seen_by.project(joints, self._is_3d[takes])))
            nearest.append(rows)
        is_before = plan.is_before
        now, then = parts
        return joined(now, then, plan), np.where(is_before, nearest[1], nearest[0])

    def _put_on_other_legs(
        self, joints: NDArray[np.float32], takes: NDArray[np.int64], rng: np.random.Generator
    ) -> None:
        """Give some of those whose arms alone tell what they do other legs, in place."""
        these = np.flatnonzero(self._is_of_arms[takes] & (rng.random(len(takes)) < MIXED))
        if not len(these):
            return
        others = rng.choice(self._standing, len(these))
        steps = np.arange(joints.shape[1]) * (self._fps[others] / self.clip.grid_fps)[:, None]
        spare = (self._lengths[others] - 1 - steps[:, -1]).clip(0)
        legs, _ = self._read(others, (rng.random(len(these)) * spare)[:, None] + steps)
        joints[these] = with_legs_of(joints[these], legs)

    def _read(
        self, takes: NDArray[np.int64], at: NDArray[np.float64]
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Joints between frames, (N, K, 13, 3); beyond an end, the end is held.

        Returns:
            Them, and (N, K) rows of the motion of the frames nearest.
        """
        starts, lengths = self._starts[takes], self._lengths[takes]
        is_held = (at < 0) | (at > lengths[:, None] - 1)
        nearest = np.rint(at.clip(0, lengths[:, None] - 1)).astype(np.int64)
        rows = self._motion_starts[takes][:, None] + nearest
        places = between(self._joints, starts, lengths, at)
        return places, np.where(is_held, _STILL_ROW, rows)


def cut(take: Take, clip: ClipSpec, *, hop: int) -> tuple[NDArray[np.float32], ...]:
    """Cut all windows of a take as a stream would have them: joints and motion, as in ``Batch``.

    A take shorter than a window is one that has not filled, which is scored all the same; a very
    short one holds its last frame until it can be.
    """
    pts_seconds = np.arange(len(take.joints)) / take.fps
    rows = frames_played_at(pts_seconds, grid_instants(pts_seconds, clip.grid_fps))
    joints = with_seen(take.joints[rows, :, :2])
    held = max(0, FIRST_JUDGED + 1 - len(rows))
    joints = np.pad(joints, [(CONTEXT, held), (0, 0), (0, 0)], mode="edge")
    if take.motion is None or joints[..., 2].any():  # what moves is told of the whole picture alone
        motion = np.zeros((len(rows) + held, NUM_MOTION))
    else:
        motion = np.concatenate([take.motion[rows], np.tile(STILL, (held, 1))])
    length = min(clip.num_frames, len(motion))
    starts = np.arange(0, len(motion) - length + 1, hop)
    frames, context = np.arange(length), np.arange(CONTEXT + length)
    return (
        joints[starts[:, None] + context].astype(np.float32),
        motion[starts[:, None] + frames].astype(np.float32),
    )
