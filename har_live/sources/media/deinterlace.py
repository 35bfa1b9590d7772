"""Frames of two fields taken one after the other, as one moment each: no combs at moving edges."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from typing import TYPE_CHECKING

import cv2  # noqa: F401  # before PyAV: see har_live.opencv
import av
from av.filter import Graph

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from av import VideoFrame

_ANY_TICK = Fraction(1, 90_000)


def deinterlaced(frames: Iterable[VideoFrame]) -> Iterator[VideoFrame]:
    """Yield as many frames, with the same times; from the first on that says it is interlaced, each
    comes when the next one is there."""
    filtering: _Deinterlacer | None = None
    for frame in frames:
        if filtering is not None and not filtering.fits(frame):
            yield from filtering.finish()
            filtering = None
        if filtering is None and frame.interlaced_frame:
            filtering = _Deinterlacer(frame)
        if filtering is None:
            yield frame
        else:
            yield from filtering.push(frame)
    if filtering is not None:
        yield from filtering.finish()


class _Deinterlacer:
    """FFmpeg's filter, for frames of one size and format."""

    def __init__(self, first: VideoFrame) -> None:
        self._kind = _kind(first)
        self._times: list[tuple[int | None, int]] = []
        graph = Graph()
        source = graph.add_buffer(
            width=first.width, height=first.height, format=first.format, time_base=_ANY_TICK
        )
        bwdif = graph.add("bwdif", mode="send_frame", deint="interlaced")
        graph.link_nodes(source, bwdif, graph.add("buffersink")).configure()
        self._graph = graph

    def fits(self, frame: VideoFrame) -> bool:
        return _kind(frame) == self._kind

    def push(self, frame: VideoFrame) -> Iterator[VideoFrame]:
        # Kept here: the filter has a clock of its own, and invents times for frames without one.
        self._times.append((frame.pts, frame.duration))
        self._graph.vpush(frame)
        return self._pull()

    def finish(self) -> Iterator[VideoFrame]:
        """Return the last frame."""
        self._graph.vpush(None)
        return self._pull()

    def _pull(self) -> Iterator[VideoFrame]:
        with suppress(av.BlockingIOError, av.EOFError):  # it waits for the next; it is over
            while self._times:
                frame = self._graph.vpull()
                frame.pts, frame.duration = self._times.pop(0)
                yield frame


def _kind(frame: VideoFrame) -> tuple[object, ...]:
    return frame.width, frame.height, frame.format.name
