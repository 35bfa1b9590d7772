"""Turns a recording in progress into the finished file, and gives it the source's sound.

Packets are copied, never decoded: the pictures from the recording, sound and subtitles from the
source.
"""

from __future__ import annotations

import heapq
import logging
import math
from fractions import Fraction
from io import BytesIO
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2  # noqa: F401  # before PyAV: see har_live.opencv
import av

from har_live.frame_times import Timeline
from har_live.sinks.chapters import placed
from har_live.sinks.file_checks import file_url, reason, sync

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from av.container import OutputContainer
    from av.packet import Packet
    from av.stream import Stream

    from har_live.sinks.source_tracks import SourceTracks, Timing

logger = logging.getLogger(__name__)


def finish(
    recording: Path,
    output: Path,
    container_name: str,
    *,
    timing: Timing,
    tracks: SourceTracks | None,
    metadata: Mapping[str, str],
) -> None:
    """Write the finished file from a recording whose first frame is at 0.

    Sound and subtitles that the container refuses after all are left out with a warning.

    Raises:
        OSError, av.FFmpegError: can't be read or written.
    """
    try:
        _copy(recording, output, container_name, timing, tracks, metadata)
    except av.FFmpegError as error:
        if tracks is None or isinstance(error, OSError):
            raise
        logger.warning("the sound is left out: %s", reason(error))
        _copy(recording, output, container_name, timing, None, metadata)
    sync(output)


def holds_packets(recording: Path) -> bool:
    """Return whether a recording that was cut short has anything to show."""
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
    tracks: SourceTracks | None,
    metadata: Mapping[str, str],
) -> None:
    options = _options(container_name, timing.ticks_per_second)
    copied = [] if tracks is None else tracks.streams
    chapters = [] if tracks is None else placed(tracks.chapters, timing)
    with av.open(file_url(recording)) as pictures:
        video = pictures.streams.video[0]
        # A header that is refused leaves the file open (PyAV 18), so here there is none.
        with av.open(BytesIO(), "w", format=container_name) as trial:
            _tracks(trial, [video, *copied])
            trial.set_chapters(chapters)
            trial.start_encoding()
        with av.open(
            file_url(output), "w", format=container_name, container_options=options
        ) as finished:
            finished.set_chapters(chapters)
            finished.metadata.update({**(tracks.titles if tracks else {}), **metadata})
            moved = _tracks(finished, [video])
            packets = [_moved(pictures.demux(video), timing.video_start, moved)]
            if tracks is not None:
                moved = _tracks(finished, copied)
                tracks.add_fonts(finished)
                packets.append(_moved(tracks.packets(timing), Fraction(0), moved))
            for _, packet in heapq.merge(*packets, key=itemgetter(0)):
                finished.mux(packet)


def _options(container_name: str, ticks_per_second: int) -> dict[str, str]:
    # The header reaches the disk with the first packets: a full one can't refuse it, see _copy.
    options = {"flush_packets": "0"}
    if container_name == "matroska":
        return options | {
            # It would move all to where the encoder's run-in of the sound, before 0, is at 0.
            "avoid_negative_ts": "disabled",
            # Else the first track of each kind is marked as the default, whatever the source says.
            "default_mode": "passthrough",
        }
    # The clock in which MP4 notes when a track starts. Its default, milliseconds, would move a
    # video that starts at 1/30 s.
    return options | {"movflags": "+faststart", "movie_timescale": str(ticks_per_second)}


def _tracks(output: OutputContainer, templates: Sequence[Stream]) -> dict[int, Stream]:
    tracks = {}
    for template in templates:
        track = output.add_stream_from_template(template, opaque=True)
        track.metadata.update(template.metadata)
        track.disposition = template.disposition
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
        if index not in timelines:
            timelines[index] = _timeline(packet, duration)
        timeline = timelines[index]
        shift = round(shift_seconds / packet.time_base)
        stated = packet.dts if packet.pts is None else packet.pts
        time = timeline.place(stated + shift, duration)
        # Nothing of this is decoded in another order than it is played, nor are our own pictures.
        packet.pts = packet.dts = time
        packet.stream = tracks[index]
        yield float(time * packet.time_base), packet


def _timeline(packet: Packet[Any], duration_ticks: int) -> Timeline:
    rate = packet.stream.codec_context.rate if packet.stream.type == "audio" else None
    # MP4 counts sound in samples: of two packets in the same one it refuses the second.
    sample_ticks = 1 if not rate else math.ceil(1 / (rate * packet.time_base))
    return Timeline(packet.time_base, usual_ticks=duration_ticks, least_ticks=sample_ticks)
