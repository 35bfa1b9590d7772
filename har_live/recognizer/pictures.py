"""Networks that are shown the whole picture: the seed's two presets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from har_live.recognizer.source import SourceState
from har_live.ring import FrameRing
from har_live.transforms import to_network

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from har_live.card import ModelCard
    from har_live.grid import GridFrame
    from har_live.people.detection import Detection
    from har_live.recognizer.source import Inputs
    from har_live.recognizer.subject import Subject
    from har_live.types import Image, Prediction

NUM_ROWS = 1
"""Of the scorer's states, for each source."""


class PictureState(SourceState):
    """One subject, the whole picture; the network sees it beside the one before."""

    def __init__(self, card: ModelCard, *, rows: range, cut_reset: bool) -> None:
        super().__init__(card, rows=rows, cut_reset=cut_reset)
        self._ring = FrameRing(card.clip.num_frames + 1, card.clip.image_size)

    def subjects(self, found: Sequence[Detection]) -> list[tuple[Subject, Inputs]]:
        previous, frame = self._ring.newest(2)
        return [(self._whole, (frame, previous))]

    def take(self, scores: Sequence[NDArray[np.float32]]) -> list[Prediction]:
        prediction = self._whole.take(scores[0])
        return [] if prediction is None else [prediction]

    def last_window(self) -> NDArray[np.uint8]:
        """What the network saw last: (T + 1, S, S, 3) uint8 RGB or shorter, a copy.

        The first picture was seen only as the one before the second.

        Raises:
            ValueError: no frame has reached the network yet.
        """
        return self._ring.newest(len(self._ring)).copy()

    def _prepare(self, grid_frame: GridFrame) -> Image:
        if self._is_repeated and len(self._ring):
            picture: Image = self._ring.newest(1)[0]  # a slow source: the same picture plays on
            return picture
        return to_network(grid_frame.frame.picture, self._card.clip)

    def _begin_run(self, picture: Image) -> None:
        picture = picture.copy()  # it may lie in the ring
        self._ring.clear()
        self._ring.append(picture)  # at the start of a run the frame is its own predecessor

    def _look(self, picture: Image) -> None:
        assert self._last is not None
        self._whole.see(self._last.instant_seconds)
        self._ring.append(picture)
