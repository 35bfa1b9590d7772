"""The windows in flight of a person or of the whole picture: which are due, and what they say."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from har_live.smoothing import Smoother
from har_live.types import WHOLE_PICTURE, Prediction

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from har_live.card import ModelCard
    from har_live.types import Box


class Subject:
    """Begins with the first grid frame that it is shown in, and ends when its run does.

    For each grid frame call ``see``, show the network ``keep_mask()``, and call ``predict`` with
    what it says.

    Args:
        card: of the weights.
        row: of the scorer's states that are this subject's.
        run: counts the unbroken runs of a source.
        person: a ``Person.id``, or ``WHOLE_PICTURE``.
    """

    def __init__(self, card: ModelCard, *, row: int, run: int, person: int = WHOLE_PICTURE) -> None:
        self.row = row
        self.person = person
        self.box: Box | None = None
        """Box in which the person was seen last."""
        self._run = run
        self._length, self._hop = card.clip.num_frames, card.hop
        num_early = (self._length - (card.min_frames or self._length)) // self._hop
        self._first_due = self._length - num_early * self._hop
        self._num_windows = num_windows(card)
        self._smoother = Smoother(card.labels, card.smoothing)
        self._instants_seconds: deque[float] = deque(maxlen=self._length)
        self.num_seen = 0
        """Grid frames so far."""

    @property
    def warming_up(self) -> float | None:
        """0–1, how close the first score is; None once it is there."""
        seen = self.num_seen / self._first_due
        return None if seen >= 1 else seen

    @property
    def num_lacking(self) -> int:
        """Grid frames until the first score."""
        return max(0, self._first_due - self.num_seen)

    def see(self, instant_seconds: float) -> None:
        """Take in one more grid frame."""
        self._instants_seconds.append(instant_seconds)
        self.num_seen += 1

    def keep_mask(self) -> NDArray[np.bool_]:
        """Return (W,): False for the window that starts with the frame seen last; at first for
        all."""
        index = self.num_seen - 1
        keep = np.full(self._num_windows, index > 0)
        if index % self._hop == 0:
            keep[(index // self._hop) % self._num_windows] = False
        return keep

    def predict(self, scores: NDArray[np.float32]) -> Prediction | None:
        """Read the network's (W, K) probabilities after the frame seen last; return None if none is
        due."""
        num_since_full = self.num_seen - self._length
        if self.num_seen < self._first_due or num_since_full % self._hop:
            return None
        slot = (max(0, num_since_full) // self._hop) % self._num_windows
        return self._prediction(scores[slot])

    def _prediction(self, scores: NDArray[np.float32]) -> Prediction:
        fullness = min(1.0, self.num_seen / self._length)
        end_seconds = self._instants_seconds[-1]
        steady = self._smoother.update(end_seconds, scores)
        return Prediction(
            start_seconds=self._instants_seconds[0],
            end_seconds=end_seconds,
            scores=scores,
            label=steady.label,
            confidence=steady.confidence,
            steady_scores=steady.scores,
            run=self._run,
            fullness=fullness,
            person=self.person,
            box=self.box,
        )


def num_windows(card: ModelCard) -> int:
    """Return W, how many windows of a subject are in flight at once."""
    return -(-card.clip.num_frames // card.hop)
