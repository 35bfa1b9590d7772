"""The source for YouTube: its addresses expire, and it goes on with new ones."""

from __future__ import annotations

import logging
import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from har_live.errors import SourceError
from har_live.sources.address import open_address
from har_live.sources.base import Source
from har_live.sources.youtube.failures import UPDATE
from har_live.sources.youtube.resolve import Resolution, resolve

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from har_live.sources.settings import SourceSettings
    from har_live.types import Address, Frame, VideoInfo

logger = logging.getLogger(__name__)

RENEWAL_SECONDS = 30.0
"""Time before an address expires at which a new one is asked for."""
PAUSES_SECONDS = (0.0, 1.0, 3.0)
"""Before each attempt to go on, as long as no new frame comes; after the last one it is lost."""
SAME_CLOCK_SECONDS = 30.0
"""A live stream that comes back at most so far behind is on the same clock, and overlaps."""


def open_youtube(spec: str, options: SourceSettings) -> Source:
    """Open the video on a page that yt-dlp knows; the scheme may be left out.

    Raises:
        SourceError: no video there, or none that may be seen or decoded; says what to do.
    """
    return YouTubeSource(spec if "://" in spec else f"https://{spec}", options)


class YouTubeSource(Source):
    """The video on a page of YouTube's, or on another one that yt-dlp knows.

    When its address expires or the connection is lost, a new address is asked for, and a video goes
    on after the last frame given, a live stream at its live edge.
    """

    def __init__(self, page_url: str, options: SourceSettings) -> None:
        """Ask yt-dlp, open the stream and decode its first frame.

        Raises:
            SourceError: no video there, or none that may be seen or decoded; says what to do.
        """
        self._page_url = page_url
        self._options = options
        self._last_seconds = -math.inf
        self._last_arrival = -math.inf
        self._shift_seconds = 0.0
        self._failures = 0
        self._is_stale = False
        self._renew_at = math.inf
        self._resolution = self._resolve()
        self._source = self._open()
        self._info = self._source.info
        self._frames = self._read()

    @property
    def info(self) -> VideoInfo:
        return self._info

    @property
    def sound(self) -> Address | None:
        """Address of the sound of a video, which may be an address of its own."""
        return None if self._info.is_live else self._resolution.sound

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames in playing order.

        Raises:
            SourceError: it was lost, and new addresses were no help.
        """
        return self._frames

    def close(self) -> None:
        self._frames.close()
        self._source.close()

    def _resolve(self) -> Resolution:
        resolution = resolve(self._page_url, self._options)
        expires_at = resolution.expires_at
        # One that lies in the past says that a clock is wrong, not that there is nothing to see.
        is_ahead = expires_at is not None and expires_at - RENEWAL_SECONDS > time.time()
        self._renew_at = expires_at - RENEWAL_SECONDS if expires_at and is_ahead else math.inf
        return resolution

    def _open(self) -> Source:
        address = self._resolution.video
        is_resumed = not math.isinf(self._last_seconds) and not self._info.is_live
        try:
            return open_address(
                address.url,
                options=address.options,
                timeout_seconds=self._options.timeout_seconds,
                hwaccel=self._options.hwaccel,
                name=self._resolution.title,
                after_seconds=self._last_seconds if is_resumed else None,
            )
        except SourceError as error:
            raise SourceError(f"{error}; or update yt-dlp: {UPDATE}") from None

    def _read(self) -> Generator[Frame, None, None]:
        while True:
            try:
                if self._is_stale:
                    self._reopen()
                yield from self._play()
                if not self._is_stale:
                    return
            except SourceError as error:
                if self._failures == len(PAUSES_SECONDS):
                    raise
                logger.info("%s; asking for a new address", error)
                time.sleep(PAUSES_SECONDS[self._failures])
                self._failures += 1
                self._is_stale = True

    def _play(self) -> Generator[Frame, None, None]:
        """Yield the frames of one address, to the video's end or the address's."""
        for frame in self._source:
            placed = self._placed(frame)
            if placed is not None:
                self._failures = 0
                yield placed
            if time.time() > self._renew_at:
                self._is_stale = True
                return

    def _reopen(self) -> None:
        self._source.close()
        self._resolution = self._resolve()
        self._source = self._open()
        self._is_stale = False

    def _placed(self, frame: Frame) -> Frame | None:
        """Return the frame on the clock of those before it; None where it was given already."""
        now_seconds = time.monotonic()
        # Each opening counts from its own start.
        ahead_seconds = self._source.info.start_seconds - self._info.start_seconds
        pts_seconds = frame.pts_seconds + ahead_seconds + self._shift_seconds
        if pts_seconds <= self._last_seconds:
            if self._last_seconds - pts_seconds <= SAME_CLOCK_SECONDS:
                return None
            resumed_seconds = self._last_seconds + now_seconds - self._last_arrival
            self._shift_seconds += resumed_seconds - pts_seconds
            pts_seconds = resumed_seconds
        self._last_seconds, self._last_arrival = pts_seconds, now_seconds
        return replace(frame, pts_seconds=pts_seconds)
