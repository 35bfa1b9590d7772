"""Completing a recording while the next one is being written."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING

from har_live.errors import HarLiveError
from har_live.threads import start_thread

if TYPE_CHECKING:
    from har_live.sinks.video import VideoFile

WAKE_SECONDS = 0.5
"""A wait without a limit can't be interrupted by Ctrl-C on Windows."""


class Finisher:
    """Completes one recording at a time, on a thread of its own; where none can be had, at once."""

    def __init__(self) -> None:
        self._thread: Thread | None = None
        self._error: BaseException | None = None

    def finish(self, video: VideoFile) -> None:
        """Complete a recording soon; the one before is complete, see ``wait``."""
        thread = Thread(target=self._close, args=(video,), name="har-live-finish")
        try:
            start_thread(thread)
        except HarLiveError:
            self._close(video)
        else:
            self._thread = thread

    def wait(self) -> None:
        """Wait until the recording is complete.

        Raises:
            SinkError: it can't be.
        """
        thread, self._thread = self._thread, None
        while thread is not None and thread.is_alive():
            thread.join(WAKE_SECONDS)
        error, self._error = self._error, None
        if error is not None:
            raise error

    def _close(self, video: VideoFile) -> None:
        try:
            video.close(complete=False)
        except BaseException as error:
            self._error = error
