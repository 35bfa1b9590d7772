"""Plans of windows that are drawn at random: which frames of which take are played when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from har_live.people.joints import CONTEXT
from har_live.types import ClipSpec
from training.labels import EXERCISES
from training.recipe.takes import Take

SWAY = 0.1
"""Most of a movement's speed that is left to half of those who stand; the other half are frozen."""


@dataclass(frozen=True)
class Plan:
    """The frames played in N windows of K = CONTEXT + T grid frames."""

    begin: NDArray[np.int64]
    """(N, 1) where the newest take begins; 0 or less: it fills the window."""
    is_before: NDArray[np.bool_]
    """(N, K) the other take is still played."""
    newest_at: NDArray[np.float64]
    """(N, K) frames of the newest take."""
    before_at: NDArray[np.float64]
    """(N, K) frames of the other take."""


class Planner:
    """Plans windows of takes.

    Args:
        clip: window length and grid rate.
    """

    def __init__(self, takes: Sequence[Take], clip: ClipSpec) -> None:
        self._clip = clip
        self._lengths = np.array([len(take.joints) for take in takes])
        self._fps = np.array([take.fps for take in takes])
        self._is_paced = np.array(
            [take.motion is not None and take.label not in EXERCISES for take in takes]
        )

    def plan(
        self,
        newest: NDArray[np.int64],
        before: NDArray[np.int64],
        rng: np.random.Generator,
        *,
        preceded: float,
    ) -> Plan:
        """Choose where in each window the newest take begins, and what is played when.

        Args:
            newest, before: (N,) numbers of takes.
            preceded: share of the windows that begin with the end of the other take.
        """
        count, (context, frames) = len(newest), (CONTEXT, self._clip.num_frames)
        length = context + frames
        steps = [self._steps(takes, rng) for takes in (newest, before)]
        available = (self._lengths[newest] - 1) / steps[0]  # grid frames that the take lasts
        begin = np.where(
            rng.random(count) < preceded, rng.integers(3, frames - 7, count) + context, 0
        )
        # A take shorter than the window comes after another one, or its end is held.
        missing = np.ceil(length - 1 - available).clip(0).astype(int)
        latest = rng.integers(0, frames - 6, count) + context
        begin = np.maximum(begin, np.minimum(missing, latest))[:, None]
        spare = (available - (length - 1 - begin[:, 0])).clip(0)
        from_start = np.minimum(spare, rng.uniform(0, 4, count))
        soon = (begin[:, 0] > 0) & (rng.random(count) < 0.6)
        offset = np.where(soon, from_start, rng.random(count) * spare)
        at = np.arange(length)
        # The other take ends anywhere, but what is shown of it should be all in it.
        last = self._lengths[before] - 1
        shown = np.minimum((begin[:, 0] - 1).clip(0) * steps[1], last)
        end = shown + (last - shown) * np.where(rng.random(count) < 0.5, 1, rng.random(count))
        return Plan(
            begin=begin,
            is_before=at < begin,
            newest_at=(at - begin + offset[:, None]) * steps[0][:, None],
            before_at=end[:, None] + (at - begin + 1) * steps[1][:, None],
        )

    def _steps(self, takes: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.float64]:
        """(N,) frames of each take in a grid step.

        Many rates of recordings are guesses, and exercises are done at any pace.
        """
        guessed = np.exp(rng.uniform(np.log(0.65), np.log(1.55), len(takes)))
        known = rng.uniform(0.85, 1.2, len(takes))
        speed = np.where(self._is_paced[takes], known, guessed)
        return np.asarray(speed * self._fps[takes] / self._clip.grid_fps)


def slowed(at: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """(N, K) frames played: their last ones, held or gone about slowly."""
    speed = rng.uniform(0, SWAY, (len(at), 1)) * (rng.random((len(at), 1)) < 0.5)
    return at[:, -1:] + (at - at[:, -1:]) * speed
