"""The screen: what a monitor of this machine or a window on it shows, as a camera would see it."""

from __future__ import annotations

import logging
import os
import sys
import time
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Protocol

import cv2
import mss
import numpy as np
from mss.exception import ScreenShotError

from har_live.errors import SourceError
from har_live.sources.base import Source
from har_live.sources.x11_windows import WindowRegion
from har_live.types import Frame, VideoInfo

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from har_live.sources.settings import SourceSettings
    from har_live.types import Image

logger = logging.getLogger(__name__)

SCREEN_FPS = 15.0
"""Pictures a second where nothing else is asked for: a 4K one takes tens of milliseconds."""
_FAILURES = (ScreenShotError, OSError, AssertionError)
"""Errors of mss 10.2; the last where the X server went away."""
_HINTS = {
    "darwin": "allow the terminal in System Settings → Privacy & Security → Screen Recording",
    "win32": "run it in the session of the user who is logged in",
}
_HINT = _HINTS.get(sys.platform, "run it in a desktop session, or set DISPLAY")


class _Region(Protocol):
    """A part of the screen, which may move."""

    def now(self) -> dict[str, int]: ...


class _Monitor:
    def __init__(self, region: dict[str, int]) -> None:
        self._region = region

    def now(self) -> dict[str, int]:
        return self._region


class ScreenSource(Source):
    """A whole monitor, or the part of it that a window takes, with all that covers the window.

    Times are those at which it was looked at, from 0.
    """

    def __init__(self, spec: str, options: SourceSettings) -> None:
        """Looks at it once.

        Args:
            spec: ``screen`` for the first monitor, ``screen:2`` for the second, ``screen:Firefox``
                for the topmost window with that in its title.
            options: ``camera_fps`` is read.

        Raises:
            SourceError: there is no such monitor or window, or it can't be seen.
        """
        _warn_of_wayland()
        self._period_seconds = 1 / (options.camera_fps or SCREEN_FPS)
        wished = spec.partition(":")[2] or "1"
        self._name = f"screen {wished}"
        with ExitStack() as stack:
            try:
                self._screens = mss.MSS()
            except _FAILURES as error:
                raise self._unseen(error) from error
            stack.callback(self._close_screens)
            self._region: _Region
            if wished.isdecimal():
                self._region = self._monitor_of(int(wished))
            else:
                self._region = stack.enter_context(WindowRegion(wished))
            image = self._look()
            self._closing = stack.pop_all()
        height, width = image.shape[:2]
        fps = 1 / self._period_seconds
        self._info = VideoInfo(self._name, width, height, fps, is_live=True)
        self._frames = self._read(image)

    @property
    def info(self) -> VideoInfo:
        return self._info

    def __iter__(self) -> Iterator[Frame]:
        """Frames at the pace asked for, without end, until ``close``.

        Raises:
            SourceError: the monitor, the window or its session is gone.
        """
        return self._frames

    def close(self) -> None:
        self._frames.close()
        self._closing.close()

    def _close_screens(self) -> None:
        with suppress(*_FAILURES):  # it is gone already
            self._screens.close()

    def _read(self, image: Image) -> Generator[Frame, None, None]:
        started_seconds = due_seconds = seen_seconds = time.monotonic()
        while True:
            yield Frame(image, seen_seconds - started_seconds)
            # Who is late begins a new beat: a picture of the past can't be had.
            due_seconds = max(due_seconds + self._period_seconds, time.monotonic())
            time.sleep(max(0.0, due_seconds - time.monotonic()))
            seen_seconds = time.monotonic()
            image = self._look()

    def _look(self) -> Image:
        region = self._region.now()
        try:
            shot = self._screens.grab(region)
        except _FAILURES as error:
            raise self._unseen(error) from error
        pixels = np.frombuffer(shot.raw, np.uint8).reshape(shot.height, shot.width, 4)
        return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGRA2RGB), np.uint8)

    def _monitor_of(self, number: int) -> _Monitor:
        try:
            _all_together, *monitors = self._screens.monitors
        except _FAILURES as error:
            raise self._unseen(error) from error
        if 1 <= number <= len(monitors):
            return _Monitor(monitors[number - 1])
        known = ", ".join(
            f"screen:{n} ({monitor['width']}×{monitor['height']})"
            for n, monitor in enumerate(monitors, 1)
        )
        raise SourceError(f"{self._name}: no such screen; there are: {known or 'none'}")

    def _unseen(self, error: Exception) -> SourceError:
        return SourceError(f"{self._name} can't be seen ({error}); {_HINT}")


def _warn_of_wayland() -> None:
    if sys.platform == "linux" and os.environ.get("WAYLAND_DISPLAY"):
        logger.warning("Wayland may show a black screen only; log in with Xorg to be sure")
