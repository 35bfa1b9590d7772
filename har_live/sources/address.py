"""Addresses that FFmpeg reads: what each protocol wants, and the pace of broadcasts in segments."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from har_live.sources.base import Source
from har_live.sources.media import MediaSource

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from har_live.types import Frame, VideoInfo

HTTP_OPTIONS = {
    # A recording whose connection breaks goes on where it was. FFmpeg does so only where the length
    # is known: a camera that hangs up is lost at once.
    "reconnect": "1",
    "reconnect_delay_max": "2",
}
HLS_OPTIONS = {
    "analyzeduration": "500000",
    # Playlists often hold three segments only. Whoever plays them at their own speed from the third
    # last on finds the next one gone.
    "live_start_index": "-2",
}
HLS_PATIENCE = 3.0
"""Timeouts without a frame: a broadcast in segments grows by up to ten seconds at a time."""
MAX_OFF_SECONDS = 1.0
"""A frame that is early or late by more than this begins a new beat."""


def open_address(
    url: str,
    *,
    options: Mapping[str, str],
    timeout_seconds: float,
    hwaccel: str,
    name: str | None = None,
    after_seconds: float | None = None,
    container_format: str | None = None,
) -> Source:
    """A ``MediaSource`` of an address, with what suits its protocol; a broadcast in segments comes
    at its own pace.

    Args:
        options: for FFmpeg, beside those of the protocol.
        hwaccel: see ``SourceSettings``.
        container_format: see ``MediaSource``.

    Raises:
        SourceError: it can't be opened, or nothing in it can be decoded.
    """
    scheme = url.partition("://")[0].lower()
    is_http = scheme in ("http", "https")
    is_hls = is_http and ".m3u8" in url
    if is_http:
        each_read = {"rw_timeout": str(round(timeout_seconds * 1e6))}
        options = {**HTTP_OPTIONS, **(HLS_OPTIONS if is_hls else {}), **each_read, **options}
    source = MediaSource(
        url,
        options=options,
        name=name,
        timeout_seconds=timeout_seconds * HLS_PATIENCE if is_hls else timeout_seconds,
        after_seconds=after_seconds,
        hwaccel=hwaccel,
        container_format=container_format,
    )
    return PacedSource(source) if is_hls and source.info.is_live else source


def with_small_scheme(spec: str) -> str:
    """``RTSP://Host/P`` → ``rtsp://Host/P``: FFmpeg knows no other; what is no address stays."""
    scheme, separator, rest = spec.partition("://")
    return f"{scheme.lower()}{separator}{rest}" if separator else spec


class PacedSource(Source):
    """A broadcast in segments, frame by frame at its own speed.

    It arrives several seconds at a time. Whoever took the frames as they come would see a leap
    every few seconds and nothing in between.
    """

    def __init__(self, source: Source) -> None:
        """Closes ``source`` with itself."""
        self._source = source
        self._frames = self._paced()

    @property
    def info(self) -> VideoInfo:
        return self._source.info

    def __iter__(self) -> Iterator[Frame]:
        """Frames, each no sooner than it is due.

        Raises:
            SourceError: the source was lost.
        """
        return self._frames

    def close(self) -> None:
        self._frames.close()
        self._source.close()

    def _paced(self) -> Generator[Frame, None, None]:
        origin_seconds = -float("inf")  # when, on the clock of this machine, second 0 is due
        for frame in self._source:
            wait_seconds = origin_seconds + frame.pts_seconds - time.monotonic()
            if abs(wait_seconds) > MAX_OFF_SECONDS:
                origin_seconds = time.monotonic() - frame.pts_seconds
            elif wait_seconds > 0:
                time.sleep(wait_seconds)
            yield frame
