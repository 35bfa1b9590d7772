"""Video files and addresses, through PyAV: whatever FFmpeg can open and decode."""

from har_live.sources.media.source import MediaSource

__all__ = ["MediaSource"]
