"""Sources being recognized: one, or several that share a batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from har_live.recognizer.state import SourceState, num_windows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from har_live.grid import GridFrame
    from har_live.recognizer import Recognizer
    from har_live.types import Frame, Prediction


class StreamGroup:
    """Several sources being recognized together: those with a new grid frame share one batch.

    Whatever is in a batch, each source gets the predictions that it would get alone. Grid frames
    are picked by one ``Recognizer.grid`` a source.

    Args:
        num_sources: they are known by their numbers, 0 to ``num_sources - 1``.
    """

    def __init__(self, recognizer: Recognizer, num_sources: int) -> None:
        if num_sources < 1:
            raise ValueError(f"num_sources is {num_sources}; expected at least 1")
        card = recognizer.card
        self._windows = recognizer.scorer.open_windows(num_sources, num_windows(card))
        self._sources = [
            SourceState(card, cut_reset=recognizer.cut_reset) for _ in range(num_sources)
        ]

    def advance(self, grid_frames: Mapping[int, GridFrame]) -> dict[int, Prediction]:
        """Take in one more grid frame of some of the sources.

        Args:
            grid_frames: by the numbers of their sources.

        Returns:
            Predictions for the windows that are due now, by the numbers of their sources.
        """
        if not grid_frames:
            return {}
        numbers = sorted(grid_frames)
        states = [self._sources[number] for number in numbers]
        for state, number in zip(states, numbers, strict=True):
            state.see(grid_frames[number])
        pairs = [state.pair() for state in states]
        previous, frames = (np.stack([pair[i] for pair in pairs]) for i in (0, 1))
        keep = np.stack([state.keep() for state in states])
        if len(numbers) == len(self._sources):
            scores = self._windows.advance(frames, previous, keep)
        else:
            scores = self._windows.advance(frames, previous, keep, np.array(numbers))
        predictions: dict[int, Prediction] = {}
        for number, state, one in zip(numbers, states, scores, strict=True):
            prediction = state.take(one)
            if prediction is not None:
                predictions[number] = prediction
        return predictions

    def finish(self, number: int) -> list[Prediction]:
        """A source has ended: what is still to be said of it. Its number is then free for another.

        A source shorter than one window gets one of a full window, its last frame held, as in
        training.
        """
        state = self._sources[number]
        predictions: list[Prediction] = []
        for grid_frame in state.held():
            predictions += self.advance({number: grid_frame}).values()
        state.end()
        return predictions[-1:]

    def reset(self, number: int) -> None:
        """Forget what a source has shown: its next frame begins afresh."""
        self._sources[number].reset()

    def warming_up(self, number: int) -> float | None:
        """0–1, how close the first score of a source's run is; None once it is there."""
        return self._sources[number].warming_up

    def last_window(self, number: int) -> NDArray[np.uint8]:
        """What the network saw last of a source: (T + 1, S, S, 3) uint8 RGB or shorter, a copy.

        The first picture was seen only as the one before the second.

        Raises:
            ValueError: no frame of it has reached the network yet.
        """
        return self._sources[number].last_window()


class Stream:
    """One source being recognized. Call ``push`` with each frame and ``finish`` at the end."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._grid = recognizer.grid()
        self._group = recognizer.streams(1)

    def push(self, frame: Frame) -> list[Prediction]:
        """Take in one more frame.

        Args:
            frame: frames may come at any rate; what is seen of them depends on their timestamps
                alone. A gap longer than a window, a step back in time, or a change of scene
                begins afresh.

        Returns:
            Predictions for the windows that are due with this frame, oldest first; often none.
        """
        return self.advance(self._grid.push(frame))

    def advance(self, grid_frames: Iterable[GridFrame]) -> list[Prediction]:
        """Take in frames that a grid of ``Recognizer.grid`` has picked already.

        ``push`` is this behind a grid of its own. Use one or the other.
        """
        predictions: list[Prediction] = []
        for grid_frame in grid_frames:
            predictions += self._group.advance({0: grid_frame}).values()
        return predictions

    def finish(self) -> list[Prediction]:
        """The source has ended: the last predictions. The stream then is as new.

        A source shorter than one window still gets one of a full window, its last frame held, as in
        training.
        """
        return self.advance(self._grid.finish()) + self._group.finish(0)

    def reset(self) -> None:
        """Forget what was seen: the next frame begins afresh."""
        self._grid.reset()
        self._group.reset(0)

    @property
    def warming_up(self) -> float | None:
        """0–1, how close the run's first score is; None once it is there."""
        return self._group.warming_up(0)

    def last_window(self) -> NDArray[np.uint8]:
        """What the network saw last: (T + 1, S, S, 3) uint8 RGB or shorter, a copy.

        The first picture was seen only as the one before the second.

        Raises:
            ValueError: no frame has reached the network yet.
        """
        return self._group.last_window(0)
