"""The videos that are measured on: 1280×720, H.264, made of the recording that ships."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import cycle, dropwhile, islice, takewhile
from typing import TYPE_CHECKING

import cv2  # before PyAV: see har_live.opencv
import av
import numpy as np

from har_live.demo.source import DemoSource
from har_live.sinks.video import VideoFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from har_live.types import Image

SIZE = (1280, 720)
FPS = 30.0
ACTION = "jumping_jack"


@dataclass(frozen=True, slots=True)
class Clips:
    """Videos of somebody who does jumping jacks, 30 pictures a second."""

    whole: Path
    first_window: Path
    """The part of it that the first window needs."""
    window_seconds: float
    num_frames: int
    """Frames of the whole clip."""


def make_clips(
    folder: Path, *, window_seconds: float, seconds: float, size: tuple[int, int] = SIZE
) -> Clips:
    """Write them.

    Args:
        seconds: length of the whole; at least that of a window.
        size: width and height in pixels.
    """
    seconds = max(seconds, window_seconds)
    clips = Clips(
        folder / "whole.mp4", folder / "first-window.mp4", window_seconds, round(seconds * FPS)
    )
    with (
        DemoSource() as demo,
        VideoFile(clips.whole, demo.info) as whole,
        VideoFile(clips.first_window, demo.info) as first_window,
    ):
        for index, picture in enumerate(islice(_performed(demo), clips.num_frames)):
            image, pts_seconds = _fitted(picture, *size), index / FPS
            whole.write(image, pts_seconds)
            if pts_seconds < window_seconds:
                first_window.write(image, pts_seconds)
    return clips


def _performed(demo: DemoSource) -> Iterator[Image]:
    """The pictures on which it is done, again and again; what comes after them is not decoded."""
    from_its_start = dropwhile(lambda frame: frame.truth != ACTION, demo)
    performed = takewhile(lambda frame: frame.truth == ACTION, from_its_start)
    return cycle(frame.image for frame in performed)


def _fitted(image: Image, width: int, height: int) -> Image:
    """Scale to the height wanted; mirror what lacks at the sides, as black bars cost no decoder."""
    wide = round(image.shape[1] * height / image.shape[0])
    scaled = cv2.resize(image, (wide, height), interpolation=cv2.INTER_CUBIC)
    left = (width - wide) // 2
    right = width - wide - left
    filled = cv2.copyMakeBorder(scaled, 0, 0, left, right, cv2.BORDER_REFLECT)
    return np.asarray(filled, np.uint8)


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
