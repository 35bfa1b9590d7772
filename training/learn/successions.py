"""Windows in which one action follows another, as most do before a camera.

Taught on single actions alone, a network needs a window that holds nothing else: it names an action
as late as the window is long.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

LEAST_FRAMES = 5
"""So many grid frames of an action are enough to name it; of fewer nothing is asked."""
LEAST_BEFORE = 3
"""So many grid frames are seen of what was done before."""


@dataclass(frozen=True)
class Succession:
    """A batch of windows, some of which begin with the end of another one of the batch."""

    features: Tensor
    """(N, T, …)"""
    begins: Tensor
    """(N,) the frame with which the window's own action begins; 0 where it is all there is."""
    before: Tensor
    """(N,) row of the window whose end is seen before."""

    def asked(self, count: int) -> tuple[Tensor, Tensor]:
        """Whose action is to be named after the first ``count`` frames.

        Returns:
            (n,) rows of which something is asked, and (n,) rows whose labels are the answers.
        """
        rows = torch.arange(len(self.begins))
        since = count - self.begins
        answers = torch.where(since > 0, rows, self.before)
        clear = (self.begins == 0) | (since <= 0) | (since >= LEAST_FRAMES)
        return rows[clear], answers[clear]


def succeeding(features: Tensor, share: float) -> Succession:
    """Put the end of another window before a part of some, chosen at random.

    Args:
        features: (N, T, …); NaN is unknown. Where something is, it is in both.
        share: of the windows that get another one before them.
    """
    count, length = features.shape[:2]
    rows = torch.arange(count)
    before = rows.clone()
    has_unknown = features[:, 0].flatten(1).isnan().any(dim=1)
    for alike in (rows[has_unknown], rows[~has_unknown]):
        before[alike] = alike[torch.randperm(len(alike))]
    latest = length - LEAST_FRAMES
    begins = torch.randint(LEAST_BEFORE, max(LEAST_BEFORE, latest) + 1, (count,))
    begins[(torch.rand(count) >= share) | (before == rows) | (begins > latest)] = 0
    skipped = (torch.rand(count) * (begins + 1)).long()  # of its own frames, which now are too many
    since = torch.arange(length) - begins[:, None]  # (N, T); below 0 it is the other's end
    is_before = since < 0
    whose = torch.where(is_before, before[:, None], rows[:, None])
    frames = torch.where(is_before, since + length, since + skipped[:, None])
    return Succession(features[whose, frames], begins, before)
