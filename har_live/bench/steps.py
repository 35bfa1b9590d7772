"""What the network costs: a grid frame, a window, a stream."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from har_live.bench.rows import Row
from har_live.bench.timing import median_seconds
from har_live.errors import BackendError
from har_live.scorers import open_scorer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from har_live.bench.timing import Effort
    from har_live.card import ModelCard, Weights
    from har_live.scorers import Precision, Runtime, Scorer

    Task = Callable[[], object]

logger = logging.getLogger(__name__)

PLACES: tuple[tuple[Runtime, str, Precision], ...] = (
    ("onnx", "cpu", "usual"),
    ("onnx", "cpu", "int8"),
    ("torch", "cpu", "usual"),
    ("onnx", "cuda", "usual"),
    ("torch", "cuda", "usual"),
)
"""Runtimes, devices and precisions that are measured where they are there."""
NUM_STREAMS = (1, 4, 16)


@dataclass(frozen=True, slots=True)
class Subject:
    """Weights on a runtime."""

    card: ModelCard
    scorer: Scorer

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.card.name} on {self.scorer.runs_on}"


def open_subjects(weights: Sequence[Weights]) -> list[Subject]:
    """The weights on all that is there to run them."""
    subjects = []
    for opened in weights:
        for runtime, device, precision in PLACES:
            try:
                scorer = open_scorer(opened, runtime=runtime, device=device, precision=precision)
            except BackendError as error:
                logger.info("not measured: %s", error)
            else:
                subjects.append(Subject(opened.card, scorer))
    return subjects


def step(subject: Subject, *, num_streams: int = 1, hop: int | None = None) -> Task:
    """A call that shows noise to all open windows of the streams.

    Args:
        hop: grid frames between two windows; None takes the card's, the window's length leaves one
            window in flight.
    """
    clip = subject.card.clip
    num_windows = -(-clip.num_frames // (subject.card.hop if hop is None else hop))
    windows = subject.scorer.open_windows(num_streams, num_windows)
    pictures = noise(num_streams, clip.image_size)
    return partial(windows.advance, pictures, pictures, np.ones((num_streams, num_windows), bool))


def noise(num_pictures: int, side: int) -> NDArray[np.uint8]:
    """(num_pictures, side, side, 3) uint8, always the same."""
    return np.random.default_rng(0).integers(0, 256, (num_pictures, side, side, 3), np.uint8)


def grid_frame_rows(subjects: Sequence[Subject], effort: Effort) -> Iterator[Row]:
    """One stream's grid frame, beside the encoder alone; and how many windows that makes."""
    tasks: dict[tuple[str, str], Task] = {}
    for subject in subjects:
        tasks[subject.name, "step"] = step(subject)
        encode = _encode(subject)
        if encode is not None:
            tasks[subject.name, "encoder"] = encode
    seconds = median_seconds(tasks, effort)
    for subject in subjects:
        name, hop = subject.name, subject.card.hop
        step_seconds = seconds[name, "step"]
        floor_seconds = seconds.get((name, "encoder"))
        against = None if floor_seconds is None else floor_seconds * 1000
        yield Row(name, "grid frame", step_seconds * 1000, "ms", against, "encoder alone")
        windows, needed = 1 / step_seconds / hop, subject.card.clip.grid_fps / hop
        yield Row(name, "windows scored", windows, "1/s", needed, "one stream")


def anew_rows(subjects: Sequence[Subject], effort: Effort) -> Iterator[Row]:
    """A window each grid frame: in flight, and the usual way, all of its frames anew.

    The usual way's frames go through the network in one batch, which is the quickest.
    """
    tasks: dict[tuple[str, str], Task] = {}
    for subject in subjects:
        num_frames = subject.card.clip.num_frames
        tasks[subject.name, "anew"] = step(subject, num_streams=num_frames, hop=num_frames)
        tasks[subject.name, "in flight"] = step(subject, hop=1)
    seconds = median_seconds(tasks, effort)
    for subject in subjects:
        yield Row(
            subject.name,
            f"a window anew, {subject.card.clip.num_frames} frames",
            seconds[subject.name, "anew"] * 1000,
            "ms",
            seconds[subject.name, "in flight"] * 1000,
            "in flight",
        )


def streams_rows(subjects: Sequence[Subject], effort: Effort) -> Iterator[Row]:
    """A grid frame of one of several streams that share a batch."""
    tasks = {
        (subject.name, number): step(subject, num_streams=number)
        for subject in subjects
        for number in NUM_STREAMS
    }
    seconds = median_seconds(tasks, effort)
    for subject in subjects:
        alone = seconds[subject.name, 1] * 1000
        for number in NUM_STREAMS[1:]:
            each = seconds[subject.name, number] * 1000 / number
            yield Row(subject.name, f"grid frame, {number} streams", each, "ms", alone, "1 stream")


def _encode(subject: Subject) -> Task | None:
    try:
        encode = subject.scorer.encoder(1)
    except BackendError as error:
        logger.warning("%s: %s", subject.name, error)
        return None
    pictures = noise(1, subject.card.clip.image_size)
    return partial(encode, pictures, pictures)
