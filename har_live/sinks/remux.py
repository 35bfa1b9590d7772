"""Turns a recording in progress into the finished file, and gives it the source's sound.

Packets are copied, never decoded: the pictures from the recording, the sound from the source.
"""

from __future__ import annotations

import heapq
import logging
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2  # noqa: F401  # isort: skip  # before PyAV: see har_live.sources.media
import av

from har_live.sinks.files import file_url, reason, sync
from har_live.timeline import Timeline
from har_live.types import Address

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from av.audio.stream import AudioStream
    from av.container import InputContainer, OutputContainer
    from av.packet import Packet
    from av.stream import Stream

logger = logging.getLogger(__name__)

CONTAINERS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska"}
"""FFmpeg's name of the container, by suffix of the output."""

REMOTE_TIMEOUT_SECONDS = 10.0
"""Longest wait for a source on the network to answer."""


class Sound:
    """The audio streams of a source that a container can hold.

    A stream that it can't hold is left out with one warning; so is all sound of a source that
    can't be opened a second time.
    """

    def __init__(self, source: str | Path | Address, container_name: str) -> None:
        self.streams: list[AudioStream] = []
        self._source: InputContainer | None = None
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
        for stream in self._source.streams.audio:
            if _can_hold(container_name, stream):
                self.streams.append(stream)
            problem = _problem(container_name, stream)
            if problem is not None:
                logger.warning("%s", problem)

    def packets(self, until_seconds: Fraction | None) -> Iterator[Packet[Any]]:
        """All packets in file order, up to an instant of the source or, with None, to the end."""
        if self._source is None or not self.streams:
            return
        still_wanted = {stream.index for stream in self.streams}
        packets = self._source.demux(*self.streams)
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
            if until_seconds is not None and packet.dts * packet.time_base >= until_seconds:
                still_wanted.discard(packet.stream.index)
            else:
                yield packet

    def close(self) -> None:
        if self._source is not None:
            self._source.close()


@dataclass(frozen=True, slots=True)
class Timing:
    """How the clocks of the recording and of the source become the output's."""

    ticks_per_second: int
    """Of the recording's clock."""
    video_start: Fraction
    """Second of the output at which the first frame is played."""
    sound_origin: Fraction
    """Second of the source that is second 0 of the output."""
    sound_until: Fraction | None
    """Second of the source at which its sound is cut; None keeps all of it."""


def finish(
    recording: Path,
    output: Path,
    container_name: str,
    *,
    timing: Timing,
    sound: Sound | None,
    metadata: Mapping[str, str],
) -> None:
    """Write the finished file from a recording whose first frame is at 0.

    Sound that the container refuses after all is left out with a warning.

    Raises:
        OSError, av.FFmpegError: can't be read or written.
    """
    try:
        _copy(recording, output, container_name, timing, sound, metadata)
    except av.FFmpegError as error:
        if sound is None or isinstance(error, OSError):
            raise
        logger.warning("the sound is left out: %s", reason(error))
        _copy(recording, output, container_name, timing, None, metadata)
    sync(output)


def holds_packets(recording: Path) -> bool:
    """Whether a recording that was cut short has anything to show."""
    try:
        with av.open(file_url(recording)) as pictures:
            return any(packet.size for packet in pictures.demux())
    except (OSError, av.FFmpegError):
        return False


def _copy(
    recording: Path,
    output: Path,
    container_name: str,
    timing: Timing,
    sound: Sound | None,
    metadata: Mapping[str, str],
) -> None:
    options = _options(container_name, timing.ticks_per_second)
    heard = [] if sound is None else sound.streams
    with av.open(file_url(recording)) as pictures:
        video = pictures.streams.video[0]
        # A header that is refused leaves the file open (PyAV 18), so here there is none.
        with av.open(BytesIO(), "w", format=container_name) as trial:
            _tracks(trial, [video, *heard])
            trial.start_encoding()
        with av.open(
            file_url(output), "w", format=container_name, container_options=options
        ) as finished:
            finished.metadata.update(metadata)
            tracks = _tracks(finished, [video])
            packets = [_moved(pictures.demux(video), timing.video_start, tracks)]
            if sound is not None:
                tracks = _tracks(finished, heard)
                moved = sound.packets(timing.sound_until)
                packets.append(_moved(moved, -timing.sound_origin, tracks))
            for _, packet in heapq.merge(*packets, key=itemgetter(0)):
                finished.mux(packet)


def _options(container_name: str, ticks_per_second: int) -> dict[str, str]:
    # The header reaches the disk with the first packets: a full one can't refuse it, see _copy.
    options = {"flush_packets": "0"}
    if container_name == "matroska":
        # It would move everything to where the encoder's run-in of the sound, before 0, is at 0.
        return options | {"avoid_negative_ts": "disabled"}
    # The clock in which MP4 notes when a track starts. Its default, milliseconds, would move a
    # video that starts at 1/30 s.
    return options | {"movflags": "+faststart", "movie_timescale": str(ticks_per_second)}


def _tracks(output: OutputContainer, templates: Sequence[Stream]) -> dict[int, Stream]:
    tracks = {}
    for template in templates:
        track = output.add_stream_from_template(template, opaque=True)
        track.metadata.update(template.metadata)
        tracks[template.index] = track
    return tracks


def _moved(
    packets: Iterator[Packet[Any]], shift_seconds: Fraction, tracks: dict[int, Stream]
) -> Iterator[tuple[float, Packet[Any]]]:
    """Packets on the output's tracks and clock, and their times in seconds, which rise along each
    track, as containers want it."""
    timelines: dict[int, Timeline] = {}
    for packet in packets:
        if packet.dts is None:
            continue
        index, duration = packet.stream.index, packet.duration or 1
        timeline = timelines.setdefault(index, Timeline(packet.time_base, usual_ticks=duration))
        shift = round(shift_seconds / packet.time_base)
        stated = packet.dts if packet.pts is None else packet.pts
        time = timeline.place(stated + shift, duration)
        # Neither sound nor our own pictures are decoded in another order than they are played.
        packet.pts = packet.dts = time
        packet.stream = tracks[index]
        yield float(time * packet.time_base), packet


def _can_hold(container_name: str, stream: AudioStream) -> bool:
    with av.open(BytesIO(), "w", format=container_name) as probe:
        return stream.codec_context.codec.name in probe.supported_codecs


def _problem(container_name: str, stream: AudioStream) -> str | None:
    """What the user should know of this sound in this container, in one line."""
    codec = stream.codec_context.codec.canonical_name
    if not _can_hold(container_name, stream):
        remedy = "name the output .mkv" if _can_hold("matroska", stream) else "convert it to AAC"
        return f"{codec} sound can't be copied into {container_name}: left out; {remedy} to keep it"
    if container_name == "mp4" and codec.startswith("pcm_"):
        return f"few players know {codec} sound in MP4; name the output .mkv if it can't be heard"
    return None
