"""The clock of events: seconds from the start of what is read, as in a video beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from har_live.frame_times import is_running

if TYPE_CHECKING:
    from har_live.moment import Moment
    from har_live.types import Segment


class EventClock:
    """Places the segments of a run, moment by moment.

    Args:
        is_live: as in ``VideoInfo``.
    """

    def __init__(self, *, is_live: bool) -> None:
        self._is_live = is_live
        self._origin_seconds: float | None = None

    def placed(self, moment: Moment) -> list[Segment]:
        """Return a moment's segments on this clock."""
        if self._origin_seconds is None and moment.frame is not None:
            first_seconds = moment.frame.pts_seconds
            # A live source's clock begins at 0 by itself; its first frames may have been missed.
            is_shifted = is_running(first_seconds) and not self._is_live
            self._origin_seconds = first_seconds if is_shifted else 0.0
        return [segment.earlier_by(self._origin_seconds or 0.0) for segment in moment.segments]
