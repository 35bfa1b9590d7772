"""Turns the scores of single windows into a label that holds still.

The smoother averages over time, asks more of a new label than of the one shown (two thresholds),
and keeps a label for a minimum time. Where no label is sure enough it says ``unsure``; so it does
where another label has been more probable than the one shown for a while, but is not sure enough.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from har_live.types import UNSURE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from har_live.smoothing_spec import SmoothingSpec
    from har_live.types import Scores


class SteadyLabel(NamedTuple):
    """The smoother's answer after one more window."""

    label: str
    """One of the model's labels, or ``unsure``."""
    confidence: float
    """0–1, averaged: of the label, or of the best one when unsure."""
    scores: Scores
    """(num_labels,) float32, averaged."""


class Smoother:
    """Turns the scores of successive windows of one unbroken run into a steady label."""

    def __init__(self, labels: Sequence[str], spec: SmoothingSpec) -> None:
        self._labels = tuple(labels)
        self._spec = spec
        self._thresholds = [spec.thresholds(label) for label in self._labels]
        self.reset()

    def reset(self) -> None:
        """Forget everything: the stream was broken."""
        self._recent: deque[tuple[float, Scores]] = deque()
        self._shown: int | None = None
        self._shown_since_seconds = 0.0
        self._best_at_seconds = 0.0  # when the label shown was last the most probable

    def update(self, end_seconds: float, scores: Scores) -> SteadyLabel:
        """Take in the window that ends at ``end_seconds``.

        Args:
            scores: (num_labels,) float32 probabilities; they may sum to less than 1.
        """
        steady = self._averaged(end_seconds, scores)
        self._choose(end_seconds, steady)
        if self._shown is None:
            return SteadyLabel(UNSURE, float(steady.max()), steady)
        return SteadyLabel(self._labels[self._shown], float(steady[self._shown]), steady)

    def _averaged(self, end_seconds: float, scores: Scores) -> Scores:
        self._recent.append((end_seconds, scores))
        # The 1e-6 keeps a window that is exactly average_seconds old out, whatever the rounding.
        while self._recent[0][0] < end_seconds - self._spec.average_seconds + 1e-6:
            if len(self._recent) == 1:
                break
            self._recent.popleft()
        steady: Scores = np.mean([s for _, s in self._recent], axis=0, dtype=np.float32)
        return steady

    def _choose(self, end_seconds: float, steady: Scores) -> None:
        shown, best = self._shown, int(steady.argmax())
        if shown is not None:
            if steady[shown] == steady[best]:
                self._best_at_seconds = end_seconds
            if end_seconds - self._shown_since_seconds < self._spec.hold_seconds:
                return
        if steady[best] >= self._thresholds[best][0]:
            new: int | None = best
        else:
            new = shown if self._may_stay(end_seconds, steady) else None
        if new != shown:
            self._shown = new
            self._shown_since_seconds = self._best_at_seconds = end_seconds

    def _may_stay(self, end_seconds: float, steady: Scores) -> bool:
        """Return whether the label shown is probable enough still, and was the most probable
        lately."""
        if self._shown is None:
            return False
        _, leave = self._thresholds[self._shown]
        was_best_lately = end_seconds - self._best_at_seconds <= self._spec.give_way_seconds
        return was_best_lately and bool(steady[self._shown] >= leave)
