"""A script performed: the pose, the place and the true label at each instant."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from har_live.types import Segment
from training.figure.actions import ACTIONS, Action
from training.figure.camera import VIEWS
from training.figure.pose import Pose, from_vector, to_vector
from training.figure.script import Passage

if TYPE_CHECKING:
    from training.figure.vectors import Vector

BLEND_SECONDS = 0.44
"""Two actions of a take flow into each other around their boundary for so long."""
_SHORTEST_SHARE = 0.75
"""Share of a repetition's mean length: what lasts less is cut off, not hurried."""
_PATH_DEPTH = 0.42
"""Depth of the oval that is walked, against its width."""


class _Turn:
    """One passage: repetitions of its action, each a little different."""

    def __init__(self, passage: Passage, start_seconds: float, rng: np.random.Generator) -> None:
        self.passage = passage
        self.start_seconds = start_seconds
        self.end_seconds = start_seconds + passage.seconds
        self.action = action = ACTIONS[passage.label]
        lengths = _lengths(action, passage.seconds, rng)
        count = len(lengths)
        self.amplitudes = rng.uniform(0.85, 1.12, count)
        sides = rng.integers(2, size=count)
        self.sides = sides if action.changes_side else np.full(count, sides[0])
        self._starts = np.concatenate([[0.0], np.cumsum(lengths)])
        self._skipped_seconds = action.start_phase * action.period_seconds
        self._path = self._plan_path(float(lengths[0]))

    def _plan_path(self, period_seconds: float) -> _Oval | None:
        room = VIEWS[self.passage.view].roam_m
        if not (room and self.action.travelling):
            return None
        length = self.action.stride_metres * self.passage.seconds / period_seconds
        return _Oval(length, room)

    def _repetition(self, t: float) -> tuple[int, float]:
        local = max(t - self.start_seconds, 0.0) + self._skipped_seconds
        index = min(
            int(np.searchsorted(self._starts, local, side="right")) - 1, len(self.sides) - 1
        )
        begun, ended = self._starts[index], self._starts[index + 1]
        return index, min((local - begun) / (ended - begun), 1.0)

    def pose(self, t: float) -> Pose:
        index, phase = self._repetition(t)
        following = self.amplitudes[min(index + 1, len(self.amplitudes) - 1)]
        amplitude = float((1.0 - phase) * self.amplitudes[index] + phase * following)
        side = int(self.sides[index])
        if self._path is None or self.action.travelling is None:
            facing = np.deg2rad(VIEWS[self.passage.view].facing_degrees)
            pose = self.action.pose(phase, amplitude, side)
            return replace(pose, place=np.array([0.0, 0.0, facing]))
        done = (t - self.start_seconds) / self.passage.seconds
        pose = self.action.travelling(phase, amplitude, side)
        return replace(pose, place=self._path.place(done))

    def label(self, t: float) -> str:
        if self.action.labels is None:
            return self.passage.label
        phase = self._repetition(t)[1]
        return next(label for until, label in self.action.labels if phase <= until)

    def label_changes(self) -> list[float]:
        """Instants within the passage at which the label changes."""
        marks = [until for until, _ in self.action.labels or ()]
        instants = [
            self.start_seconds - self._skipped_seconds + begun + mark * (ended - begun)
            for begun, ended in pairwise(self._starts)
            for mark in marks
        ]
        return [t for t in instants if self.start_seconds < t < self.end_seconds]

    @property
    def mug_side(self) -> int | None:
        return int(self.sides[0]) if self.action.holds_mug else None


def _lengths(action: Action, seconds: float, rng: np.random.Generator) -> Vector:
    """(N,) seconds that each repetition takes."""
    period = action.period_seconds
    if action.labels:
        return np.full(int(seconds / period) + 2, period)
    if action.stride_metres:
        return np.full(int(1.2 * seconds / period) + 3, period * rng.uniform(0.92, 1.08))
    lengths = period * rng.uniform(0.9, 1.1, max(1, round(seconds / period)))
    if seconds > _SHORTEST_SHARE * period:
        lengths *= seconds / lengths.sum()  # none is left half done at the end
    return lengths


class _Oval:
    """A closed way behind the person's place, walked a whole number of times."""

    def __init__(self, length_metres: float, half_width: float) -> None:
        turn = np.linspace(0.0, 2 * np.pi, 241)
        # From the front of the oval to picture right, around the back and home.
        x, z = np.sin(turn), _PATH_DEPTH * (np.cos(turn) - 1.0)
        steps = np.hypot(np.diff(x), np.diff(z))
        self._way = np.concatenate([[0.0], np.cumsum(steps)])
        laps = max(1, math.ceil(length_metres / (self._way[-1] * half_width) - 0.05))
        self._laps = laps
        self._size = length_metres / (laps * self._way[-1])
        self._way /= self._way[-1]
        heading = np.unwrap(np.arctan2(np.cos(turn), -_PATH_DEPTH * np.sin(turn)))
        self._table = np.stack([x * self._size, z * self._size, heading], axis=1)

    def place(self, done: float) -> Vector:
        """(3,) x, z and yaw when a share of the whole way is done."""
        lap = np.clip(done, 0.0, 1.0) * self._laps
        on_lap = lap % 1.0
        place = [np.interp(on_lap, self._way, column) for column in self._table.T]
        return np.array(place)


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """All that the picture of one instant shows."""

    pose: Pose
    passage: Passage
    has_chair: bool
    mug_side: int | None
    eyes_open: bool


class Performance:
    """A script with its small variations drawn from a seed; a pure function of time."""

    def __init__(self, script: Sequence[Passage], seed: int) -> None:
        if not script:
            raise ValueError("script is empty; expected at least one Passage")
        self._turns: list[_Turn] = []
        start = 0.0
        for index, passage in enumerate(script):
            self._turns.append(_Turn(passage, start, np.random.default_rng((seed, index))))
            start += passage.seconds
        self.seconds = start
        """Length of the whole script."""
        self._starts = [turn.start_seconds for turn in self._turns]
        self._sway = np.random.default_rng((seed, len(script))).uniform(0.0, 2 * np.pi, 8)
        self._chairs = self._takes_with_chair()

    def _takes_with_chair(self) -> list[bool]:
        takes = [0]
        for before, after in pairwise(self._turns):
            takes.append(takes[-1] + (before.passage.take != after.passage.take))
        seated = {take for take, turn in zip(takes, self._turns, strict=True)
                  if turn.action.needs_chair}  # fmt: skip
        return [take in seated for take in takes]

    def _index(self, t: float) -> int:
        return max(bisect_right(self._starts, t) - 1, 0)

    def truth_at(self, t: float) -> str:
        """The true label at an instant."""
        return self._turns[self._index(t)].label(t)

    def segments(self, seconds: float) -> list[Segment]:
        """The true segments of the first ``seconds``: neighbours have different labels."""
        changes = {turn.start_seconds for turn in self._turns}
        changes.update(t for turn in self._turns for t in turn.label_changes())
        edges = [*sorted(t for t in changes if t < seconds), seconds]
        found: list[Segment] = []
        for start, end in pairwise(edges):
            label = self.truth_at(0.5 * (start + end))
            if found and found[-1].label == label:
                start = found.pop().start_seconds
            found.append(Segment(start, end, label, 1.0, 1.0))
        return found

    def snapshot_at(self, t: float) -> Snapshot:
        """Compute what is to be seen at an instant."""
        index = self._index(t)
        turn = self._turns[index]
        vector = self._alive(self._blended(index, t), t)
        blink = (t + self._sway[7]) % 3.7 < 0.14
        return Snapshot(
            from_vector(vector), turn.passage, self._chairs[index], turn.mug_side, not blink
        )

    def _blended(self, index: int, t: float) -> Vector:
        turn = self._turns[index]
        own = to_vector(turn.pose(t))
        half = BLEND_SECONDS / 2
        for other in (index - 1, index + 1):
            if not 0 <= other < len(self._turns):
                continue
            neighbour = self._turns[other]
            edge = turn.start_seconds if other < index else turn.end_seconds
            if abs(t - edge) < half and neighbour.passage.take == turn.passage.take:
                share = 0.5 - 0.5 * abs(t - edge) / half
                weight = 2 * share * share  # smooth to 1/2 at the edge
                return _mixed(own, to_vector(neighbour.pose(t)), weight)
        return own

    def _alive(self, vector: Vector, t: float) -> Vector:
        """Breath and the small movements of a body that is never quite still."""
        pose = from_vector(vector.copy())
        a, b, c, d, e, f, g, _ = np.sin(
            t * np.array([1.75, 0.83, 0.57, 1.21, 0.71, 1.43, 0.97, 0.0]) + self._sway
        )
        pose.spine[:] += (-0.011 * a, 0.012 * b, 0.008 * c)
        pose.wrists[:, :2] += (0.003 * a, 0.004 * a)
        pose.pelvis[:] += (0.008 * c, 0.0015 * a - 0.0015, 0.005 * d)
        pose.head[:] += (0.015 * a + 0.02 * e, 0.045 * f * b, 0.015 * g)
        return to_vector(pose)


def _mixed(own: Vector, other: Vector, weight: float) -> Vector:
    """Between two poses; their headings take the short way round."""
    difference = other - own
    difference[2] = (difference[2] + np.pi) % (2 * np.pi) - np.pi
    return np.asarray(own + weight * difference)
