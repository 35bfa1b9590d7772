"""Video files and addresses, through PyAV: whatever FFmpeg can open and decode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from har_live.sources.media.source import MediaSource

if TYPE_CHECKING:
    from har_live.sources.settings import SourceSettings

__all__ = ["MediaSource", "open_file"]


def open_file(path: str, options: SourceSettings) -> MediaSource:
    """Open the video in a file.

    Raises:
        SourceError: it can't be opened, or nothing in it can be decoded.
    """
    return MediaSource(path, hwaccel=options.hwaccel)
