"""Chooses the video among a container's streams, and reads what it says of itself."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from typing import TYPE_CHECKING, cast

import av
from av.format import Flags as ContainerFlags
from av.stream import Discard, Disposition

from har_live.errors import SourceError
from har_live.types import VideoInfo

if TYPE_CHECKING:
    from av import VideoStream
    from av.container import InputContainer

DEFAULT_TIME_BASE = Fraction(1, 90_000)
CLOCKLESS = {"mjpeg", "mpjpeg"}
"""One JPEG after the other, as cameras send them over HTTP: FFmpeg invents 25 a second."""
INDEXLESS = {"hls", "mpegts"}
"""They know no key frames: FFmpeg goes to the moment itself, and decoding begins too late."""
INDEXLESS_MARGIN_SECONDS = 12.0
"""More than a key frame is apart from the next."""
MAX_GAP_SECONDS = 10.0
"""Longest step of a clock that may jump, as in FFmpeg; a recording that loses more of a broadcast
is none."""
MAX_HOLD_SECONDS = 3600.0
"""A picture stands still longer in no recording: the computer slept, or the file is damaged."""
MAX_LEAD_SECONDS = 10.0
"""Sound that begins earlier than this before the first picture is on another clock."""
TEXT_ART = {"ansi", "bintext", "idf", "xbin"}
"""FFmpeg plays a .txt file as a video of a terminal; whoever gives one has mistyped."""


def choose_stream(container: InputContainer, label: str) -> VideoStream:
    """Return the first video that is one (cover art isn't); FFmpeg no longer reads the other
    streams.

    Raises:
        SourceError: there is none, or no decoder for it. ``label`` names the source.
    """
    videos = [
        stream
        for stream in container.streams.video
        if not stream.disposition & Disposition.attached_pic
    ]
    if not videos:
        what = "sound but no pictures" if container.streams.audio else "no video"
        raise SourceError(f"{label}: holds {what}; give a file with a video in it")
    chosen = videos[0]
    if chosen.codec_context is None:
        raise SourceError(f"{label}: FFmpeg has no decoder for this video; convert it to H.264")
    if chosen.codec_context.name in TEXT_ART:
        raise SourceError(f"{label}: is text, not a video; check the name")
    for stream in container.streams:
        if stream is not chosen:
            stream.discard = Discard.all
    return chosen


def describe(
    container: InputContainer,
    stream: VideoStream,
    name: str,
    size: tuple[int, int],
    *,
    start_ticks: int,
    is_live: bool,
) -> VideoInfo:
    """Return what the stream's header says.

    Args:
        size: of the pictures made, (width, height).
        start_ticks: see ``start_of``.
    """
    fps = None if lacks_clock(container) else stream.average_rate or stream.guessed_rate
    assert stream.time_base is not None, "FFmpeg gives every stream a time base"
    return VideoInfo(
        name=name,
        width=size[0],
        height=size[1],
        fps=float(fps) if fps else None,
        duration_seconds=None if is_live else _duration_seconds(container, stream),
        num_frames=stream.frames or None,
        time_base=DEFAULT_TIME_BASE if lacks_clock(container) else stream.time_base,
        start_ticks=start_ticks,
        is_live=is_live,
    )


def start_of(container: InputContainer, stream: VideoStream, first_ticks: int | None) -> int:
    """Return the tick from which seconds are counted, as players do: where sound or picture begins.

    Args:
        first_ticks: of the first frame of all; None where it is unknown.
    """
    if lacks_clock(container):
        return 0
    assert stream.time_base is not None, "FFmpeg gives every stream a time base"
    video_ticks = stream.start_time if stream.start_time is not None else first_ticks or 0
    if first_ticks is not None:
        video_ticks = min(video_ticks, first_ticks)
    start = cast("int | None", container.start_time)  # PyAV's own hint knows no container without
    if start is None:
        return video_ticks
    ticks = round(Fraction(start, av.time_base) / stream.time_base)
    ticks = max(ticks, min(0, video_ticks))  # the run-in of sound, before 0, isn't played
    is_same_clock = 0 <= (video_ticks - ticks) * stream.time_base <= MAX_LEAD_SECONDS
    return ticks if is_same_clock else video_ticks


def max_gap_seconds(container: InputContainer) -> float:
    """Return the longest step of the clock: one further ahead is none of the recording's."""
    may_jump = ContainerFlags.ts_discont in ContainerFlags(container.format.flags)
    return MAX_GAP_SECONDS if may_jump else MAX_HOLD_SECONDS


def is_endless(container: InputContainer) -> bool:
    """Return whether nobody knows where it ends: a camera or a broadcast, not a recording."""
    if container.duration is not None:
        return False
    # The size of a playlist is not the video's; a negative one is unknown.
    return container.format.name == "hls" or container.size <= 0


def breaks_off(container: InputContainer, stream: VideoStream, end_seconds: float) -> bool:
    """Return whether a recording's playlist promises far more than came until ``end_seconds``.

    FFmpeg passes over the segments that a server refuses, in silence, to the end.
    """
    if container.format.name != "hls" or container.duration is None:
        return False
    assert stream.time_base is not None, "FFmpeg gives every stream a time base"
    promised_seconds = container.duration / av.time_base
    start_seconds = float((stream.start_time or 0) * stream.time_base)
    # Stated lengths are rounded for each segment, and sound may go on longer.
    slack_seconds = max(3.0, 0.02 * promised_seconds)
    return start_seconds + promised_seconds - end_seconds > slack_seconds


def lacks_clock(container: InputContainer) -> bool:
    """Return whether its frames come without times, so that only their arrival tells."""
    return container.format.name in CLOCKLESS and is_endless(container)


def go_to(container: InputContainer, stream: VideoStream, seconds: float) -> None:
    """Continue at a key frame before that many seconds; where that can't be, from where it is."""
    assert stream.time_base is not None, "FFmpeg gives every stream a time base"
    margin_seconds = INDEXLESS_MARGIN_SECONDS if container.format.name in INDEXLESS else 0.0
    start_ticks = start_of(container, stream, None)
    ticks = start_ticks + int((seconds - margin_seconds) / stream.time_base)
    if ticks > (stream.start_time or 0):  # a playlist's way back to before its start is its end
        with suppress(av.FFmpegError):
            container.seek(ticks, stream=stream)


def stated_end_seconds(stream: VideoStream) -> float | None:
    """Return the time at which the stream says that it ends; None where it doesn't say."""
    if stream.duration is not None and stream.time_base is not None:
        return float((stream.duration + (stream.start_time or 0)) * stream.time_base)
    # Matroska states the end of each track in a tag: "00:00:03.000000000".
    hours, *rest = stream.metadata.get("DURATION", "").split(":")
    try:
        minutes, seconds = rest
        return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    except ValueError:
        return None


def _duration_seconds(container: InputContainer, stream: VideoStream) -> float | None:
    """Return the duration of the stream, or else of the whole container: sound may go on longer."""
    end_seconds = stated_end_seconds(stream)
    if end_seconds is not None and stream.time_base is not None:
        return end_seconds - float((stream.start_time or 0) * stream.time_base)
    return None if container.duration is None else container.duration / av.time_base
