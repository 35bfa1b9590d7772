"""The state of one source: where its runs begin, and whom or what its windows are about."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from har_live.recognizer.scene_cuts import CutDetector
from har_live.recognizer.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from har_live.card import ModelCard
    from har_live.people.detection import Detection
    from har_live.time_grid import GridFrame
    from har_live.types import Image, Person, Picture, Prediction

    Inputs = tuple[NDArray, ...]  # type: ignore[type-arg]
    """What the network is shown of one subject, without the batch dimension."""


class SourceState(ABC):
    """Says what the network is to be shown next, and makes predictions of its scores.

    For each grid frame call ``see``, show the network what ``subjects`` names, and call ``predict``
    with what it says. Subclasses know what a network is shown: the whole picture, or people.

    Args:
        card: of the weights.
        rows: of the scorer's states that are this source's.
        cut_reset: a change of scene begins afresh, as a gap does.
    """

    _picture: Image
    """Made of the frame seen last: what cuts are looked for in."""

    def __init__(self, card: ModelCard, *, rows: range, cut_reset: bool) -> None:
        self._card = card
        self._cuts = CutDetector() if cut_reset else None
        self._run = -1
        self._broken = True
        self._last: GridFrame | None = None
        self._is_repeated = False
        self._whole = Subject(card, row=rows[0], run=self._run)
        self._shown: list[Subject] = []
        self._has_full_window = False

    @property
    def warming_up(self) -> float | None:
        """0–1, how close the run's first score is; None once it is there."""
        return 0.0 if self._broken else self._whole.warming_up

    @property
    def people(self) -> tuple[Person, ...]:
        """People seen in the last grid frame, the main person first."""
        return ()

    @property
    def aspect(self) -> float:
        """Width by height of the picture seen last."""
        assert self._last is not None
        height, width, _ = self._last.frame.picture.shape
        return float(width / height)

    def reset(self) -> None:
        """Forget what was seen: the next frame begins afresh."""
        self._last, self._broken = None, True

    def end(self) -> None:
        """End the source: what comes next is another one."""
        self.reset()
        self._has_full_window = False

    def see(self, grid_frame: GridFrame, picture: Image | None = None) -> Image | None:
        """Take in one more grid frame.

        Args:
            picture: of it, as small as it is looked at, where that was made before.

        Returns:
            (h, w, 3) uint8 RGB: the picture, as small as it is looked at; None where it is the one
            before, which plays on.
        """
        last, self._last = self._last, grid_frame
        self._is_repeated = last is not None and last.frame is grid_frame.frame
        if not self._is_repeated:
            self._picture = self._reduced(grid_frame.frame.picture) if picture is None else picture
        if self._begins_run(grid_frame):
            self._run += 1
            self._broken = False
            self._whole = Subject(self._card, row=self._whole.row, run=self._run)
            self._begin_run()
        return None if self._is_repeated else self._picture

    def subjects(self, found: Sequence[Detection]) -> list[tuple[Subject, Inputs]]:
        """Return whom or what the network is to be shown now, and how: the whole picture, then
        people.

        Args:
            found: the people in the picture that ``see`` returned.
        """
        assert self._last is not None
        shown = self._next_inputs(self._last.instant_seconds, found)
        self._shown = [subject for subject, _ in shown]
        for subject in self._shown:
            subject.see(self._last.instant_seconds)
        return shown

    def predict(self, scores: Sequence[NDArray[np.float32]]) -> list[Prediction]:
        """Make predictions of the network's (W, K) probabilities, one for each of ``subjects``.

        Where there are people, the whole picture has nothing to add.
        """
        taken = [s.predict(one) for s, one in zip(self._shown, scores, strict=True)]
        predictions = [p for p in taken[1:] or taken if p is not None]
        self._has_full_window |= any(p.fullness == 1 for p in predictions)
        return predictions

    def untold(self) -> dict[int, int]:
        """Return how many grid frames are lacking to whom of those who are in the last one until
        they can be told of, for a source that is over before a window filled."""
        if self._has_full_window or self._last is None:
            return {}
        shown = self._shown[1:] or self._shown
        return {one.person: one.num_lacking for one in shown if one.num_lacking}

    def held(self) -> GridFrame:
        """Return the last frame once more, for the next instant."""
        assert self._last is not None
        return dataclasses.replace(self._last, index=self._last.index + 1)

    def _begins_run(self, grid_frame: GridFrame) -> bool:
        """Return whether a run begins: after a gap, or at a cut."""
        after_gap = grid_frame.index == 0 or self._broken
        if self._cuts is None:
            return after_gap
        if after_gap:
            self._cuts.reset()
        # Asked in any case: it remembers what it was shown.
        return self._cuts.is_cut(self._picture) or after_gap

    @abstractmethod
    def _reduced(self, picture: Image | Picture) -> Image:
        """Return a picture as small as it is looked at, (h, w, 3) uint8 RGB."""

    @abstractmethod
    def _begin_run(self) -> None:
        """Forget what was seen before this picture."""

    @abstractmethod
    def _next_inputs(
        self, instant_seconds: float, found: Sequence[Detection]
    ) -> list[tuple[Subject, Inputs]]:
        """Return what ``subjects`` answers."""
