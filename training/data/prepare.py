"""A cache of small uint8 frames of videos, on the time grid, made in parallel and resumable."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from har_live.errors import HarLiveError, SourceError
from har_live.sources.media import MediaSource
from har_live.time_grid import frames_played_at, grid_instants
from har_live.transforms import to_network
from har_live.types import ClipSpec
from training.data.clip import Clip
from training.data.layouts import read_clips


@dataclass(frozen=True)
class CacheSettings:
    """The form of the cached frames."""

    image_size: int = 192
    """Side in pixels of the square frames."""
    cache_fps: float = 24.0
    """Frames kept a second: a multiple of the grid's rate, so that clips can start in between."""

    @property
    def name(self) -> str:
        return f"{self.image_size}px-{self.cache_fps:g}fps"


def cache_path(root: Path, clip: Clip, cache: Path, settings: CacheSettings) -> Path:
    """Return the path of a clip's frames."""
    return cache / settings.name / f"{cache_name(root / clip.path)}.npy"


def cache_name(video: Path) -> str:
    """Name what is made of a video after it and its size, so that a changed file is redone."""
    size = video.stat().st_size if video.exists() else 0
    key = hashlib.sha256(f"{video.resolve()} {size}".encode()).hexdigest()[:16]
    return f"{video.stem}-{key}"


def decode(video: Path, settings: CacheSettings) -> NDArray[np.uint8]:
    """(K, S, S, 3) uint8 RGB: the frames played at each 1/cache_fps from the first to the last."""
    spec = ClipSpec(image_size=settings.image_size)
    with MediaSource(video) as source:
        frames = [(frame.pts_seconds, to_network(frame.picture, spec)) for frame in source]
    if not frames:
        raise SourceError(f"nothing in {video} could be decoded")
    pts_seconds = [pts for pts, _ in frames]
    played = frames_played_at(pts_seconds, grid_instants(pts_seconds, settings.cache_fps))
    return np.stack([frames[index][1] for index in played])


def _cache_one(video: Path, target: Path, settings: CacheSettings) -> str | None:
    """Decode and store one clip; the error's text if that can't be done."""
    cv2.setNumThreads(1)
    try:
        frames = decode(video, settings)
    except HarLiveError as error:
        return str(error)
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_suffix(f".{os.getpid()}.tmp")
    with unfinished.open("wb") as file:
        np.save(file, frames)
    unfinished.rename(target)
    return None


CacheJob = Future[str | None]
Cached = tuple[list[tuple[Clip, Path]], dict[str, str]]
"""Each readable clip with the file of its frames, and {path: reason} of the broken ones."""


def prepare(
    data: Path,
    cache: Path,
    *,
    settings: CacheSettings | None = None,
    workers: int | None = None,
    show_progress: bool = True,
) -> Cached:
    """Cache every clip of a data set that is not cached yet."""
    root, clips = read_clips(data)
    settings = settings or CacheSettings()
    return cache_clips(root, clips, cache, settings, workers=workers, show_progress=show_progress)


def cache_clips(
    root: Path,
    clips: Sequence[Clip],
    cache: Path,
    settings: CacheSettings,
    *,
    workers: int | None = None,
    show_progress: bool = True,
) -> Cached:
    """The same for some clips, whose paths are relative to ``root``."""
    targets = {clip: cache_path(root, clip, cache, settings) for clip in clips}
    missing = [clip for clip in clips if not targets[clip].exists()]
    broken: dict[str, str] = {}
    # A forked child of a process that has used torch's threads may wait for ever.
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=workers, mp_context=spawn) as pool:
        jobs = {
            pool.submit(_cache_one, root / clip.path, targets[clip], settings): clip
            for clip in missing
        }
        for job in _progress(as_completed(jobs), len(jobs), show_progress):
            if reason := job.result():
                broken[jobs[job].path] = reason
    return [(clip, targets[clip]) for clip in clips if clip.path not in broken], broken


def _progress(jobs: Iterable[CacheJob], total: int, show: bool) -> Iterable[CacheJob]:
    from rich.progress import track

    return track(jobs, description="decoding", total=total, disable=not show)


def write_index(index: Sequence[tuple[Clip, Path]], broken: dict[str, str], target: Path) -> None:
    """Write what was prepared, for people and other programs."""
    text = {
        "clips": [asdict(clip) | {"frames": str(path)} for clip, path in index],
        "broken": broken,
    }
    target.write_text(json.dumps(text, indent=1, ensure_ascii=False))
