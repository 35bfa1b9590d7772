"""Plans of windows that are drawn at random: which frames of which take are played when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from har_live.lessons.variation import middles
from har_live.people.joints import CONTEXT
from har_live.types import ClipSpec

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
        lengths: (N,) frames of each take.
        fps: (N,) their rates.
        clip: window length and grid rate.
        is_paced: (N,) the rate is known and the action has a pace; else rates are guesses, or it is
            done at any pace.
    """

    def __init__(
        self,
        lengths: NDArray[np.int64],
        fps: NDArray[np.float64],
        clip: ClipSpec,
        *,
        is_paced: NDArray[np.bool_],
    ) -> None:
        self._clip = clip
        self._lengths, self._fps, self._is_paced = lengths, fps, is_paced

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
        """(N,) frames of each take in a grid step."""
        any_pace = np.exp(rng.uniform(np.log(0.65), np.log(1.55), len(takes)))
        paced = rng.uniform(0.85, 1.2, len(takes))
        speed = np.where(self._is_paced[takes], paced, any_pace)
        return np.asarray(speed * self._fps[takes] / self._clip.grid_fps)


def slowed(at: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """(N, K) frames played: their last ones, held or gone about slowly."""
    speed = rng.uniform(0, SWAY, (len(at), 1)) * (rng.random((len(at), 1)) < 0.5)
    return at[:, -1:] + (at - at[:, -1:]) * speed


def between(
    joints: NDArray[np.float32],
    starts: NDArray[np.int64],
    lengths: NDArray[np.int64],
    at: NDArray[np.float64],
) -> NDArray[np.float32]:
    """Read joints between frames; beyond an end, the end is held.

    Args:
        joints: (F, …) of all takes, one after the other; NaN where not seen.
        starts, lengths: (N,) where the take of each window lies among them.
        at: (N, K) frames.

    Returns:
        (N, K, …).
    """
    last = lengths[:, None] - 1
    at = at.clip(0, last)
    low = np.floor(at).astype(np.int64)
    high, share = np.minimum(low + 1, last), (at - low)[..., None, None].astype(np.float32)
    first, second = joints[starts[:, None] + low], joints[starts[:, None] + high]
    # A joint seen in one of the two was where it was seen.
    first = np.where(np.isnan(first), second, first)
    second = np.where(np.isnan(second), first, second)
    return np.asarray(first * (1 - share) + second * share, np.float32)


def joined(now: NDArray[np.float32], then: NDArray[np.float32], plan: Plan) -> NDArray[np.float32]:
    """Play one movement after another as of one body at one place: (N, K, 13, 2) each, in
    trunks."""
    numbers, length = np.arange(len(now)), now.shape[1]
    border = np.minimum(plan.begin[:, 0], length - 1)
    way = middles(now)[numbers, border] - middles(then)[numbers, np.maximum(border - 1, 0)]
    then = then + np.nan_to_num(way)[:, None, None]
    return np.where(plan.is_before[..., None, None], then, now).astype(np.float32)
