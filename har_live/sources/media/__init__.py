"""Video files and addresses, through PyAV: whatever FFmpeg can open and decode."""

# OpenCV first: both wheels bring a libxcb-shm of the same name, and a window of OpenCV's hangs for
# ever when PyAV's was loaded before (PyAV#978, seen with av 18.1 and OpenCV 5.0).
import cv2  # noqa: F401

from har_live.sources.media.source import MediaSource

__all__ = ["MediaSource"]
