"""A finder's faults, as films show them, for joints that were recorded otherwise.

Else a network tells films from recordings by how their joints shake, and looks for what films teach
in films alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from har_live.lessons.variation import in_trunks
from har_live.types import NUM_JOINTS
from training.recipe.takes import Take


@dataclass(frozen=True)
class FinderFaults:
    """The ways in which joints of films shake and are lost, frame by frame.

    Args:
        shakes: (F, 13, 2) what is left of films when they are smoothed, in trunks; 0 where nothing
            is seen.
        seen: (F, 13).
        starts: (N,) where each film begins among the frames of all.
        lengths: (N,) its frames.
    """

    shakes: NDArray[np.float32]
    seen: NDArray[np.bool_]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]

    @classmethod
    def of(cls, films: Iterable[Take]) -> FinderFaults:
        shakes, seen = [], []
        for film in films:
            if not np.isfinite(film.joints[..., :2]).any():
                continue
            places = in_trunks(film.joints[None, ..., :2])[0]
            around = np.pad(places, [(1, 1), (0, 0), (0, 0)], mode="edge")
            smooth = (around[:-2] + around[1:-1] + around[2:]) / 3
            shakes.append(np.nan_to_num(places - smooth).clip(-0.25, 0.25))
            seen.append(np.isfinite(places[..., 0]))
        lengths = np.array([len(shake) for shake in shakes], np.int64)
        return cls(
            np.concatenate([np.zeros((0, NUM_JOINTS, 2), np.float32), *shakes]),
            np.concatenate([np.zeros((0, NUM_JOINTS), np.bool_), *seen]),
            np.cumsum(lengths) - lengths,
            lengths,
        )

    @property
    def are_known(self) -> bool:
        return len(self.starts) > 0

    def spoil(self, places: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
        """Shake and lose the joints of (N, K, 13, 2), in trunks, as some film did."""
        count, length = places.shape[:2]
        films = rng.integers(0, len(self.starts), count)
        last = self.lengths[films][:, None] - 1
        at = (rng.random(count) * last[:, 0]).astype(np.int64)[:, None] + np.arange(length)
        # There and back again where the film is shorter.
        period = np.maximum(2 * last, 1)
        at = np.abs((at + last) % period - last)
        rows = self.starts[films][:, None] + at
        much = rng.uniform(0.5, 1.5, (count,)).astype(np.float32)[:, None, None, None]
        shaken = places + much * self.shakes[rows]
        return np.where(self.seen[rows][..., None], shaken, np.float32(np.nan))
