"""The one line in the middle of the picture, for when something is amiss or was just done."""

from __future__ import annotations

SILENT_SECONDS = 1.0
"""Without a new frame for this long, the picture says so."""
FLASH_SECONDS = 2.0
"""Time for which it is said that a file was saved."""


class Notices:
    """Knows what to say; times are on the clock of live use.

    Args:
        name: of the source, for people.
        can_stall: whether frames that don't come are worth a word: a recording has its own pauses.
    """

    def __init__(self, name: str, *, can_stall: bool, now_seconds: float) -> None:
        self._name = name
        self._can_stall = can_stall
        self._is_open = False
        self._attempt = 0
        self._seen_seconds = now_seconds
        self._over = ""
        self._flash = ""
        self._flash_until_seconds = now_seconds

    def frame_came(self, now_seconds: float) -> None:
        self._seen_seconds = now_seconds
        self._is_open = True

    def opened(self) -> None:
        """Note that the source is there, for the first time or again."""
        self._attempt = 0

    def lost(self, attempt: int) -> None:
        """Note that the source is being opened again for the ``attempt``-th time."""
        self._attempt = attempt

    def over(self, text: str) -> None:
        """Note that nothing will come any more, and what to say from now on."""
        self._over = text

    def flash(self, text: str, now_seconds: float) -> None:
        """Say something for a moment."""
        self._flash, self._flash_until_seconds = text, now_seconds + FLASH_SECONDS

    def is_silent(self, now_seconds: float) -> bool:
        """Return whether no frame has come for a while."""
        return now_seconds - self._seen_seconds >= SILENT_SECONDS

    def text(self, now_seconds: float, *, is_paused: bool = False) -> str | None:
        """Return what to say now, if anything; ``is_paused``: nobody expects a frame."""
        if now_seconds < self._flash_until_seconds:
            return self._flash
        if self._over:
            return self._over
        if is_paused:
            return None
        if self._attempt:
            return f"reconnecting, attempt {self._attempt}"
        if not self.is_silent(now_seconds):
            return None
        if not self._is_open:
            return f"opening {self._name}"
        return (
            f"no signal for {now_seconds - self._seen_seconds:.0f} s" if self._can_stall else None
        )
