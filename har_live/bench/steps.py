"""Measurements of the heart: a grid frame, a person, a window, a stream."""

from __future__ import annotations

import copy
import dataclasses
import logging
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from har_live.bench.rows import Row
from har_live.bench.timing import median_seconds
from har_live.errors import BackendError
from har_live.people.detection import Detection
from har_live.recognizer import Recognizer
from har_live.time_grid import GridFrame
from har_live.transforms import to_finder
from har_live.types import Frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from har_live.bench.timing import Effort
    from har_live.card import Weights
    from har_live.people.finder import Finder
    from har_live.scorers import Runtime
    from har_live.types import Image

    Task = Callable[[], object]

logger = logging.getLogger(__name__)

PLACES: tuple[tuple[Runtime, str], ...] = (
    ("onnx", "cpu"),
    ("torch", "cpu"),
    ("onnx", "cuda"),
    ("torch", "cuda"),
)
"""Runtimes and devices that are measured where they are there."""
NUM_STREAMS = (1, 4, 16, 64)
NUM_PEOPLE = (1, 2, 4, 6)
PICTURE_SIZE = (360, 640)
"""Height and width of what is looked at."""
UPRIGHT = (
    *((0.0, 0.1), (-0.02, 0.08), (0.02, 0.08), (-0.04, 0.1), (0.04, 0.1)),  # head
    *((-0.08, 0.25), (0.08, 0.25), (-0.1, 0.4), (0.1, 0.4), (-0.1, 0.55), (0.1, 0.55)),  # arms
    *((-0.06, 0.55), (0.06, 0.55), (-0.06, 0.75), (0.06, 0.75), (-0.06, 0.95), (0.06, 0.95)),
)
"""The 17 joints of somebody who stands, as the finder knows them: x, y in picture's heights."""


def open_all(weights: Sequence[Weights]) -> list[Recognizer]:
    """The weights on all that is there to run them."""
    opened = []
    for each in weights:
        for runtime, device in PLACES:
            try:
                opened.append(Recognizer(each, runtime=runtime, device=device))
            except BackendError as error:
                logger.info("not measured: %s", error)
    return opened


def name_of(recognizer: Recognizer) -> str:
    """Name weights and what they run on, for people."""
    return f"{recognizer.card.name} on {recognizer.runs_on}"


def step(
    recognizer: Recognizer, *, num_streams: int = 1, num_people: int = 1, hop: int | None = None
) -> Task:
    """A call that shows the next grid frame of noise to all open windows of the streams.

    Args:
        num_people: are followed in each stream, by weights that read joints. Noise shows nobody:
            the finder looks, and is told that they stand side by side.
        hop: grid frames between two windows; None takes the card's, the window's length leaves one
            window in flight.
    """
    shown = copy.copy(recognizer)
    shown.card = dataclasses.replace(shown.card, hop=shown.card.hop if hop is None else hop)
    shown.max_people = max(num_people, shown.max_people)
    if shown.finder is not None:
        shown.finder = _Crowd(shown.finder, num_people)
    group, indices = shown.streams(num_streams), count()
    pictures = noise(num_streams)

    def advance() -> object:
        index = next(indices)
        pts_seconds = index / shown.card.clip.grid_fps
        return group.advance(
            {
                number: GridFrame(index, pts_seconds, Frame(picture, pts_seconds))
                for number, picture in enumerate(pictures)
            }
        )

    for _ in range(4):  # by then everybody is followed
        advance()
    return advance


def find(recognizer: Recognizer) -> Task | None:
    """A call that looks for people in one picture, and does no more; None where nobody is looked
    for."""
    finder = recognizer.finder
    if finder is None:
        return None
    height, width = PICTURE_SIZE
    small = to_finder(noise(1)[0], recognizer.card.clip.image_size)
    return lambda: finder.find([small], aspects=[width / height])


def noise(num_pictures: int) -> list[Image]:
    """(h, w, 3) uint8 each, always the same."""
    random = np.random.default_rng(0)
    return [random.integers(0, 256, (*PICTURE_SIZE, 3), np.uint8) for _ in range(num_pictures)]


def grid_frame_rows(recognizers: Sequence[Recognizer], effort: Effort) -> Iterator[Row]:
    """One stream's grid frame, beside the people finder alone; with more people, beside one; and
    how many windows that makes."""
    tasks: dict[tuple[str, object], Task] = {}
    for one in recognizers:
        finding = find(one)
        for num_people in NUM_PEOPLE if finding else NUM_PEOPLE[:1]:
            tasks[name_of(one), num_people] = step(one, num_people=num_people)
        if finding is not None:
            tasks[name_of(one), "finder"] = finding
    seconds = median_seconds(tasks, effort)
    for one in recognizers:
        name, hop = name_of(one), one.card.hop
        floor_seconds = seconds.get((name, "finder"))
        against = None if floor_seconds is None else floor_seconds * 1000
        alone_ms = seconds[name, 1] * 1000
        floor_name = "" if against is None else "people finder alone"
        yield Row(name, "grid frame", alone_ms, "ms", against, floor_name)
        for num_people in NUM_PEOPLE[1:] if floor_seconds else ():
            with_them_ms = seconds[name, num_people] * 1000
            yield Row(
                name, f"grid frame, {num_people} people", with_them_ms, "ms", alone_ms, "1 person"
            )
        windows, needed = 1 / seconds[name, 1] / hop, one.card.clip.grid_fps / hop
        yield Row(name, "windows scored", windows, "1/s", needed, "one stream")


def anew_rows(recognizers: Sequence[Recognizer], effort: Effort) -> Iterator[Row]:
    """A window each grid frame: in flight, and the usual way, all of its frames anew.

    The usual way's frames go through the network in one batch, which is the quickest.
    """
    tasks: dict[tuple[str, str], Task] = {}
    for one in recognizers:
        num_frames = one.card.clip.num_frames
        tasks[name_of(one), "anew"] = step(one, num_streams=num_frames, hop=num_frames)
        tasks[name_of(one), "in flight"] = step(one, hop=1)
    seconds = median_seconds(tasks, effort)
    for one in recognizers:
        yield Row(
            name_of(one),
            f"a window anew, {one.card.clip.num_frames} frames",
            seconds[name_of(one), "anew"] * 1000,
            "ms",
            seconds[name_of(one), "in flight"] * 1000,
            "in flight",
        )


def streams_rows(recognizers: Sequence[Recognizer], effort: Effort) -> Iterator[Row]:
    """A grid frame of one of several streams that share a batch."""
    tasks = {
        (name_of(one), number): step(one, num_streams=number)
        for one in recognizers
        for number in NUM_STREAMS
    }
    seconds = median_seconds(tasks, effort)
    for one in recognizers:
        alone = seconds[name_of(one), 1] * 1000
        for number in NUM_STREAMS[1:]:
            each = seconds[name_of(one), number] * 1000 / number
            yield Row(name_of(one), f"grid frame, {number} streams", each, "ms", alone, "1 stream")


class _Crowd:
    """A finder that looks as another one does, and finds people who stand side by side."""

    def __init__(self, finder: Finder, num_people: int) -> None:
        self._finder = finder
        self._people = [_standing(0.25 + 0.25 * number) for number in range(num_people)]

    def find(self, pictures: Sequence[Image], *, aspects: Sequence[float]) -> list[list[Detection]]:
        self._finder.find(pictures, aspects=aspects)
        return [self._people] * len(pictures)


def _standing(x: float) -> Detection:
    """Somebody at ``x`` heights of the picture."""
    joints = np.array([(x + across, down, 0.9) for across, down in UPRIGHT], np.float32)
    return Detection(joints, (x - 0.1, 0.05, x + 0.1, 0.95), 0.9)
