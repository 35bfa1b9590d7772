"""Video files and addresses, through PyAV: whatever FFmpeg can open and decode."""

from __future__ import annotations

from typing import TYPE_CHECKING

# OpenCV first: both wheels bring a libxcb-shm of the same name, and a window of OpenCV's hangs for
# ever when PyAV's was loaded before (PyAV#978, seen with av 18.1 and OpenCV 5.0).
import cv2  # noqa: F401

from har_live.sources.media.source import MediaSource

if TYPE_CHECKING:
    from har_live.sources.options import SourceOptions

__all__ = ["MediaSource", "open_file"]


def open_file(path: str, options: SourceOptions) -> MediaSource:
    """The video in a file.

    Raises:
        SourceError: it can't be opened, or nothing in it can be decoded.
    """
    return MediaSource(path, hwaccel=options.hwaccel)
