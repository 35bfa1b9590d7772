"""Clips of one label, taken from a shelf one after another."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from har_live.errors import SourceError
from training.data.clip import Clip
from training.data.prepare import CacheSettings, cache_path, decode

log = logging.getLogger(__name__)

Pictures = NDArray[np.uint8]
"""(K, S, S, 3) uint8 RGB."""

LONGEST_CLIP_SECONDS = 12.0
"""Of a longer clip, the beginning is taken."""


class Library:
    """Clips' pictures, from the cache or decoded."""

    def __init__(self, root: Path, cache: Path | None, settings: CacheSettings) -> None:
        self._root, self._cache, self._settings = root, cache, settings
        self.fps = settings.cache_fps

    def pictures(self, clip: Clip) -> Pictures:
        """All of a clip, at ``fps``.

        Raises:
            SourceError: nothing in it can be decoded.
        """
        if self._cache is not None:
            cached = cache_path(self._root, clip, self._cache, self._settings)
            if cached.exists():
                return np.asarray(np.load(cached, mmap_mode="r"))
        return decode(self._root / clip.path, self._settings)


class Shelf:
    """Clips given out in random order, and again from the first when all were given."""

    def __init__(self, clips: Sequence[Clip], library: Library, rng: np.random.Generator) -> None:
        self._clips = deque(clips[i] for i in rng.permutation(len(clips)))
        self._library = library

    def next(self) -> Pictures:
        """The next clip that can be decoded, or its beginning.

        Raises:
            SourceError: there is none.
        """
        while self._clips:
            clip = self._clips.popleft()
            try:
                pictures = self._library.pictures(clip)
            except SourceError as error:
                log.warning("left out: %s", error)
                continue
            self._clips.append(clip)
            return pictures[: round(LONGEST_CLIP_SECONDS * self._library.fps)]
        raise SourceError("no clip of a label could be decoded")
