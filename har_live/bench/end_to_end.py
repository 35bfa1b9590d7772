"""Measurements of what a user waits for (a file, a label, a start) and what it takes meanwhile."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from har_live.bench.clips import FPS, repeat
from har_live.bench.rows import Row
from har_live.bench.timing import median_seconds
from har_live.errors import BackendError
from har_live.files.annotate import annotate
from har_live.files.recognize import predict
from har_live.realtime import LiveSettings, live
from har_live.sources import open_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from har_live.bench.clips import Clips
    from har_live.bench.timing import Effort
    from har_live.card import Weights
    from har_live.recognizer import Recognizer
    from har_live.sinks.window import Key
    from har_live.types import Image

logger = logging.getLogger(__name__)

PROCESS_SECONDS = 120.0
"""Longest wait for a process, torch with CUDA included."""
PERCENTILES = (50, 95, 99)
LIVE_FACTOR = 5
"""A paced source plays this many times as long as another measurement takes."""


@dataclass(frozen=True, slots=True)
class Setup:
    """Things that the measurements share."""

    weights: Weights
    recognizer: Recognizer
    clips: Clips
    folder: Path
    """Folder for what is written on the way."""
    effort: Effort

    @property
    def subject(self) -> str:
        """Name of what is measured, for people."""
        return f"720p30 H.264, {self.weights.card.name} on {self.recognizer.runs_on}"

    @property
    def live_seconds(self) -> float:
        """Length of a paced source: the first window, and some labels after it."""
        return 1.5 * self.clips.window_seconds + LIVE_FACTOR * self.effort.seconds


def file_rows(setup: Setup) -> Iterator[Row]:
    """Measure a file: what each frame takes, beside the time that it is shown."""
    clip, recognizer = str(setup.clips.whole), setup.recognizer
    output = setup.folder / "annotated.mp4"
    seconds = median_seconds(
        {
            "decode": partial(_decode, clip),
            "decode, score (predict)": partial(predict, clip, recognizer),
            "all (annotate)": partial(annotate, clip, recognizer, sinks=[output], overwrite=True),
        },
        setup.effort,
    )
    shown_ms = 1000 / FPS
    for name, of_file in seconds.items():
        each_ms = of_file / setup.clips.num_frames * 1000
        yield Row(setup.subject, name, each_ms, "ms/frame", shown_ms, "real time")


def latency_rows(setup: Setup) -> Iterator[Row]:
    """Measure live use of a paced source: from a frame's arrival to its label on the picture."""
    for speed in (1, 2):
        fps = FPS * speed
        path = repeat(
            setup.clips.whole,
            setup.folder / f"{fps:.0f}.mp4",
            seconds=setup.live_seconds,
            speed=speed,
        )
        (summary,) = live(
            str(path),
            setup.recognizer,
            settings=LiveSettings(seconds=setup.live_seconds),
            window=HiddenWindow(),
        )
        if summary.exit_code:
            raise KeyboardInterrupt  # the run has taken it for its own end
        within_ms = summary.latencies.within_ms([percent / 100 for percent in PERCENTILES])
        if within_ms is None:
            logger.warning("no label came within %.1f s", setup.live_seconds)
            continue
        for percent, latency_ms in zip(PERCENTILES, within_ms, strict=True):
            name = f"latency at {fps:.0f} fps, p{percent}"
            yield Row(setup.subject, name, latency_ms, "ms", 1000 / fps, "one frame")


def process_rows(setup: Setup) -> Iterator[Row]:
    """Measure a process of its own: how soon it says a label, and what it takes."""
    folder = str(setup.weights.folder)
    start = ("har_live", "predict", str(setup.clips.first_window), "--weights", folder)
    starts = [_seconds_of_process(*start) for _ in range(setup.effort.min_rounds)]
    yield Row(setup.subject, "start to first label, then end", median(starts), "s")
    path = repeat(setup.clips.whole, setup.folder / "child.mp4", seconds=setup.live_seconds)
    used = json.loads(
        run_module("har_live.bench.child", str(path), folder, str(setup.live_seconds))
    )
    yield Row(setup.subject, "live, no window: of one core", used["cores"] * 100, "%")
    if used["peak_bytes"] is not None:
        megabytes = used["peak_bytes"] / 1e6
        yield Row(setup.subject, "live, no window: most memory", megabytes, "MB")


class HiddenWindow:
    """A window that nobody sees: everything is drawn, nothing is shown."""

    is_closed = False

    def show(self, image: Image) -> None:
        """Do nothing."""

    def poll(self) -> list[Key]:
        """Return no keys."""
        return []

    def toggle_fullscreen(self) -> None:
        """Do nothing: there is no screen."""


def _decode(path: str) -> None:
    with open_source(path) as source:
        for _ in source:
            pass


def _seconds_of_process(*arguments: str) -> float:
    begun_seconds = time.perf_counter()
    run_module(*arguments)
    return time.perf_counter() - begun_seconds


def run_module(*arguments: str, seconds: float = PROCESS_SECONDS) -> str:
    """Run ``python -m …`` and return what it prints.

    Args:
        seconds: it may take so long.

    Raises:
        BackendError: it failed.
    """
    name = f"python -m {' '.join(arguments[:2])}"
    try:
        done = subprocess.run(
            [sys.executable, "-m", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired as error:
        raise BackendError(f"{name} did not end in {seconds:g} s") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip() or "without a word"
        raise BackendError(f"{name} failed: {said.splitlines()[-1]}")
    return done.stdout.decode("utf-8")
