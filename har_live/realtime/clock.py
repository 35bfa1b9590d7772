"""Time in live use."""

from __future__ import annotations

import time


class Clock:
    """Seconds that never run backward. ``speed`` plays an hour in minutes, for tests."""

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed

    def now(self) -> float:
        """Return the seconds since some moment in the past."""
        return time.monotonic() * self._speed

    def wait_seconds(self, seconds: float) -> float:
        """Return what to pass to a wait of the operating system that is to last ``seconds``."""
        return seconds / self._speed


class LiveTimeline:
    """Puts the frames of a live source on one time line: seconds since its first frame.

    Their distances are the source's own, which are more even than the arrivals. A source's clock
    may jump, and begins anew with every connection: then the arrival says where it goes on.
    """

    MAX_DRIFT_SECONDS = 2.0
    """A source's clock further from the arrivals than this has jumped."""

    def __init__(self) -> None:
        self._begin_seconds: float | None = None
        self._shift_seconds: float | None = None

    def restart(self) -> None:
        """Forget the source's clock: the next frame comes over a new connection."""
        self._shift_seconds = None

    def place(self, pts_seconds: float, arrival_seconds: float) -> float:
        """Return the seconds at which a frame belongs that says ``pts_seconds`` of itself."""
        if self._begin_seconds is None:
            self._begin_seconds = arrival_seconds
        expected = arrival_seconds - self._begin_seconds
        shift = self._shift_seconds
        if shift is None or abs(pts_seconds + shift - expected) > self.MAX_DRIFT_SECONDS:
            self._shift_seconds = shift = expected - pts_seconds
        return pts_seconds + shift
