"""Network cameras, recordings and broadcasts at an address: RTSP, HTTP, HLS, UDP."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from har_live.errors import SourceError
from har_live.redact import redact_url
from har_live.sources.address import open_address, with_small_scheme
from har_live.sources.jpegs import BY_MARKERS, JpegCamera, SnapshotCamera, is_single
from har_live.sources.media import MediaSource
from har_live.sources.media.faults import PASSWORD_HINT
from har_live.sources.web_answer import WebAnswer, look_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from har_live.sources.base import Source
    from har_live.sources.settings import SourceSettings

RTSP_OPTIONS = {
    # FFmpeg looks at two seconds of a stream that its SDP describes anyway. "nobuffer" would throw
    # away what it looked at, and with it the key frame: the first picture comes later, not sooner.
    "analyzeduration": "500000",
    "buffer_size": "1048576",  # a key frame over UDP comes at once and is larger than the default
}

_ODD_PASSWORD = re.compile(r"[^/?#@:]+:(?!\d+[/?#])[^@]*[@/?#].*@")
"""Text after a scheme where a password seems to hold letters that end it. A port holds digits."""


def open_network(url: str, options: SourceSettings) -> Source:
    """Open whatever FFmpeg plays at an address; a web page goes to yt-dlp, which may know it.

    Raises:
        SourceError: it can't be opened, or nothing in it can be decoded.
    """
    url = with_small_scheme(url)
    scheme, _, rest = url.partition("://")
    try:
        return _open(url, scheme, options)
    except SourceError as error:
        if _ODD_PASSWORD.match(rest) is None or PASSWORD_HINT in str(error):
            raise
        raise SourceError(f"{error}; {PASSWORD_HINT}") from error


def _open(url: str, scheme: str, options: SourceSettings) -> Source:
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


def _open_page(url: str, options: SourceSettings) -> Source:
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
    options: SourceSettings,
) -> Source:
    """Open pictures without end, or a single one, asked for again and again to be watched."""
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
    """Explain what went wrong, by what came back where that says more than FFmpeg does."""
    name = redact_url(url)
    if answer.kind == "circle":
        what = (
            "the server redirects without end; open the address in a browser to see what it wants"
        )
        return SourceError(f"{name}: {what}")
    if answer.media_type.startswith("text/") or answer.media_type == "application/json":
        return SourceError(f"{name}: {answer.media_type} came back, not a video; check the address")
    return error
