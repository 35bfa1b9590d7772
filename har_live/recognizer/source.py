"""What is known of one source: where its runs begin, and whom or what its windows are about."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from har_live.cuts import CutDetector
from har_live.recognizer.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from har_live.card import ModelCard
    from har_live.grid import GridFrame
    from har_live.people.detection import Detection
    from har_live.types import Image, Person, Prediction

    Inputs = tuple[NDArray, ...]  # type: ignore[type-arg]
    """What the network is shown of one subject, without the batch dimension."""


class SourceState(ABC):
    """Says what the network is to be shown next, and makes predictions of its scores.

    For each grid frame call ``see``, show the network what ``subjects`` names, and call ``take``
    with what it says. Subclasses know what a network is shown: the whole picture, or people.

    Args:
        card: of the weights.
        rows: of the scorer's states that are this source's.
        cut_reset: a change of scene begins afresh, as a gap does.
    """

    def __init__(self, card: ModelCard, *, rows: range, cut_reset: bool) -> None:
        self._card = card
        self._cuts = CutDetector() if cut_reset else None
        self._run = -1
        self._broken = True
        self._last: GridFrame | None = None
        self._is_repeated = False
        self._whole = Subject(card, row=rows[0], run=self._run)

    @property
    def warming_up(self) -> float | None:
        """0–1, how close the run's first score is; None once it is there."""
        return 0.0 if self._broken else self._whole.warming_up

    @property
    def people(self) -> tuple[Person, ...]:
        """Who was seen in the last grid frame, the main person first."""
        return ()

    @property
    def aspect(self) -> float:
        """Width by height of the picture seen last."""
        assert self._last is not None
        height, width, _ = self._last.frame.picture.shape
        return float(width / height)

    def reset(self) -> None:
        """Forget what was seen: the next frame begins afresh."""
        self._broken = True

    def see(self, grid_frame: GridFrame) -> Image | None:
        """Take in one more grid frame.

        Returns:
            (h, w, 3) uint8 RGB: the picture that people are to be found in; None where that is
            known already, or nobody is looked for.
        """
        last, self._last = self._last, grid_frame
        self._is_repeated = last is not None and last.frame is grid_frame.frame
        picture = self._prepare(grid_frame)
        after_gap = grid_frame.index == 0 or self._broken
        if self._cuts is not None:
            if after_gap:
                self._cuts.reset()
            # Asked in any case: it remembers what it was shown.
            after_gap |= not self._is_repeated and self._cuts.is_cut(picture)
        if after_gap:
            self._run += 1
            self._broken = False
            self._whole = Subject(self._card, row=self._whole.row, run=self._run)
            self._begin_run(picture)
        return self._look(picture)

    @abstractmethod
    def subjects(self, found: Sequence[Detection]) -> list[tuple[Subject, Inputs]]:
        """Whom or what the network is to be shown now, and how.

        Args:
            found: the people in the picture that ``see`` returned.
        """

    @abstractmethod
    def take(self, scores: Sequence[NDArray]) -> list[Prediction]:  # type: ignore[type-arg]
        """Make predictions of the network's (W, K) probabilities, one for each of ``subjects``."""

    @abstractmethod
    def _prepare(self, grid_frame: GridFrame) -> Image:
        """The small picture that cuts are looked for in, and what is shown is made of."""

    @abstractmethod
    def _begin_run(self, picture: Image) -> None:
        """Forget what was seen before."""

    def _look(self, picture: Image) -> Image | None:
        """What ``see`` returns."""
        return None

    def held(self) -> list[GridFrame]:
        """For a source that is over before a window was full: its last frame once more for every
        instant that the first one still lacks."""
        if self._whole.has_filled or self._last is None:
            return []
        missing = self._card.clip.num_frames - self._fewest_seen
        return [dataclasses.replace(self._last, index=self._last.index + 1)] * missing

    @property
    def _fewest_seen(self) -> int:
        """Grid frames in which the newest of the subjects was seen."""
        return self._whole.num_seen

    def end(self) -> None:
        """The source is over: what comes next is another one."""
        self._last, self._broken = None, True
