"""The pace of a recording: when its frames are due, and how its reader is stopped and paused."""

from __future__ import annotations

from threading import Condition
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from har_live.realtime.clock import Clock

MAX_LATE_SECONDS = 1.0
"""Further behind than this, a recording goes on from where it is instead of hurrying after."""


class Playback:
    """Lets a recording last as long as it is. One thread waits here, others command it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._changed = Condition()
        self._is_stopped = False
        self._paused_since_seconds: float | None = None
        self._zero_seconds: float | None = None  # when the recording's second 0 was, or would be

    def is_stopped(self) -> bool:
        """Return whether ``stop`` was called."""
        return self._is_stopped

    def stop(self) -> None:
        """End every wait, now and from now on."""
        with self._changed:
            self._is_stopped = True
            self._changed.notify_all()

    def pause(self) -> None:
        """Stand still until ``resume``."""
        with self._changed:
            self._paused_since_seconds = self._clock.now()

    def resume(self) -> None:
        """Go on from where it stood."""
        with self._changed:
            if self._paused_since_seconds is not None and self._zero_seconds is not None:
                self._zero_seconds += self._clock.now() - self._paused_since_seconds
            self._paused_since_seconds = None
            self._changed.notify_all()

    def sleep(self, seconds: float) -> None:
        """Wait; ``stop`` ends it early."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_stopped, self._clock.wait_seconds(seconds))

    def wait_until_due(self, pts_seconds: float) -> None:
        """Wait for the moment of the frame at ``pts_seconds``; the first one is due at once."""
        with self._changed:
            while not self._is_stopped:
                if self._paused_since_seconds is not None:
                    self._changed.wait()
                    continue
                late_seconds = self._late_seconds(pts_seconds)
                if late_seconds >= 0:
                    return
                self._changed.wait(self._clock.wait_seconds(-late_seconds))

    def _late_seconds(self, pts_seconds: float) -> float:
        now_seconds = self._clock.now()
        late = (
            None if self._zero_seconds is None else now_seconds - self._zero_seconds - pts_seconds
        )
        if late is None or late > MAX_LATE_SECONDS:
            self._zero_seconds = now_seconds - pts_seconds
            return 0.0
        return late
