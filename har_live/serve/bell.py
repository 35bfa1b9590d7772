"""Waking coroutines from threads."""

from __future__ import annotations

import asyncio
from contextlib import suppress

LONGEST_SILENCE_SECONDS = 15.0
"""Then something is said all the same: what lies between knows that the connection is in use, and
it is found out that a tab is gone."""


class Bell:
    """Any thread may ring; every coroutine that waits hears it. Made in the loop's thread."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()
        self.is_closed = False
        """True once the server ends: whoever waits in a loop should leave it."""

    def ring(self) -> None:
        """Wake all who wait. Change first what they wait for."""
        with suppress(RuntimeError):  # the loop has ended: nobody waits
            self._loop.call_soon_threadsafe(self._wake)

    def close(self) -> None:
        """Wake all, for the last time."""
        self.is_closed = True
        self.ring()

    async def heard(self, timeout_seconds: float) -> bool:
        """Wait for the next ring; return whether there was one in time.

        Look first whether there is something new: what is rung between that look and this wait is
        heard, too.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                await self._event.wait()
                return True
        return False

    def _wake(self) -> None:
        event, self._event = self._event, asyncio.Event()
        event.set()
