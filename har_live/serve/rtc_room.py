"""How many visitors with cameras there is room for, by how late their labels are.

Of the delay there are two witnesses. The page knows all of it, from the camera to the drawn label,
and says so once a second; but a page can say what it likes. The server knows its own part, from
when a grid frame is due to its answer, by its own clock and whatever times the pictures claim.
So what a page says is believed up to ``MOST_TIMES`` the server's own part:

- A page that lies, or whose own network is slow, does not count as late while the server is quick:
  it can have nobody refused and nobody seen out. Where the server is slow, it has no need to lie.
- A page that hides its delay hides no load: the server's own part counts whatever is said, and
  others speak for themselves.
- Nobody speaks of another, and only who came last is seen out: a liar among the first can have
  others go a little early where the server is slow anyhow, and one who comes to do harm goes
  first. As many as were too many are not let in again for a while, whoever asks.
- A visitor who is alone is never seen out, nor is anybody refused on a server without visitors.
"""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

MOST_ROUND_SECONDS = 0.4
"""Nobody more is let in where a turn of everybody would take longer than this: labels would be
later than half a second."""
NEAR_SECONDS = 0.35
"""Nobody more is let in while somebody's labels are later than this."""
LATE_SECONDS = 0.5
PATIENCE_SECONDS = 4.0
"""Labels later than ``LATE_SECONDS`` for so long are too late: a machine has hiccups."""
FULL_SECONDS = 60.0
"""For so long no more are let in than were served well."""
MOST_TIMES = 3.0
"""A machine that is full delays all of the way, of which the server's own part is a third or so:
measured with four tabs on two cores."""
RECENT_SECONDS = 2.0
_SHARE = 0.8
"""Of what was measured lately, so many were within the delay that counts."""


class Delay:
    """How late the labels of one visitor are.

    Args:
        now: tells the seconds.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._own: deque[tuple[float, float]] = deque(maxlen=50)  # when, the server's part
        self._said: tuple[float, float] | None = None  # when, all of it

    def measure(self, seconds: float) -> None:
        """Take in the server's part of one answer."""
        self._own.append((self._now(), seconds))

    def hear(self, said_ms: object) -> None:
        """Take in what the page says, if it makes sense."""
        if isinstance(said_ms, int | float) and 0 <= said_ms < 60_000:
            self._said = self._now(), said_ms / 1000

    @property
    def seconds(self) -> float:
        """Delay that is believed; 0 where nothing was measured lately."""
        since = self._now() - RECENT_SECONDS
        own = sorted(seconds for when, seconds in self._own if when >= since)
        if not own:
            return 0.0
        measured = own[min(len(own) - 1, int(_SHARE * len(own)))]
        if self._said is None or self._said[0] < since:
            return measured
        return max(measured, min(self._said[1], measured * MOST_TIMES))


class Guest(Protocol):
    """Somebody who is here."""

    @property
    def own_seconds(self) -> float:
        """Time that one grid frame of theirs takes the scorer, without the wait for a turn."""

    @property
    def delay_seconds(self) -> float:
        """See ``Delay.seconds``."""


class Room:
    """Says whether one more may come in, and whether there are too many.

    Args:
        max_guests: there are never more.
        now: tells the seconds.
    """

    def __init__(self, max_guests: int, now: Callable[[], float] = time.monotonic) -> None:
        self._max_guests = max_guests
        self._now = now
        self._late_since_seconds: float | None = None
        self._num_too_many = max_guests + 1
        self._full_until_seconds = now()

    def has_place(self, guests: Collection[Guest], num_expected: int) -> bool:
        """Return whether one more may come in, beside those who are about to."""
        wanted = len(guests) + num_expected + 1
        slowest_seconds = max((guest.own_seconds for guest in guests), default=0.0)
        if wanted > self._max_guests or (guests and wanted * slowest_seconds > MOST_ROUND_SECONDS):
            return False
        if self._now() < self._full_until_seconds and wanted >= self._num_too_many:
            return False
        return all(guest.delay_seconds <= NEAR_SECONDS for guest in guests)

    def has_too_many(self, guests: Collection[Guest]) -> bool:
        """Return whether who came last has to go; ask every second or so."""
        late = any(guest.delay_seconds > LATE_SECONDS for guest in guests)
        if not late or len(guests) < 2:
            self._late_since_seconds = None
            return False
        now = self._now()
        if self._late_since_seconds is None:
            self._late_since_seconds = now
        if now - self._late_since_seconds < PATIENCE_SECONDS:
            return False
        self._late_since_seconds = None  # those who stay get as long to recover
        self._num_too_many, self._full_until_seconds = len(guests), now + FULL_SECONDS
        return True
