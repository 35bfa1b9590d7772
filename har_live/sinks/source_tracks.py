"""The tracks that a source has beside its pictures, as they are copied: sound, subtitles, fonts,
title."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2  # noqa: F401  # before PyAV: see har_live.opencv
import av

from har_live.frame_times import Timeline
from har_live.sinks.file_checks import file_url, reason
from har_live.types import Address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av.audio.stream import AudioStream
    from av.codec import CodecContext
    from av.container import InputContainer, OutputContainer
    from av.container.core import Chapter
    from av.packet import Packet
    from av.subtitles.stream import SubtitleStream

    CopiedStream = AudioStream | SubtitleStream

logger = logging.getLogger(__name__)

REMOTE_TIMEOUT_SECONDS = 10.0
"""Longest wait for a source on the network to answer."""
TITLES = ("title", "artist", "date", "comment", "description", "copyright")
"""Words of a source's own that go along: nothing that its recorder says of file or place."""


@dataclass(frozen=True, slots=True)
class Timing:
    """The clocks of the recording and of the source, and how they become the output's."""

    ticks_per_second: int
    """Ticks per second of the recording's clock."""
    video_start: Fraction
    """Second of the output at which the first frame is played."""
    source_origin: Fraction
    """Second of the source's own clock that is second 0 of the output."""
    source_until: Fraction | None
    """Second of the source's own clock at which its sound is cut; None keeps all of it."""
    source_clock: Timeline | None = None
    """Places of the source's frames, should its clock have jumped."""


class SourceTracks:
    """The sound and the subtitles of a source that a container can hold.

    A stream that it can't hold is left out with one warning; so is everything of a source that
    can't be opened a second time.
    """

    def __init__(self, source: str | Path | Address, container_name: str) -> None:
        self.streams: list[CopiedStream] = []
        self.titles: dict[str, str] = {}
        self.chapters: list[Chapter] = []
        """On the source's clock; every container here can hold them."""
        self._source: InputContainer | None = None
        self._holds_fonts = container_name == "matroska"
        if not isinstance(source, Address):
            source = Address(str(source) if "://" in str(source) else file_url(Path(source)))
        try:
            self._source = av.open(
                source.url,
                options=dict(source.options),
                timeout=REMOTE_TIMEOUT_SECONDS,
                metadata_errors="replace",  # a language tag in an old code page
            )
        except (OSError, av.FFmpegError) as error:
            logger.warning("the sound is left out: %s", reason(error))
            return
        said = self._source.metadata
        self.titles = {name: said[name] for name in TITLES if name in said}
        self.chapters = self._source.chapters()
        found: list[CopiedStream] = [*self._source.streams.audio, *self._source.streams.subtitles]
        for stream in found:
            if _can_hold(container_name, stream):
                self.streams.append(stream)
            problem = _problem(container_name, stream)
            if problem is not None:
                logger.warning("%s", problem)

    def add_fonts(self, output: OutputContainer) -> None:
        """Copy the fonts that subtitles are written in, where the container can hold them."""
        if self._source is None or not self._holds_fonts:
            return
        for font in self._source.streams.attachments:
            if font.data:
                output.add_attachment(font.name or "font", font.mimetype or "", font.data)

    def packets(self, timing: Timing) -> Iterator[Packet[Any]]:
        """Yield all packets in file order, on the output's clock."""
        if self._source is None or not self.streams:
            return
        # Subtitles may be few and far between: where there is sound, it says when it is enough.
        still_wanted = {s.index for s in self.streams if s.type == "audio"}
        still_wanted = still_wanted or {s.index for s in self.streams}
        packets = self._source.demux(*self.streams)
        previous_seconds: Fraction | None = None
        while still_wanted:
            try:
                packet = next(packets, None)
            except (OSError, av.FFmpegError) as error:
                logger.warning("the sound ends early: %s", reason(error))
                return
            if packet is None:
                return
            if packet.dts is None:  # PyAV's end mark, or damage that belongs nowhere in time
                continue
            stated = packet.dts if packet.pts is None else packet.pts
            seconds: Fraction | None = stated * packet.time_base
            if timing.source_clock is not None:
                seconds = timing.source_clock.locate(stated * packet.time_base, previous_seconds)
            if seconds is None:
                continue
            previous_seconds = seconds
            if timing.source_until is not None and seconds >= timing.source_until:
                still_wanted.discard(packet.stream.index)
            elif _place(packet, seconds - timing.source_origin):
                yield packet

    def close(self) -> None:
        if self._source is not None:
            self._source.close()


def _place(packet: Packet[Any], seconds: Fraction) -> bool:
    """Return whether it is to be seen or heard. Sound may begin before 0, and isn't played there
    then."""
    ticks = round(seconds / packet.time_base)
    if ticks < 0 and packet.stream.type == "subtitle":
        left_ticks = ticks + (packet.duration or 0)
        if left_ticks <= 0:
            return False
        packet.duration, ticks = left_ticks, 0
    packet.pts = packet.dts = ticks
    return True


def _can_hold(container_name: str, stream: CopiedStream) -> bool:
    context = _context(stream)
    if context is None:
        return False
    with av.open(BytesIO(), "w", format=container_name) as probe:
        return context.codec.name in probe.supported_codecs


def _context(stream: CopiedStream) -> CodecContext | None:
    """Return None for what FFmpeg doesn't know, which PyAV's own hint leaves out."""
    return stream.codec_context


def _problem(container_name: str, stream: CopiedStream) -> str | None:
    """Say what the user should know of this stream in this container, in one line."""
    kind = "sound" if stream.type == "audio" else "subtitles"
    context = _context(stream)
    if context is None:
        return f"{kind} of an unknown codec: left out"
    codec = context.codec.canonical_name
    if not _can_hold(container_name, stream):
        others = {"matroska": ".mkv", "mp4": ".mp4"}
        fit = (suffix for name, suffix in others.items() if _can_hold(name, stream))
        suffix = next(fit, None)
        usual = "convert it to AAC" if kind == "sound" else "convert them to SRT"
        it = "it" if kind == "sound" else "them"
        remedy = usual if suffix is None else f"name the output {suffix} to keep {it}"
        return f"{codec} {kind} can't be copied into {container_name}: left out; {remedy}"
    if container_name == "mp4" and codec.startswith("pcm_"):
        return f"few players know {codec} sound in MP4; name the output .mkv if it can't be heard"
    return None
