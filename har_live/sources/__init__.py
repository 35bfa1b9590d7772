"""Where frames come from."""

from __future__ import annotations

from har_live.sources.base import Source

__all__ = ["Source", "open_source"]

NETWORK_TIMEOUT_SECONDS = 10.0
"""Longest wait for a server: to answer, and then for each packet."""


def open_source(spec: str) -> Source:
    """The source that a person means by ``spec``.

    Args:
        spec: ``figure`` (the built-in person), a path, or a URL.

    Raises:
        SourceError: it can't be opened, or nothing in it can be decoded.
    """
    # Each kind is imported where it is chosen: `har-live --help` must load neither PyAV nor OpenCV.
    if spec == "figure":
        from har_live.sources.figure import FigureSource

        return FigureSource()
    from har_live.sources.media import MediaSource

    return MediaSource(spec, timeout_seconds=NETWORK_TIMEOUT_SECONDS if "://" in spec else None)
