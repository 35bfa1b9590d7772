"""From videos to a cache of small uint8 frames on the time grid, in parallel and resumable."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from har_live.errors import HarLiveError, SourceError
from har_live.grid import frames_played_at, grid_instants
from har_live.sources.media import MediaSource
from har_live.transforms import to_network
from har_live.types import ClipSpec

VIDEO_SUFFIXES = {".avi", ".gif", ".m4v", ".mkv", ".mov", ".mp4", ".mpg", ".ts", ".webm"}
UCF_GROUP = re.compile(r"_(g\d+)_c\d+$")
"""UCF50 and UCF101 name the scene in the file: v_Biking_g01_c03.avi."""


@dataclass(frozen=True)
class Clip:
    """One labelled video."""

    path: str
    """Relative to the data folder."""
    dataset: str
    label: str
    group: str
    """The scene or person it was cut from: never on both sides of a split."""
    split: str = ""
    """``train``, ``val``, or empty where the data set has no split of its own."""


@dataclass(frozen=True)
class CacheSettings:
    """What the cached frames are."""

    image_size: int = 192
    """Side in pixels of the square frames."""
    cache_fps: float = 24.0
    """Frames kept a second: a multiple of the grid's rate, so that clips can start in between."""

    @property
    def name(self) -> str:
        return f"{self.image_size}px-{self.cache_fps:g}fps"


def read_clips(data: Path) -> tuple[Path, list[Clip]]:
    """The folder that paths are relative to, and its clips.

    ``data`` is a manifest CSV (columns path, label; dataset, group, split where known), a folder
    that holds ``clips.csv``, or a folder with one folder of videos per class.
    """
    if data.is_dir() and (data / "clips.csv").exists():
        data = data / "clips.csv"
    if data.is_file():
        return data.parent, _read_manifest(data)
    if not data.is_dir():
        raise SourceError(f"no data at {data}: expected a manifest CSV or a folder of classes")
    clips = list(_read_folders(data))
    if not clips:
        raise SourceError(f"no videos in {data}: expected one folder of videos per class")
    return data, clips


def _read_manifest(manifest: Path) -> list[Clip]:
    with manifest.open(newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or not {"path", "label"} <= rows[0].keys():
        raise SourceError(f"{manifest} is no manifest: it needs the columns path and label")
    return [
        Clip(
            path=row["path"],
            dataset=row.get("dataset") or manifest.parent.name,
            label=row["label"],
            group=row.get("group") or row["path"],
            split=row.get("split") or "",
        )
        for row in rows
    ]


def _read_folders(root: Path) -> Iterator[Clip]:
    for video in sorted(root.glob("*/*")):
        if video.suffix.lower() in VIDEO_SUFFIXES:
            group = UCF_GROUP.search(video.stem)
            yield Clip(
                path=str(video.relative_to(root)),
                dataset=root.name,
                label=video.parent.name,
                group=f"{video.parent.name}-{group[1]}" if group else str(video),
            )


def cache_path(root: Path, clip: Clip, cache: Path, settings: CacheSettings) -> Path:
    """Where a clip's frames lie: named after the file and its size, so a changed file is redone."""
    video = root / clip.path
    size = video.stat().st_size if video.exists() else 0
    key = hashlib.sha256(f"{video.resolve()} {size}".encode()).hexdigest()[:16]
    return cache / settings.name / f"{video.stem}-{key}.npy"


def decode(video: Path, settings: CacheSettings) -> NDArray[np.uint8]:
    """(K, S, S, 3) uint8 RGB: the frames played at each 1/cache_fps from the first to the last."""
    spec = ClipSpec(image_size=settings.image_size)
    with MediaSource(video) as source:
        frames = [(frame.pts_seconds, to_network(frame.image, spec)) for frame in source]
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


def prepare(
    data: Path,
    cache: Path,
    *,
    settings: CacheSettings | None = None,
    workers: int | None = None,
    show_progress: bool = True,
) -> tuple[list[tuple[Clip, Path]], dict[str, str]]:
    """Cache every clip that is not cached yet.

    Returns:
        Each readable clip with the file of its frames, and {path: reason} of the broken ones.
    """
    settings = settings or CacheSettings()
    root, clips = read_clips(data)
    targets = {clip: cache_path(root, clip, cache, settings) for clip in clips}
    missing = [clip for clip in clips if not targets[clip].exists()]
    broken: dict[str, str] = {}
    with ProcessPoolExecutor(max_workers=workers) as pool:
        jobs = {
            pool.submit(_cache_one, root / clip.path, targets[clip], settings): clip
            for clip in missing
        }
        for job in _progress(as_completed(jobs), len(jobs), show_progress):
            if reason := job.result():
                broken[jobs[job].path] = reason
    return [(clip, targets[clip]) for clip in clips if clip.path not in broken], broken


def _progress(jobs, total, show):
    from rich.progress import track

    return track(jobs, description="decoding", total=total, disable=not show)


def write_index(index: Sequence[tuple[Clip, Path]], broken: dict[str, str], target: Path) -> None:
    """What was prepared, for people and other programs."""
    text = {
        "clips": [asdict(clip) | {"frames": str(path)} for clip, path in index],
        "broken": broken,
    }
    target.write_text(json.dumps(text, indent=1, ensure_ascii=False))
