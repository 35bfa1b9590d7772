"""Clips of one label, given out one after another."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from har_live.errors import SourceError
from har_live.sources.media import MediaSource
from har_live.time_grid import frames_played_at, grid_instants
from har_live.transforms import to_finder
from training.data.clip import Clip

if TYPE_CHECKING:
    from har_live.types import Image

log = logging.getLogger(__name__)

FPS = 30.0
"""Pictures of a second of a clip."""
LEAST_SIDE = 256
"""Least length of the longer side of the pictures, whatever the network needs."""
LONGEST_CLIP_SECONDS = 12.0
"""Longest time of a clip: of a longer one, the beginning is taken."""


@dataclass(frozen=True, eq=False)
class SmallPicture:
    """A picture already as small as people are looked for, that knows its true shape."""

    small: Image
    shape: tuple[int, int, int]
    """Shape of what it was made of: small pictures are stretched a little."""

    def rgb(self) -> Image:
        return self.small

    def yuv(self) -> None:
        return None


def small_pictures(video: Path, *, longest: int) -> list[SmallPicture]:
    """Return the pictures played at each 1/``FPS`` s of a video, or of its beginning.

    Args:
        longest: as ``to_finder``.

    Raises:
        SourceError: nothing in it can be decoded.
    """
    pts_seconds: list[float] = []
    pictures: list[SmallPicture] = []
    with MediaSource(video) as source:
        for frame in source:
            if pts_seconds and frame.pts_seconds - pts_seconds[0] > LONGEST_CLIP_SECONDS:
                break
            height, width, _ = frame.picture.shape
            small = to_finder(frame.picture, longest)
            pictures.append(SmallPicture(small, (height, width, 3)))
            pts_seconds.append(frame.pts_seconds)
    if not pictures:
        raise SourceError(f"nothing in {video} could be decoded")
    played = frames_played_at(pts_seconds, grid_instants(pts_seconds, FPS))
    return [pictures[index] for index in played]


class ClipQueue:
    """Clips given out in random order, and again from the first when all were given.

    Args:
        clips: their paths are complete.
        longest: as for ``small_pictures``.
    """

    def __init__(self, clips: Sequence[Clip], rng: np.random.Generator, *, longest: int) -> None:
        self._clips = deque(clips[i] for i in rng.permutation(len(clips)))
        self._longest = longest

    def next(self) -> list[SmallPicture]:
        """Return the pictures of the next clip that can be decoded.

        Raises:
            SourceError: there is none.
        """
        while self._clips:
            clip = self._clips.popleft()
            try:
                pictures = small_pictures(Path(clip.path), longest=self._longest)
            except SourceError as error:
                log.warning("left out: %s", error)
                continue
            self._clips.append(clip)
            return pictures
        raise SourceError("no clip of a label could be decoded")
