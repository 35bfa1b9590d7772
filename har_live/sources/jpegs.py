"""Cameras that send one JPEG after the other over HTTP, or one for each request."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from har_live.errors import SourceError
from har_live.sources.base import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from har_live.sources.media import MediaSource
    from har_live.sources.settings import SourceSettings
    from har_live.types import Frame, VideoInfo

BY_MARKERS = {"probesize": "32", "analyzeduration": "0"}
"""Options for FFmpeg, with the format ``mjpeg``: it finds pictures by their markers, whatever
stands in between. What it would look at beforehand takes seconds and tells nothing."""
SNAPSHOT_FPS = 5.0
"""Pictures a second asked of a camera that gives one for each request."""


class JpegCamera(Source):
    """A camera whose JPEGs come in parts, each behind a head.

    Where the heads are wrong (a length that is none, a boundary that does not come) FFmpeg loses
    its place; then the camera is asked again, and the pictures are told by their own markers.
    """

    def __init__(self, source: MediaSource, open_by_markers: Callable[[], Source]) -> None:
        """Closes ``source`` with itself."""
        self._parts = source
        self._source: Source = source
        self._open_by_markers = open_by_markers
        self._frames = self._read()

    @property
    def info(self) -> VideoInfo:
        return self._parts.info

    def __iter__(self) -> Iterator[Frame]:
        """Frames at their arrival.

        Raises:
            SourceError: the camera was lost.
        """
        return self._frames

    def close(self) -> None:
        self._frames.close()
        self._source.close()

    def _read(self) -> Generator[Frame, None, None]:
        started_seconds = time.monotonic()
        try:
            yield from self._parts
            return
        except SourceError:
            if not (self.info.is_live and self._parts.lost_its_place):
                raise
        self._parts.close()
        self._source = self._open_by_markers()
        shift_seconds = time.monotonic() - started_seconds
        for frame in self._source:
            yield replace(frame, pts_seconds=frame.pts_seconds + shift_seconds)


class SnapshotCamera(Source):
    """A camera that gives one picture for each request: it is asked again and again."""

    def __init__(self, source: Source, open_again: Callable[[], Source], options: SourceSettings):
        """Closes ``source``, which holds the first picture."""
        self._open_again = open_again
        self._period_seconds = 1 / (options.camera_fps or SNAPSHOT_FPS)
        self._patience_seconds = options.timeout_seconds
        self._info = replace(
            source.info, fps=None, duration_seconds=None, num_frames=None, is_live=True
        )
        source.close()
        self._frames = self._read()

    @property
    def info(self) -> VideoInfo:
        return self._info

    def __iter__(self) -> Iterator[Frame]:
        """Frames at their arrival, from 0.

        Raises:
            SourceError: the camera gave no picture for ``timeout_seconds``.
        """
        return self._frames

    def close(self) -> None:
        self._frames.close()

    def _read(self) -> Generator[Frame, None, None]:
        started_seconds = last_seconds = time.monotonic()
        while True:
            asked_seconds = time.monotonic()
            try:
                with self._open_again() as source:
                    frame = next(iter(source))
            except SourceError:  # busy for a moment, as small cameras are
                if asked_seconds - last_seconds > self._patience_seconds:
                    raise
            else:
                last_seconds = time.monotonic()
                yield replace(frame, pts_seconds=last_seconds - started_seconds)
            time.sleep(max(0.0, asked_seconds + self._period_seconds - time.monotonic()))


def is_single(source: Source) -> bool:
    """Return whether there is one picture and no more; takes up to two from the source."""
    num_seen = 0
    try:
        for _ in islice(source, 2):
            num_seen += 1
    except SourceError:  # a server that states no length hangs up behind it
        pass
    return num_seen < 2
