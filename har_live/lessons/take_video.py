"""A small video beside a take, for those who ask for it: what was seen, at the grid's rate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from har_live.sinks.video import VideoFile
from har_live.types import VideoInfo

if TYPE_CHECKING:
    from collections.abc import Sequence

    from har_live.types import Image

LONGEST_SIDE = 320
"""Pixels; a larger picture is made smaller. A take is in memory until it is written: one of 20 s
takes 35 MB at most, and about 1 MB on the disk."""


def small_picture(image: Image) -> Image:
    """Return a copy of a picture, made smaller where it is larger than what is kept."""
    height, width = image.shape[:2]
    scale = min(1.0, LONGEST_SIDE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8).copy()


def write_video(path: Path, pictures: Sequence[Image], *, fps: float) -> None:
    """Write the pictures of a take. Raises ``SinkError``: they can't be written."""
    height, width = pictures[0].shape[:2]
    info = VideoInfo(path.stem, width, height, fps)
    with VideoFile(path, info, overwrite=True) as file:
        for number, picture in enumerate(pictures):
            file.write(picture, number / fps)
