"""Videos of strangers: only what is nothing but a video is opened.

Playlists, scripts and descriptions name other files and addresses, which FFmpeg would read for
whoever sent them: HLS, DASH, ``concat``, SDP, pictures by number. So only containers that hold
their frames themselves are allowed, and FFmpeg may read nothing but this one file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from har_live.errors import SourceError
from har_live.sources.media.source import MediaSource

if TYPE_CHECKING:
    from pathlib import Path

FORMATS = (
    *("mov", "matroska", "webm", "avi", "mpegts", "mpeg", "flv", "ogg", "asf", "gif", "mjpeg"),
    *("mpegvideo", "h264", "hevc", "m4v", "mxf", "ivf", "apng", "wtv", "nut"),
)
"""FFmpeg's names of containers, and of streams without one, that hold nothing but themselves."""
MAX_PIXELS = 8192 * 8192
"""A few bytes can stand for a picture that fills the memory."""


def check_stranger(path: Path) -> None:
    """Refuse what isn't a video by itself, or whose pictures are far too large.

    Raises:
        SourceError: it is refused, or nothing in it can be decoded.
    """
    options = {
        "format_whitelist": ",".join(FORMATS),
        "protocol_whitelist": "file",
        "max_pixels": str(MAX_PIXELS),
    }
    try:
        MediaSource(path, options=options, name=path.name).close()
    except SourceError as error:
        if "Invalid argument" in str(error):  # what FFmpeg says of formats that are not allowed
            raise SourceError(f"{path.name}: not a video file of a kind that is taken") from error
        raise
