"""Networks that are shown the whole picture: the seed's two presets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from har_live.recognizer.source_state import SourceState
from har_live.transforms import to_network

if TYPE_CHECKING:
    from collections.abc import Sequence

    from har_live.people.detection import Detection
    from har_live.recognizer.source_state import Inputs
    from har_live.recognizer.subject import Subject
    from har_live.types import Image, Picture

NUM_ROWS = 1
"""Rows of the scorer's states, for each source."""


class PictureState(SourceState):
    """One subject, the whole picture; the network sees it beside the one before."""

    _previous: Image

    def _reduced(self, picture: Image | Picture) -> Image:
        return to_network(picture, self._card.clip)

    def _begin_run(self) -> None:
        self._previous = self._picture  # at the start of a run it is its own predecessor

    def _next_inputs(
        self, instant_seconds: float, found: Sequence[Detection]
    ) -> list[tuple[Subject, Inputs]]:
        pair = self._picture, self._previous
        self._previous = self._picture
        return [(self._whole, pair)]
