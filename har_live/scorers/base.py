"""What every runtime offers; nothing outside this folder asks which one it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    FrameEncoder = Callable[[NDArray[np.uint8], NDArray[np.uint8]], NDArray[np.float32]]
    """(B, S, S, 3) uint8 RGB frames and the grid frames before them → (B, …) features."""


class OpenWindows(Protocol):
    """The recurrent states of B streams with W windows in flight each."""

    def advance(
        self,
        frames: NDArray[np.uint8],
        previous: NDArray[np.uint8],
        keep: NDArray[np.bool_],
        rows: NDArray[np.intp] | None = None,
    ) -> NDArray[np.float32]:
        """Show every open window of some streams one more grid frame.

        Args:
            frames: (N, S, S, 3) uint8 RGB.
            previous: (N, S, S, 3), the grid frames before; at a stream's start the frames.
            keep: (N, W) bool: False where a window starts with this frame.
            rows: (N,) which of the B streams these are, each once; the others stand still. None:
                all of them in order, N = B.

        Returns:
            (N, W, K) float32 probabilities. Only those of windows that are now full mean anything;
            the array is the caller's own.
        """
        ...


class Scorer(Protocol):
    """Weights on a device, ready for any number of streams."""

    @property
    def runs_on(self) -> str:
        """For people: runtime, device, precision."""
        ...

    def open_windows(self, num_streams: int, num_windows: int) -> OpenWindows:
        """Fresh states for B streams with W windows each."""
        ...

    def encoder(self, num_streams: int) -> FrameEncoder:
        """The part of a step that depends on the pictures of B streams alone, not on the windows:
        what a step can't be cheaper than. For measuring.

        Raises:
            BackendError: it can't be had apart from the rest.
        """
        ...
