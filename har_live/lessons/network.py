"""What a shipped network knows of a window, as its classifier reads it: nothing in it is learnt
anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from har_live.people.joints import CONTEXT
from har_live.people.motion import NUM_MOTION
from har_live.scorers.onnx import OnnxScorer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from har_live.card import Weights
    from har_live.models.config import ModelConfig

AT_ONCE = 128
"""Windows that are computed together: more are slower, since they leave the processor's cache."""


class Summaries:
    """Summarises windows by the recurrent part of weights that read joints.

    Args:
        weights: from ``open_weights``.

    Raises:
        WeightsError: they can't be loaded.
    """

    def __init__(self, weights: Weights) -> None:
        self._scorer = OnnxScorer(weights, device="cpu")
        self._config = weights.card.model

    def of(
        self,
        joints: NDArray[np.float32],
        motion: NDArray[np.float32] | None,
        counts: Sequence[int],
        *,
        on_progress: Callable[[float], None] = lambda _: None,
    ) -> NDArray[np.float32]:
        """Summarise windows after some of their frames.

        Args:
            joints: (N, CONTEXT + T, 13, 3).
            motion: (N, T, NUM_MOTION); None where it is not known.
            counts: frames, in rising order.
            on_progress: is told the share that is done.

        Returns:
            (N, len(counts), S) float32.
        """
        parts = []
        for start in range(0, len(joints), AT_ONCE):
            these = slice(start, start + AT_ONCE)
            parts.append(
                self._some(joints[these], None if motion is None else motion[these], counts)
            )
            on_progress(min(1.0, (start + AT_ONCE) / len(joints)))
        return np.concatenate(parts)

    def _some(
        self,
        joints: NDArray[np.float32],
        motion: NDArray[np.float32] | None,
        counts: Sequence[int],
    ) -> NDArray[np.float32]:
        count = len(joints)
        windows, rows = self._scorer.open_windows(count, 1), np.arange(count)
        unknown = np.zeros((count, NUM_MOTION), np.float32)
        found = []
        for number in range(max(counts)):
            moving = unknown if motion is None else motion[:, number]
            keep = np.full((count, 1), number > 0)
            windows.advance((joints[:, number : number + CONTEXT + 1], moving), keep, rows)
            if number + 1 in counts:
                found.append(summary(self._config, windows.states))
        return np.stack(found, axis=1)


def summary(config: ModelConfig, states: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Return what the classifier reads of the states of one window each: (N, S).

    The same as the cells' ``summary`` in ``har_live.models.cells``, without torch.
    """
    hidden = states[-2][:, 0]
    if config.architecture == "lrcn":
        return hidden.copy()
    count, channels, height, width = hidden.shape
    places = config.places
    tall, wide = height // places, width // places
    parts = hidden[:, :, : tall * places, : wide * places]
    parts = parts.reshape(count, channels, places, tall, places, wide)
    return np.asarray(parts.mean(axis=(3, 5)).reshape(count, -1), np.float32)
