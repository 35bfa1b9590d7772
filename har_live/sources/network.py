"""Network cameras, recordings and broadcasts at an address: RTSP, HTTP, HLS, UDP."""

from __future__ import annotations

import time
import urllib.request
from http.client import HTTPException
from typing import TYPE_CHECKING

from har_live.errors import SourceError
from har_live.sources.base import Source
from har_live.sources.media import MediaSource

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from har_live.sources.options import SourceOptions
    from har_live.types import Frame, VideoInfo

RTSP_OPTIONS = {
    # FFmpeg looks at two seconds of a stream that its SDP describes anyway. "nobuffer" would throw
    # away what it looked at, and with it the key frame: the first picture comes later, not sooner.
    "analyzeduration": "500000",
    "buffer_size": "1048576",  # a key frame over UDP comes at once and is larger than the default
}
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


def open_network(url: str, options: SourceOptions) -> Source:
    """Whatever FFmpeg plays at an address; a web page goes to yt-dlp, which may know it.

    Raises:
        SourceError: it can't be opened, or nothing in it can be decoded.
    """
    scheme = url.partition("://")[0].lower()
    wishes = dict(RTSP_OPTIONS) if scheme in ("rtsp", "rtsps") else {}
    if scheme == "rtsp":
        wishes["rtsp_transport"] = options.rtsp_transport
    try:
        return open_address(
            url,
            options=wishes,
            timeout_seconds=options.timeout_seconds,
            hwaccel=options.hwaccel,
        )
    except SourceError:
        # Asked only now: many a camera has room for one viewer, and media needs no second request.
        if scheme not in ("http", "https") or not _is_web_page(url, options.timeout_seconds):
            raise
    from har_live.sources.youtube import open_youtube

    return open_youtube(url, options)


def open_address(
    url: str,
    *,
    options: Mapping[str, str],
    timeout_seconds: float,
    hwaccel: str,
    name: str | None = None,
    after_seconds: float | None = None,
) -> Source:
    """A ``MediaSource`` of an address, with what suits its protocol; a broadcast in segments comes
    at its own pace.

    Args:
        options: for FFmpeg, beside those of the protocol.
        hwaccel: see ``SourceOptions``.

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
    )
    return PacedSource(source) if is_hls and source.info.is_live else source


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


def _is_web_page(url: str, timeout_seconds: float) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=timeout_seconds) as answer:
            return bool(answer.headers.get_content_type() in ("text/html", "application/xhtml+xml"))
    except (OSError, ValueError, HTTPException):
        return False
