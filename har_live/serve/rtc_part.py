"""What a visitor's pictures are for: the interface, and its simplest kind, labels."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, Protocol

from har_live.errors import HarLiveError
from har_live.moment import Moment
from har_live.realtime.scoring import Scoring
from har_live.serve.moment_values import MomentValues

if TYPE_CHECKING:
    from har_live.recognizer import Recognizer
    from har_live.time_grid import GridFrame, TimeGrid

logger = logging.getLogger(__name__)

Values = dict[str, Any]
"""A message to the page, or from it: JSON values."""


def told_of(error: HarLiveError) -> str:
    """Say to a visitor what went wrong: what tells of files and folders is for the log alone."""
    if type(error) is HarLiveError:
        return str(error)
    logger.warning("%s", error)
    return "something can't be read or written; the server's log says what"


class Part(Protocol):
    """The part of the server that a visitor came for. All but ``new_grid`` is called by the
    scorer's thread alone."""

    def new_grid(self) -> TimeGrid:
        """Return what picks grid frames."""

    def see(self, grid_frame: GridFrame) -> Values:
        """Look at one more grid frame; return what the page is to be told."""

    def hear(self, said: Values) -> Values | None:
        """Heed what the page says; return what it is to be told."""

    def close(self) -> None:
        """Let go of everything; may be called twice."""


class Watching:
    """Labels for the visitor's own camera.

    Args:
        recognizer: shared by all visitors with these weights.
    """

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer
        self._scoring = Scoring(recognizer, time.monotonic)
        self._values = MomentValues(recognizer.labels)

    def new_grid(self) -> TimeGrid:
        return self._recognizer.grid()

    def see(self, grid_frame: GridFrame) -> Values:
        scored = self._scoring.score({0: grid_frame})[0]
        moment = Moment(
            grid_frame.frame, scored.predictions, [], scored.warming_up, people=scored.people
        )
        latency_ms = (time.monotonic() - scored.arrival_seconds) * 1000
        return {"kind": "moment", **self._values.of(moment, latency_ms=latency_ms)}

    def hear(self, said: Values) -> None:
        return None

    def close(self) -> None: ...
