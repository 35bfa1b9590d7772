"""How many cameras a machine can watch: measured for a few, calculated for thousands.

For ``N`` cameras, with the figures of the largest number measured::

    cores   = N × (decoding + scoring) / BUSY     processor time of each, a second of video
    memory  = N × memory of each
    network = N × the stream's own bits a second
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from har_live.bench.clips import SIZE, make_clips, repeat
from har_live.bench.end_to_end import run_module
from har_live.bench.rows import Row
from har_live.card import Weights
from har_live.errors import BackendError

NUM_CAMERAS = (1, 4, 16, 64)
FAR_NUM_CAMERAS = (1_000, 10_000)
BUSY = 0.7
"""Share of a core that may be planned for: above it, waits grow."""
SECONDS = 2.0
"""Of video, of each camera, after the warm-up."""
PROCESS_SECONDS = 1800.0
CAMERA_MEGABITS = 4.0
"""A second, of a 720p H.264 camera; the clip, in which little moves, has fewer."""


@dataclass(frozen=True, slots=True)
class CameraCost:
    """What each of several cameras takes."""

    num_cameras: int
    decoding_cores: float
    """Cores that its decoding keeps busy."""
    scoring_cores: float
    """Cores that all else keeps busy."""
    megabytes: float

    @property
    def cores(self) -> float:
        """Cores that it keeps busy."""
        return self.decoding_cores + self.scoring_cores


def capacity_rows(
    weights: Weights,
    *,
    num_cameras: Sequence[int] = NUM_CAMERAS,
    seconds: float = SECONDS,
    size: tuple[int, int] = SIZE,
    on_name: Callable[[str], None] = lambda name: None,
) -> Iterator[Row]:
    """Measure each number of cameras, then calculate thousands.

    Args:
        seconds: of video, of each camera.
        size: width and height in pixels of what they show.

    Raises:
        BackendError: this is no Linux, or a process of ours failed.
    """
    if sys.platform != "linux":
        raise BackendError("the capacity is read from Linux's /proc; this system has none")
    with tempfile.TemporaryDirectory(prefix="har-live-capacity-") as name:
        folder = Path(name)
        on_name("making a clip")
        window_seconds = weights.card.clip.window_seconds
        clip = make_clips(folder, window_seconds=window_seconds, seconds=2.0, size=size).whole
        film = repeat(clip, folder / "film.mp4", seconds=seconds + 4.0)
        for number in num_cameras:
            on_name(f"{number} cameras")
            cost = _measured(film, weights, number, seconds)
            yield from _measured_rows(cost, size)
    for number in FAR_NUM_CAMERAS:
        yield from _far_rows(cost, number)


def _measured(film: Path, weights: Weights, number: int, seconds: float) -> CameraCost:
    arguments = (str(film), str(weights.folder), str(number), str(seconds))
    told = json.loads(
        run_module("har_live.bench.capacity_child", *arguments, seconds=PROCESS_SECONDS)
    )
    played = told["video_seconds"]
    return CameraCost(
        number,
        told["decoding_seconds"] / played,
        told["scoring_seconds"] / played,
        told["bytes"] / number / 1e6,
    )


def _measured_rows(cost: CameraCost, size: tuple[int, int]) -> Iterator[Row]:
    subject = f"{cost.num_cameras} cameras, {size[1]}p30 H.264, each"
    yield Row(subject, "processor time, of a core", cost.cores * 100, "%")
    yield Row(subject, "of that, decoding", cost.decoding_cores * 100, "%")
    yield Row(subject, "memory", cost.megabytes, "MB")
    yield Row(subject, f"cameras a core, {BUSY:.0%} busy", BUSY / cost.cores, "")


def _far_rows(cost: CameraCost, number: int) -> Iterator[Row]:
    subject = f"{number:,} cameras, calculated from {cost.num_cameras}"
    yield Row(subject, f"cores, {BUSY:.0%} busy", number * cost.cores / BUSY, "")
    yield Row(subject, "of those, not for decoding", number * cost.scoring_cores / BUSY, "")
    yield Row(subject, "memory", number * cost.megabytes / 1000, "GB")
    megabits = number * CAMERA_MEGABITS
    yield Row(subject, f"network, {CAMERA_MEGABITS:g} Mbit/s each", megabits / 1000, "Gbit/s")
