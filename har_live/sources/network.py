"""Network cameras, recordings and broadcasts at an address: RTSP, HTTP, HLS, UDP."""

from __future__ import annotations

import re
import time
from functools import partial
from typing import TYPE_CHECKING

from har_live.errors import SourceError
from har_live.redact import redact_url
from har_live.sources.base import Source
from har_live.sources.jpegs import BY_MARKERS, JpegCamera, SnapshotCamera, is_single
from har_live.sources.media import MediaSource
from har_live.sources.media.faults import PASSWORD_HINT
from har_live.sources.web_answer import WebAnswer, look_at

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping

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

_ODD_PASSWORD = re.compile(r"[^/?#@:]+:(?!\d+[/?#])[^@]*[@/?#].*@")
"""What follows a scheme where a password seems to hold letters that end it. A port holds digits."""


def open_network(url: str, options: SourceOptions) -> Source:
    """Whatever FFmpeg plays at an address; a web page goes to yt-dlp, which may know it.

    Raises:
        SourceError: it can't be opened, or nothing in it can be decoded.
    """
    scheme, _, rest = url.partition("://")
    try:
        return _open(url, scheme, options)
    except SourceError as error:
        if _ODD_PASSWORD.match(rest) is None or PASSWORD_HINT in str(error):
            raise
        raise SourceError(f"{error}; {PASSWORD_HINT}") from error


def _open(url: str, scheme: str, options: SourceOptions) -> Source:
    wishes = dict(RTSP_OPTIONS) if scheme in ("rtsp", "rtsps") else {}
    if scheme == "rtsp":
        wishes["rtsp_transport"] = options.rtsp_transport
    is_http = scheme in ("http", "https")
    open_again = partial(
        open_address,
        url,
        options=wishes,
        timeout_seconds=options.timeout_seconds,
        hwaccel=options.hwaccel,
    )
    open_by_markers = partial(open_again, options=BY_MARKERS, container_format="mjpeg")
    try:
        source = open_again()
    except SourceError as error:
        # Asked only now: many a camera has room for one viewer, and media needs no second request.
        if not is_http:
            raise
        answer = look_at(url, timeout_seconds=options.timeout_seconds)
        if answer.kind == "jpeg":
            return open_by_markers()
        if answer.kind == "page":
            return _open_page(url, options)
        raise _explained(error, url, answer) from error
    if not is_http or not isinstance(source, MediaSource):
        return source
    if source.container_format == "mpjpeg":
        return JpegCamera(source, open_by_markers)
    if source.container_format.endswith("_pipe"):  # so FFmpeg calls pictures that are no files
        return _open_pictures(source, open_again, open_by_markers, options)
    return source


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
        hwaccel: see ``SourceOptions``.
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


def _open_page(url: str, options: SourceOptions) -> Source:
    """The video on a web page, where yt-dlp knows one."""
    from har_live.sources.youtube import open_youtube

    try:
        return open_youtube(url, options)
    except SourceError as error:
        hint = "if it asks for a password, write http://user:password@host/… of the stream itself"
        raise SourceError(f"{error}; a web page came back: {hint}") from error


def _open_pictures(
    source: MediaSource,
    open_again: Callable[[], Source],
    open_by_markers: Callable[[], Source],
    options: SourceOptions,
) -> Source:
    """Pictures without end, or a single one, which is asked for again and again to be watched."""
    name = source.info.name
    if not is_single(source):
        source.close()
        return open_by_markers()
    if options.live:
        return SnapshotCamera(source, open_again, options)
    source.close()
    raise SourceError(
        f"{name}: is a single picture, not a video; `har-live live` asks for it again and again"
    )


def _explained(error: SourceError, url: str, answer: WebAnswer) -> SourceError:
    """What went wrong, by what came back where that says more than FFmpeg does."""
    name = redact_url(url)
    if answer.kind == "circle":
        what = (
            "the server redirects without end; open the address in a browser to see what it wants"
        )
        return SourceError(f"{name}: {what}")
    if answer.media_type.startswith("text/") or answer.media_type == "application/json":
        return SourceError(f"{name}: {answer.media_type} came back, not a video; check the address")
    return error
