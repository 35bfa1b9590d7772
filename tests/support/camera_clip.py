"""A few seconds of the drawn person, as a file that Chromium plays in place of a camera."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np

from har_live import open_source

CLIP_FPS = 15
SIZE = (320, 240)


def pictures_of(begin_seconds: float, end_seconds: float) -> list[np.ndarray]:
    """Every second picture of the recording that ships, there and back again: they can be played
    for ever."""
    there = []
    for index, frame in enumerate(open_source("figure")):
        if frame.pts_seconds >= end_seconds:
            break
        if frame.pts_seconds >= begin_seconds and index % 2 == 0:
            picture = av.VideoFrame.from_ndarray(frame.image, "rgb24")
            there.append(picture.reformat(*SIZE, format="rgb24").to_ndarray())
    return there + there[-2:0:-1]


def write_y4m(path: Path, pictures: list[np.ndarray], *, fps: int = CLIP_FPS) -> None:
    """Write pictures as Chromium's fake camera reads them: it plays them again and again."""
    height, width, _ = pictures[0].shape
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{width} H{height} F{fps}:1 Ip A1:1 C420\n".encode())
        for picture in pictures:
            frame = av.VideoFrame.from_ndarray(picture, "rgb24").reformat(format="yuv420p")
            file.write(b"FRAME\n" + frame.to_ndarray().tobytes())


def before_camera(path: Path) -> tuple[str, ...]:
    """Return the arguments with which Chromium sees a file in place of a camera, unasked."""
    return (
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={path}",
    )
