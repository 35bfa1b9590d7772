"""What is known of one source: its newest pictures, its windows in flight, its smoothed scores."""

from __future__ import annotations

import dataclasses
from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from har_live.cuts import CutDetector
from har_live.ring import FrameRing
from har_live.smoothing import Smoother
from har_live.transforms import to_network
from har_live.types import Prediction

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from har_live.card import ModelCard
    from har_live.grid import GridFrame
    from har_live.types import Image


class SourceState:
    """Says what the network is to be shown next, and makes predictions of its scores.

    For each grid frame call ``see``, show the network ``pair()`` and ``keep()``, and call ``take``
    with what it says.

    Args:
        card: of the weights.
        cut_reset: a change of scene begins afresh, as a gap does.
    """

    def __init__(self, card: ModelCard, *, cut_reset: bool) -> None:
        self._clip, self._hop = card.clip, card.hop
        num_early = (card.clip.num_frames - (card.min_frames or card.clip.num_frames)) // card.hop
        self._first_due = card.clip.num_frames - num_early * card.hop
        self._num_windows = num_windows(card)
        self._ring = FrameRing(card.clip.num_frames + 1, card.clip.image_size)
        self._smoother = Smoother(card.labels, card.smoothing)
        self._cuts = CutDetector() if cut_reset else None
        self._run = -1
        self._num_in_run = 0
        self._instants_seconds: deque[float] = deque(maxlen=card.clip.num_frames)
        self._has_filled = False
        self._last: GridFrame | None = None

    @property
    def warming_up(self) -> float | None:
        """0–1, how close the run's first score is; None once it is there."""
        seen = self._num_in_run / self._first_due
        return None if seen >= 1 else seen

    def last_window(self) -> NDArray[np.uint8]:
        """What the network saw last: (T + 1, S, S, 3) uint8 RGB or shorter, a copy.

        The first picture was seen only as the one before the second.

        Raises:
            ValueError: no frame has reached the network yet.
        """
        return self._ring.newest(len(self._ring)).copy()

    def reset(self) -> None:
        """Forget what was seen: the next frame begins afresh."""
        self._num_in_run = 0

    def see(self, grid_frame: GridFrame) -> None:
        """One more grid frame."""
        picture = self._picture(grid_frame)
        if self._begins_run(grid_frame, picture):
            self._begin_run(picture)
        self._ring.append(picture)
        self._instants_seconds.append(grid_frame.instant_seconds)
        self._num_in_run += 1

    def pair(self) -> NDArray[np.uint8]:
        """(2, S, S, 3) uint8 RGB: the grid frame before and the one seen last; changes later."""
        return self._ring.newest(2)

    def keep(self) -> NDArray[np.bool_]:
        """(W,): False for the window that starts with the frame seen last; at first for all."""
        index = self._num_in_run - 1
        keep = np.full(self._num_windows, index > 0)
        if index % self._hop == 0:
            keep[(index // self._hop) % self._num_windows] = False
        return keep

    def take(self, scores: NDArray[np.float32]) -> Prediction | None:
        """The network's (W, K) probabilities after the frame seen last; None if none is due."""
        num_since_full = self._num_in_run - self._clip.num_frames
        if self._num_in_run < self._first_due or num_since_full % self._hop:
            return None
        slot = (max(0, num_since_full) // self._hop) % self._num_windows
        return self._predict(scores[slot])

    def held(self) -> list[GridFrame]:
        """For a source that is over before a window was full: its last frame once more for every
        instant that the first one still lacks."""
        if self._has_filled or self._last is None:
            return []
        missing = self._clip.num_frames - self._num_in_run
        return [dataclasses.replace(self._last, index=self._last.index + 1)] * missing

    def end(self) -> None:
        """The source is over: what comes next is another one."""
        self._has_filled, self._last = False, None

    def _picture(self, grid_frame: GridFrame) -> Image:
        last, self._last = self._last, grid_frame
        if last is not None and last.frame is grid_frame.frame:
            picture: Image = self._ring.newest(1)[0]  # a slow source: the same picture plays on
            return picture
        return to_network(grid_frame.frame.picture, self._clip)

    def _begins_run(self, grid_frame: GridFrame, picture: Image) -> bool:
        """After a gap, or at a cut."""
        after_gap, cuts = grid_frame.index == 0, self._cuts
        if cuts is None:
            return after_gap
        if after_gap:
            cuts.reset()
        return cuts.is_cut(picture) or after_gap

    def _begin_run(self, picture: Image) -> None:
        self._run += 1
        self._num_in_run = 0
        self._instants_seconds.clear()
        self._smoother.reset()
        self._ring.clear()
        self._ring.append(picture)  # at the start of a run the frame is its own predecessor

    def _predict(self, scores: NDArray[np.float32]) -> Prediction:
        fullness = min(1.0, self._num_in_run / self._clip.num_frames)
        self._has_filled |= fullness == 1
        start_seconds, end_seconds = self._instants_seconds[0], self._instants_seconds[-1]
        steady = self._smoother.update(end_seconds, scores)
        return Prediction(
            start_seconds=start_seconds,
            end_seconds=end_seconds,
            scores=scores,
            label=steady.label,
            confidence=steady.confidence,
            steady_scores=steady.scores,
            run=self._run,
            fullness=fullness,
        )


def num_windows(card: ModelCard) -> int:
    """W, how many windows of a source are in flight at once."""
    return -(-card.clip.num_frames // card.hop)
