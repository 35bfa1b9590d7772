"""The interface of every runtime; nothing outside this folder asks which one it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Inputs = tuple[NDArray, ...]  # type: ignore[type-arg]
    """What a network is shown of N subjects in one grid frame, (N, …) each, in the order of its
    encoder's ``input_names``."""


class OpenWindows(Protocol):
    """The recurrent states of B subjects with W windows in flight each."""

    def advance(
        self, inputs: Inputs, keep: NDArray[np.bool_], rows: NDArray[np.intp]
    ) -> NDArray[np.float32]:
        """Show every open window of some subjects one more grid frame.

        Args:
            inputs: of these N subjects.
            keep: (N, W) bool: False where a window starts with this frame.
            rows: (N,) which of the B subjects these are, each once; the others stand still.

        Returns:
            (N, W, K) float32 probabilities. Only those of windows that are now full mean anything;
            the array is the caller's own.
        """
        ...


class Scorer(Protocol):
    """Weights on a device, ready for any number of subjects."""

    @property
    def runs_on(self) -> str:
        """Runtime, device and precision, for people."""
        ...

    def open_windows(self, num_subjects: int, num_windows: int) -> OpenWindows:
        """Fresh states for B subjects with W windows each."""
        ...
