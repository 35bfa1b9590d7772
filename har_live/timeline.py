"""Every frame gets a moment of its own, later than the one before, however odd the timestamps."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction

RESTART_SECONDS = 1.0
"""A step back of more than this is a clock that began anew (joined recordings, a camera that was
switched off and on); a smaller one is a duplicate, or two frames in the wrong order."""


class Timeline:
    """Places frames in time, in ticks of the stream's time base, strictly increasing.

    - A timestamp later than the previous frame's is kept as it is.
    - A missing one continues where the previous frame ends.
    - A repeated one, or a small step back, comes one tick after the previous frame, so that the
      frames around it keep their own time.
    - After a large step back the clock has begun anew: it goes on where the previous frame ends,
      and the following frames keep their distances, until the timestamps themselves are later
      again than what was shown.
    """

    def __init__(self, time_base: Fraction, *, usual_ticks: int, start_ticks: int = 0) -> None:
        """``usual_ticks`` is how long a frame lasts that doesn't say so itself; ``start_ticks`` is
        the time of a first frame without a timestamp."""
        self._restart_ticks = RESTART_SECONDS / time_base
        self._usual_ticks = max(1, usual_ticks)
        self._previous_ticks: int | None = None
        self._shift_ticks = 0
        self.end_ticks = start_ticks
        """When the frame placed last ends."""

    def place(self, pts_ticks: int | None, duration_ticks: int | None = None) -> int:
        """The tick at which a frame is shown that states these two, or doesn't."""
        placed = self.end_ticks if pts_ticks is None else self._after_previous(pts_ticks)
        self._previous_ticks = placed
        self.end_ticks = placed + (duration_ticks or self._usual_ticks)
        return placed

    def _after_previous(self, pts_ticks: int) -> int:
        previous = self._previous_ticks
        if previous is None or pts_ticks > previous:
            self._shift_ticks = 0
        elif previous - pts_ticks - self._shift_ticks > self._restart_ticks:
            self._shift_ticks = self.end_ticks - pts_ticks
        elif pts_ticks + self._shift_ticks <= previous:
            return previous + 1
        return pts_ticks + self._shift_ticks


class ArrivalTimeline:
    """Places frames that come without a time of their own at their arrival, the first one at 0."""

    def __init__(self, time_base: Fraction) -> None:
        self._ticks_per_second = float(1 / time_base)
        self._origin_seconds: float | None = None
        self.end_ticks = 0
        """When the frame placed last ends."""

    def place(self, _pts_ticks: int | None, _duration_ticks: int | None = None) -> int:
        """The tick of now; frames that came at once lie a tick apart."""
        now_seconds = time.monotonic()
        if self._origin_seconds is None:
            self._origin_seconds = now_seconds
        arrival_ticks = round((now_seconds - self._origin_seconds) * self._ticks_per_second)
        placed = max(self.end_ticks, arrival_ticks)
        self.end_ticks = placed + 1
        return placed
