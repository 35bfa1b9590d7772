"""The source for video files and addresses."""

from __future__ import annotations

import logging
import math
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import av

from har_live.errors import SourceError
from har_live.frame_times import ArrivalTimeline, Timeline
from har_live.redact import redact_url
from har_live.sources.base import Source
from har_live.sources.media.deinterlace import deinterlaced
from har_live.sources.media.faults import explain
from har_live.sources.media.hardware import device_for
from har_live.sources.media.opening import Opening, Readable
from har_live.sources.media.packets import PacketDecoder
from har_live.sources.media.picture import PictureMaker
from har_live.sources.media.stream import (
    breaks_off,
    choose_stream,
    describe,
    go_to,
    is_endless,
    lacks_clock,
    max_gap_seconds,
    start_of,
    stated_end_seconds,
)
from har_live.types import Frame, VideoInfo

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping

    from av import VideoFrame, VideoStream

    from har_live.types import Picture

logger = logging.getLogger(__name__)

FALLBACK_FPS = 25.0
"""Frames per second of a stream that states neither timestamps nor durations nor a rate."""
CUT_OFF_SECONDS = 0.5
"""A file that ends earlier than it states by more than this was cut off."""


class MediaSource(Source):
    """A video file, or an address that FFmpeg can read (RTSP, HTTP, HLS, …).

    Seconds are counted from where sound or picture begins, as players do. Frames keep their
    distances; ``Timeline`` says what becomes of times that are missing, go backward or jump.
    Damaged packets are skipped and counted. A file that was cut off yields all that can be decoded,
    then logs a warning. A stream may change the size of its pictures on the way.

    It is read once, like an open file: a second iteration goes on where the first stopped. Use it
    from one thread, ``close`` included.
    """

    def __init__(
        self,
        location: str | Path,
        *,
        file: Readable | None = None,
        options: Mapping[str, str] | None = None,
        name: str | None = None,
        is_live: bool | None = None,
        timeout_seconds: float | None = None,
        after_seconds: float | None = None,
        hwaccel: str = "none",
        container_format: str | None = None,
    ) -> None:
        """Open the video and decode its first frame.

        Args:
            location: a path, or a URL (whatever holds ``://``); its secrets are never shown.
            file: is read instead, and stays open; ``location`` is only what it is called.
            options: for FFmpeg, such as ``{"rtsp_transport": "tcp"}``.
            name: shown to people instead of the file's name or the redacted URL.
            is_live: frames come at their own pace, and when they end, the source was lost; None
                finds out.
            timeout_seconds: longest wait for the opening, and for each packet; None has no limit.
            after_seconds: leave out the frames up to and including this moment.
            hwaccel: what decodes, see ``SourceSettings``.
            container_format: FFmpeg's name of what it is; None finds out.

        Raises:
            SourceError: it can't be opened, or nothing in it can be decoded.
        """
        self._location = str(location)
        self._file = file
        self._is_remote = "://" in self._location
        self._label = name or redact_url(self._location)
        self._opening = Opening(
            location=self._location,
            label=self._label,
            file=file,
            options=dict(options or {}),
            timeout_seconds=timeout_seconds,
            container_format=container_format,
            device=device_for(hwaccel),
        )
        self._after_seconds = -math.inf if after_seconds is None else after_seconds
        self._has_said_jump = False
        self._container = self._opening.open()
        try:
            stream = choose_stream(self._container, self._label)
            self._format_name = self._container.format.name
            if is_live is None:
                is_live = self._is_remote and is_endless(self._container)
            if after_seconds is not None:
                go_to(self._container, stream, after_seconds)
            self._decoder = PacketDecoder(self._container, stream, timeout_seconds=timeout_seconds)
            decoded = deinterlaced(self._decoder.frames())
            first = self._first_of(decoded)
            self._pictures = PictureMaker(first, stream.sample_aspect_ratio)
            shown_name = name or (self._label if self._is_remote else Path(location).name)
            is_begun = after_seconds is None
            self._info = describe(
                self._container,
                stream,
                shown_name,
                self._pictures.size,
                start_ticks=start_of(self._container, stream, first.pts if is_begun else None),
                is_live=is_live,
            )
            self._timeline = self._make_timeline()
            self._frames = self._read(stream, chain([first], decoded))
        except BaseException:
            self._container.close()
            raise

    @property
    def info(self) -> VideoInfo:
        return self._info

    @property
    def sound(self) -> str | None:
        return None if self._info.is_live or self._file is not None else self._location

    @property
    def timeline(self) -> Timeline | None:
        return self._timeline if isinstance(self._timeline, Timeline) else None

    @property
    def container_format(self) -> str:
        """FFmpeg's name of what it is: ``hls``, ``mpjpeg``, …"""
        return self._format_name

    @property
    def lost_its_place(self) -> bool:
        """True once the reading ended because FFmpeg no longer found where a part begins."""
        return isinstance(self._decoder.read_error, av.error.InvalidDataError)

    @property
    def skipped_packets(self) -> int:
        """Damaged packets passed over so far."""
        return self._decoder.skipped_packets

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames in playing order.

        Raises:
            SourceError: a live or remote source was lost.
        """
        return self._frames

    def close(self) -> None:
        """Let go of the file or connection; iterating then simply ends."""
        try:
            self._frames.close()
        except ValueError:
            # A thread is reading this moment and was not waited for, after a second Ctrl-C:
            # the file stays open until the program ends.
            return
        self._container.close()

    def _first_of(self, decoded: Iterator[VideoFrame]) -> VideoFrame:
        first = next(decoded, None)
        if first is not None:
            return first
        if self._decoder.read_error is not None:
            raise self._error(explain(self._decoder.read_error, self._location))
        raise self._error("nothing in it can be decoded; it is damaged, or only a header")

    def _make_timeline(self) -> Timeline | ArrivalTimeline:
        if lacks_clock(self._container):
            return ArrivalTimeline(self._info.time_base)
        return Timeline(
            self._info.time_base,
            usual_ticks=round(1 / ((self._info.fps or FALLBACK_FPS) * self._info.time_base)),
            start_ticks=self._info.start_ticks,
            max_gap_seconds=max_gap_seconds(self._container),
        )

    def _read(
        self, stream: VideoStream, decoded: Iterable[VideoFrame]
    ) -> Generator[Frame, None, None]:
        for frame in decoded:
            own_ticks = self._timeline.place(frame.pts, frame.duration)
            pts_seconds = float((own_ticks - self._info.start_ticks) * self._info.time_base)
            begins_anew = self._timeline.has_jumped
            if begins_anew:
                self._say_jump(pts_seconds)
            if pts_seconds > self._after_seconds:
                picture = self._picture(frame, stream)
                yield Frame(picture, pts_seconds, begins_anew=begins_anew)
        self._finish(stream)

    def _say_jump(self, pts_seconds: float) -> None:
        """Log a jump of the clock: the first of them is for everybody."""
        what = "its clock jumps; it goes on there without a gap"
        level = logging.DEBUG if self._has_said_jump else logging.WARNING
        logger.log(level, "%s: at %.1f s %s", self._label, pts_seconds, what)
        self._has_said_jump = True

    def _picture(self, frame: VideoFrame, stream: VideoStream) -> Picture:
        if not self._pictures.fits(frame):
            self._pictures = PictureMaker(frame, stream.codec_context.sample_aspect_ratio)
        return self._pictures.make(frame)

    def _finish(self, stream: VideoStream) -> None:
        """Say at the end what was amiss."""
        own_end_seconds = float(self._timeline.end_ticks * self._info.time_base)
        end_seconds = own_end_seconds - self._info.start_seconds
        # What is stated of a clock that jumped is not how long it plays.
        stated_seconds = None if self._has_said_jump else stated_end_seconds(stream)
        missing_seconds = 0.0 if stated_seconds is None else stated_seconds - own_end_seconds
        error = self._decoder.read_error
        if error is not None and (self._is_remote or self._info.is_live):
            reason = explain(error, self._location)
            raise self._error(f"lost after {end_seconds:.1f} s: {reason}")
        if self._is_remote and breaks_off(self._container, stream, own_end_seconds):
            raise self._error(f"lost after {end_seconds:.1f} s: the server refuses the rest of it")
        if self._info.is_live and not self._is_over():
            raise self._error(f"lost after {end_seconds:.1f} s: the server ended the connection")
        if self.skipped_packets:
            logger.warning("%s: damaged packets skipped: %d", self._label, self.skipped_packets)
        ends_early = missing_seconds > CUT_OFF_SECONDS
        if error is not None or ends_early or self._decoder.ends_damaged:
            logger.warning(
                "%s: was cut off after %.1f s; all that could be decoded was used",
                self._label,
                end_seconds,
            )

    def _is_over(self) -> bool:
        """Return whether a broadcast has ended by its own word: its playlist has become a
        recording's.

        FFmpeg ends a playlist that the server refuses just like one that is complete.
        """
        if self._container.format.name != "hls":
            return False
        with suppress(SourceError), self._opening.open() as again:
            return not is_endless(again)
        return False

    def _error(self, what: str) -> SourceError:
        return SourceError(f"{self._label}: {what}")
