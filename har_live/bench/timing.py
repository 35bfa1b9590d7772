"""Durations of calls, measured so that other work on the machine does not decide."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Task = TypeVar("Task")


@dataclass(frozen=True, slots=True)
class Effort:
    """Length of the measurements."""

    seconds: float = 3.0
    """Seconds of each measurement."""
    min_rounds: int = 3
    """Calls of each task at least, however long they take."""

    def __post_init__(self) -> None:
        if not 0 < self.seconds < math.inf:
            raise ValueError(f"seconds is {self.seconds}; expected a positive number")
        if self.min_rounds < 1:
            raise ValueError(f"min_rounds is {self.min_rounds}; expected at least 1")


QUICK = Effort(seconds=0.2, min_rounds=1)


def median_seconds(tasks: Mapping[Task, Callable[[], object]], effort: Effort) -> dict[Task, float]:
    """Return the median duration of each task.

    The tasks take turns, one call each: what slows the machine for a while slows them all, so
    their ratios are steadier than their durations. A first call of each does not count.
    """
    for task in tasks.values():
        task()
    durations: dict[Task, list[float]] = {key: [] for key in tasks}
    num_rounds, begun_seconds = 0, time.perf_counter()
    while (
        num_rounds < effort.min_rounds
        or time.perf_counter() - begun_seconds < effort.seconds * len(tasks)
    ):
        for key, task in tasks.items():
            durations[key].append(_seconds_of(task))
        num_rounds += 1
    return {key: median(values) for key, values in durations.items()}


def _seconds_of(task: Callable[[], object]) -> float:
    begun_seconds = time.perf_counter()
    task()
    return time.perf_counter() - begun_seconds
