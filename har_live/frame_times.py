"""Gives every frame a moment of its own, later than the one before, however odd the timestamps."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction

RESTART_SECONDS = 1.0
"""A step back of more than this is a clock that began anew (joined recordings, a camera that was
switched off and on); a smaller one is a duplicate, or two frames in the wrong order."""
SLACK_SECONDS = 5.0
"""Time that sound may reach beyond the pictures of its piece."""

MAX_LEAD_SECONDS = 10
"""A first frame later than this is taken for a running clock, not for a late start."""


def is_running(first_seconds: float | Fraction) -> bool:
    """Return whether a clock that gives its first frame this time was running before: then what is
    written begins with that frame, and not at the clock's 0."""
    return not 0 <= first_seconds <= MAX_LEAD_SECONDS


@dataclass(slots=True)
class Piece:
    """A stretch between two jumps of a clock."""

    first_ticks: int
    """First tick, by the clock itself."""
    last_ticks: int
    """Last tick so far, by the clock itself."""
    shift_ticks: int
    """Ticks to add, which place it behind the piece before."""


class Timeline:
    """Places frames in time, in ticks of the stream's time base, strictly increasing.

    - A timestamp later than the previous frame's is kept as it is.
    - A missing one continues where the previous frame ends.
    - A repeated one, or a small step back, comes one tick after the previous frame, so that the
      frames around it keep their own time.
    - After a large step back, or one ahead of more than ``max_gap_seconds``, the clock has begun
      anew: it goes on where the previous frame ends, and the following frames keep their distances,
      until one comes right after what was shown by its own timestamp.
    """

    def __init__(
        self,
        time_base: Fraction,
        *,
        usual_ticks: int,
        start_ticks: int = 0,
        max_gap_seconds: float = math.inf,
        least_ticks: int = 1,
    ) -> None:
        """
        Args:
            usual_ticks: how long a frame lasts that doesn't say so itself.
            start_ticks: the time of a first frame without a timestamp.
            max_gap_seconds: a step ahead of more than this is a clock that began anew.
            least_ticks: from each frame to the next, so that they differ on a coarser clock, too.
        """
        self._time_base = time_base
        self._restart_ticks = RESTART_SECONDS / time_base
        self._max_gap_ticks = max_gap_seconds / time_base
        self._usual_ticks = max(1, usual_ticks)
        self._least_ticks = least_ticks
        self._previous_ticks: int | None = None
        self._pieces: list[Piece] = []
        self.has_jumped = False
        """True if the clock began anew with the frame placed last."""
        self.end_ticks = start_ticks
        """Tick at which the frame placed last ends."""

    @property
    def num_jumps(self) -> int:
        """Number of times that the clock jumped, or came back to itself."""
        return max(0, len(self._pieces) - 1)

    def place(self, pts_ticks: int | None, duration_ticks: int | None = None) -> int:
        """Return the tick at which a frame is shown that states these two, or doesn't."""
        self.has_jumped = False
        placed = self.end_ticks if pts_ticks is None else self._after_previous(pts_ticks)
        self._previous_ticks = placed
        lasts = duration_ticks or 0
        self.end_ticks = placed + (lasts if 0 < lasts <= self._max_gap_ticks else self._usual_ticks)
        return placed

    def locate(self, own_seconds: Fraction, previous_seconds: Fraction | None) -> Fraction | None:
        """Return where something else of the same clock belongs among the frames placed: sound.

        Args:
            own_seconds: its time by the clock itself.
            previous_seconds: where what came before it in the file was placed.

        Returns:
            Of the pieces that know that time, in the one that goes on nearest to what came before;
            None where none does.
        """
        if self.num_jumps == 0:
            return own_seconds
        last = self._pieces[-1]
        places = [
            own_seconds + piece.shift_ticks * self._time_base
            for piece in self._pieces
            if piece.first_ticks * self._time_base - own_seconds <= SLACK_SECONDS
            and (piece is last or own_seconds - piece.last_ticks * self._time_base <= SLACK_SECONDS)
        ]
        if previous_seconds is None:
            return places[0] if places else None
        return min(places, key=lambda place: abs(place - previous_seconds), default=None)

    def _after_previous(self, pts_ticks: int) -> int:
        previous = self._previous_ticks
        piece = self._pieces[-1] if self._pieces else self._begin(pts_ticks, 0)
        if previous is None:
            return pts_ticks
        step = pts_ticks + piece.shift_ticks - previous
        is_back = piece.shift_ticks and 0 < pts_ticks - previous <= self._restart_ticks
        if is_back and not 0 < step <= pts_ticks - previous:
            piece = self._begin(pts_ticks, 0)
        elif not -self._restart_ticks <= step <= self._max_gap_ticks:
            piece = self._begin(pts_ticks, self.end_ticks - pts_ticks)
            self.has_jumped = True
        piece.last_ticks = max(piece.last_ticks, pts_ticks)
        return max(pts_ticks + piece.shift_ticks, previous + self._least_ticks)

    def _begin(self, pts_ticks: int, shift_ticks: int) -> Piece:
        self._pieces.append(Piece(pts_ticks, pts_ticks, shift_ticks))
        return self._pieces[-1]


class ArrivalTimeline:
    """Places frames that come without a time of their own at their arrival, the first one at 0."""

    def __init__(self, time_base: Fraction) -> None:
        self._ticks_per_second = float(1 / time_base)
        self._origin_seconds: float | None = None
        self.has_jumped = False
        self.end_ticks = 0
        """Tick at which the frame placed last ends."""

    def place(self, _pts_ticks: int | None, _duration_ticks: int | None = None) -> int:
        """Return the tick of now; frames that came at once lie a tick apart."""
        now_seconds = time.monotonic()
        if self._origin_seconds is None:
            self._origin_seconds = now_seconds
        arrival_ticks = round((now_seconds - self._origin_seconds) * self._ticks_per_second)
        placed = max(self.end_ticks, arrival_ticks)
        self.end_ticks = placed + 1
        return placed
