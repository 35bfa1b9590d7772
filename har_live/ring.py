"""A sliding buffer of the newest small frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from har_live.types import Image


class FrameRing:
    """The newest frames, oldest first, without moving any when one more comes.

    Every frame is written twice, half the buffer apart, so that the newest ``capacity`` frames
    always lie side by side and reading them is a slice.
    """

    def __init__(self, capacity: int, image_size: int) -> None:
        self._capacity = capacity
        self._buffer = np.zeros((2 * capacity, image_size, image_size, 3), np.uint8)
        self.clear()

    def __len__(self) -> int:
        return min(self._count, self._capacity)

    def clear(self) -> None:
        """Forget all frames."""
        self._count = 0

    def append(self, picture: Image) -> None:
        """Add (S, S, 3) uint8; the oldest is forgotten when the ring is full."""
        slot = self._count % self._capacity
        self._buffer[slot] = self._buffer[slot + self._capacity] = picture
        self._count += 1

    def newest(self, count: int) -> NDArray[np.uint8]:
        """The newest ``count`` frames, oldest first: (count, S, S, 3), a view that changes later.

        Raises:
            ValueError: fewer are there.
        """
        if not 0 < count <= len(self):
            raise ValueError(f"count is {count}; the ring holds {len(self)} frames")
        end = (self._count - 1) % self._capacity + self._capacity + 1
        return self._buffer[end - count : end]
