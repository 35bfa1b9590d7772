"""The heart: frames go in, predictions come out. No thread, no clock, no window, no file.

``Recognizer`` is the weights on a runtime, made once. ``Stream`` is the state of one source. A
stream encodes each grid frame once and keeps ``W = ceil(T / hop)`` windows in flight: every frame
advances all of them in one batch, and every ``hop`` frames one of them is full and is scored. Where
the card allows it, the first window of a run is scored already while it fills. The scores are
exactly those of the offline clip (``WindowModel.forward``).
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from har_live.card import DEFAULT_WEIGHTS, SmoothingSpec, Weights, open_weights
from har_live.cuts import CutDetector
from har_live.grid import GridFrame, TimeGrid
from har_live.ring import FrameRing
from har_live.scorers import Runtime, open_scorer
from har_live.smoothing import Segmenter, Smoother
from har_live.transforms import to_network
from har_live.types import Frame, Prediction

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from har_live.types import Image


class Recognizer:
    """Weights on a runtime and device, shared by any number of streams.

    Args:
        weights: the name of shipped weights, a weights folder, or ``Weights``.
        runtime: ``auto``, ``torch`` or ``onnx``.
        device: ``auto``, ``cpu``, ``cuda``, …: see ``har_live.scorers.open_scorer``.
        hop: grid frames between two scored windows; None takes the card's.
        smoothing: None takes the card's.
        cut_reset: a change of scene begins afresh, as a gap does.

    Raises:
        WeightsError, BackendError: the weights or the runtime can't be had.
        ValueError: the hop is not between 1 and the window's length.
    """

    def __init__(
        self,
        weights: str | Path | Weights = DEFAULT_WEIGHTS,
        *,
        runtime: Runtime = "auto",
        device: str = "auto",
        hop: int | None = None,
        smoothing: SmoothingSpec | None = None,
        cut_reset: bool = True,
    ) -> None:
        opened = weights if isinstance(weights, Weights) else open_weights(weights)
        card = opened.card
        # The card checks the hop and says what is allowed.
        self.card = dataclasses.replace(
            card, hop=card.hop if hop is None else hop, smoothing=smoothing or card.smoothing
        )
        self.scorer = open_scorer(opened, runtime=runtime, device=device)
        self.cut_reset = cut_reset

    @property
    def labels(self) -> tuple[str, ...]:
        """In the order of ``Prediction.scores``."""
        return self.card.labels

    @property
    def runs_on(self) -> str:
        """For people: runtime, device, precision."""
        return self.scorer.runs_on

    def stream(self) -> Stream:
        """The state of one new source."""
        return Stream(self)

    def grid(self) -> TimeGrid:
        """A time grid for these windows: what ``Stream.push`` puts frames through."""
        clip = self.card.clip
        return TimeGrid(clip.grid_fps, max_gap_seconds=clip.window_seconds)

    def segmenter(self, *, min_duration_seconds: float = 0.0) -> Segmenter:
        """A segmenter whose borders fit these windows and this smoothing."""
        lag = (self.card.clip.window_seconds + self.card.smoothing.average_seconds) / 2
        return Segmenter(lag_seconds=lag, min_duration_seconds=min_duration_seconds)


class Stream:
    """One source being recognized. Call ``push`` with each frame and ``finish`` at the end."""

    def __init__(self, recognizer: Recognizer) -> None:
        card = recognizer.card
        self._clip, self._hop = card.clip, card.hop
        num_early = (card.clip.num_frames - (card.min_frames or card.clip.num_frames)) // card.hop
        self._first_due = card.clip.num_frames - num_early * card.hop
        self._num_windows = -(-card.clip.num_frames // card.hop)
        self._grid = recognizer.grid()
        self._windows = recognizer.scorer.open_windows(1, self._num_windows)
        self._ring = FrameRing(card.clip.num_frames + 1, card.clip.image_size)
        self._smoother = Smoother(card.labels, card.smoothing)
        self._cuts = CutDetector() if recognizer.cut_reset else None
        self._run = -1
        self._num_in_run = 0
        self._instants_seconds: deque[float] = deque(maxlen=card.clip.num_frames)
        self._has_filled = False
        self._last: GridFrame | None = None

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

        ``push`` is this behind a grid of its own; live use picks in one thread and scores in
        another. Use one or the other.
        """
        predictions: list[Prediction] = []
        for grid_frame in grid_frames:
            prediction = self._step(grid_frame)
            if prediction is not None:
                predictions.append(prediction)
        return predictions

    def finish(self) -> list[Prediction]:
        """The source has ended: the last predictions. The stream then is as new.

        A source shorter than one window still gets one of a full window, its last frame held, as in
        training.
        """
        predictions = self.advance(self._grid.finish())
        if not self._has_filled and self._last is not None:
            predictions += self.advance(self._held(self._last))[-1:]
        self._has_filled, self._last = False, None
        return predictions

    def reset(self) -> None:
        """Forget what was seen: the next frame begins afresh."""
        self._grid.reset()
        self._num_in_run = 0

    @property
    def warming_up(self) -> float | None:
        """0–1, how close the run's first score is; None once it is there."""
        seen = self._num_in_run / self._first_due
        return None if seen >= 1 else seen

    def last_window(self) -> NDArray[np.uint8]:
        """What the network saw last: (T + 1, S, S, 3) uint8 RGB or shorter, a copy.

        The first picture was seen only as the one before the second.

        Raises:
            ValueError: no frame has reached the network yet.
        """
        return self._ring.newest(len(self._ring)).copy()

    def _step(self, grid_frame: GridFrame) -> Prediction | None:
        picture = self._picture(grid_frame)
        if self._begins_run(grid_frame, picture):
            self._begin_run(picture)
        self._ring.append(picture)
        self._instants_seconds.append(grid_frame.instant_seconds)
        pair = self._ring.newest(2)
        scores = self._windows.advance(pair[1:], pair[:1], self._kept(self._num_in_run))
        self._num_in_run += 1
        num_since_full = self._num_in_run - self._clip.num_frames
        if self._num_in_run < self._first_due or num_since_full % self._hop:
            return None
        slot = (max(0, num_since_full) // self._hop) % self._num_windows
        return self._predict(scores[0, slot])

    def _picture(self, grid_frame: GridFrame) -> Image:
        last, self._last = self._last, grid_frame
        if last is not None and last.frame is grid_frame.frame:
            picture: Image = self._ring.newest(1)[0]  # a slow source: the same picture plays on
            return picture
        return to_network(grid_frame.frame.image, self._clip)

    def _begins_run(self, grid_frame: GridFrame, picture: Image) -> bool:
        """After a gap, or at a cut."""
        after_gap, cuts = grid_frame.index == 0, self._cuts
        if cuts is None:
            return after_gap
        if after_gap:
            cuts.reset()
        return cuts.is_cut(picture) or after_gap

    def _begin_run(self, picture: Image) -> None:
        self._run += 1
        self._num_in_run = 0
        self._instants_seconds.clear()
        self._smoother.reset()
        self._ring.clear()
        self._ring.append(picture)  # at the start of a run the frame is its own predecessor

    def _kept(self, index: int) -> NDArray[np.bool_]:
        """(1, W): False for the window that starts at this frame of the run, at first for all."""
        keep = np.full((1, self._num_windows), index > 0)
        if index % self._hop == 0:
            keep[0, (index // self._hop) % self._num_windows] = False
        return keep

    def _predict(self, scores: NDArray[np.float32]) -> Prediction:
        fullness = min(1.0, self._num_in_run / self._clip.num_frames)
        self._has_filled |= fullness == 1
        start_seconds, end_seconds = self._instants_seconds[0], self._instants_seconds[-1]
        steady = self._smoother.update(end_seconds, scores)
        return Prediction(
            start_seconds=start_seconds,
            end_seconds=end_seconds,
            scores=scores,
            label=steady.label,
            confidence=steady.confidence,
            steady_scores=steady.scores,
            run=self._run,
            fullness=fullness,
        )

    def _held(self, last: GridFrame) -> list[GridFrame]:
        """The last frame once more for every instant that the first window still lacks."""
        missing = self._clip.num_frames - self._num_in_run
        return [dataclasses.replace(last, index=last.index + 1)] * missing
