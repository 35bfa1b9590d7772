"""Takes as live use would see them: all windows that would be scored, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from har_live.lessons.windows import streamed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from har_live.card import ModelCard
    from har_live.lessons.network import Summaries
    from har_live.lessons.recordings import Recording


@dataclass(frozen=True)
class TakeStream:
    """One take."""

    ends_seconds: NDArray[np.float64]
    """(N,) when each window ends."""
    summaries: NDArray[np.float32]
    """(N, S)."""

    @property
    def mean(self) -> NDArray[np.float32]:
        """(S,)."""
        return np.asarray(self.summaries.mean(axis=0), np.float32)


def streams_of(
    takes: Sequence[Recording],
    card: ModelCard,
    summaries: Summaries,
    *,
    are_mirrored: bool = False,
) -> list[TakeStream]:
    """Let the network sum up the windows of each take, in the order of a stream."""
    clip = card.clip
    windows = [streamed(take, clip, hop=card.hop, is_mirrored=are_mirrored) for take in takes]
    early = early_counts(card)
    found = summaries.of(np.concatenate(windows), None, [*early, clip.num_frames])
    streams, start = [], 0
    for own in windows:
        these = found[start : start + len(own)]
        start += len(own)
        # Of the first window, what is said while it fills; of all, what is said at the end.
        shown = np.concatenate([these[0, :-1], these[:, -1]])
        ends = [*early, *(clip.num_frames + card.hop * np.arange(len(own)))]
        streams.append(TakeStream(np.array(ends) / clip.grid_fps, shown))
    return streams


def early_counts(card: ModelCard) -> list[int]:
    """Return the frames after which the first window of a run is scored before it is full."""
    length, hop = card.clip.num_frames, card.hop
    num_early = (length - (card.min_frames or length)) // hop
    return [length - hop * number for number in range(num_early, 0, -1)]
