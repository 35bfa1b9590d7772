"""Where frames come from."""

from __future__ import annotations

from har_live.sources.base import Source
from har_live.sources.kinds import FIGURE, kind_of, with_small_scheme
from har_live.sources.options import SourceOptions

__all__ = ["FIGURE", "Source", "SourceOptions", "open_source"]


def open_source(spec: str, options: SourceOptions | None = None) -> Source:
    """The source that a person means by ``spec``.

    Args:
        spec: ``figure`` (the built-in person), a camera's number or part of its name, a path, a
            URL, or the address of a YouTube video.
        options: how to open it.

    Raises:
        SourceError: it can't be opened, or nothing in it can be decoded.
    """
    options = options or SourceOptions()
    # Each kind is imported where it is chosen: `har-live --help` must load neither PyAV nor OpenCV.
    match kind_of(spec):
        case "figure":
            from har_live.sources.figure import FigureSource

            return FigureSource()
        case "camera":
            from har_live.sources.camera import CameraSource

            return CameraSource(spec, options)
        case "youtube":
            from har_live.sources.youtube import open_youtube

            return open_youtube(spec if "://" in spec else f"https://{spec}", options)
        case "address":
            from har_live.sources.network import open_network

            return open_network(with_small_scheme(spec), options)
        case "file":
            from har_live.sources.media import MediaSource

            return MediaSource(spec, hwaccel=options.hwaccel)
