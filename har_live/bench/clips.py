"""The videos that are measured on: 1280×720, H.264, made from the drawn person on the spot."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2  # noqa: F401  # before PyAV: see har_live.opencv
import av

from har_live.figure.script import Passage
from har_live.sinks.video import VideoFile
from har_live.sources.figure import FigureSource

if TYPE_CHECKING:
    from pathlib import Path

SIZE = (1280, 720)
FPS = 30.0


@dataclass(frozen=True, slots=True)
class Clips:
    """Videos of somebody who does jumping jacks, 30 pictures a second."""

    whole: Path
    first_window: Path
    """The part of it that the first window needs."""
    window_seconds: float
    num_frames: int
    """Of the whole."""


def make_clips(
    folder: Path, *, window_seconds: float, seconds: float, size: tuple[int, int] = SIZE
) -> Clips:
    """Draw and write them.

    Args:
        seconds: length of the whole; at least that of a window.
        size: width and height in pixels.
    """
    seconds = max(seconds, window_seconds)
    clips = Clips(
        folder / "whole.mp4", folder / "first-window.mp4", window_seconds, round(seconds * FPS)
    )
    script = (Passage("jumping_jack", seconds),)
    with (
        FigureSource(script=script, width=size[0], height=size[1], fps=FPS) as figure,
        VideoFile(clips.whole, figure.info) as whole,
        VideoFile(clips.first_window, figure.info) as first_window,
    ):
        for frame in figure:
            whole.write(frame.image, frame.pts_seconds)
            if frame.pts_seconds < window_seconds:
                first_window.write(frame.image, frame.pts_seconds)
    return clips


def repeat(clip: Path, target: Path, *, seconds: float, speed: int = 1) -> Path:
    """Write a clip again and again into a longer one, without encoding it again.

    Args:
        seconds: the new one is at least as long.
        speed: how many times as fast it plays: 2 makes 60 pictures a second of 30.

    Returns:
        The target.
    """
    with av.open(clip) as source, av.open(target, "w") as output:
        pictures = source.streams.video[0]
        assert pictures.time_base is not None
        assert pictures.duration is not None
        copy = output.add_stream_from_template(pictures)
        packets = [packet for packet in source.demux(pictures) if packet.dts is not None]
        times = [(packet.pts or 0, packet.dts or 0) for packet in packets]
        time_base, turn_ticks = pictures.time_base / speed, pictures.duration
        for turn in range(math.ceil(seconds / (turn_ticks * time_base))):
            for packet, (pts, dts) in zip(packets, times, strict=True):
                # The muxer has put the packet on its own clock the turn before.
                packet.stream, packet.time_base = copy, time_base
                packet.pts, packet.dts = pts + turn * turn_ticks, dts + turn * turn_ticks
                output.mux(packet)
    return target
