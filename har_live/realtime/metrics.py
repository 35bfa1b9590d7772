"""Rates and latencies of live use, in memory that does not grow."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LONGEST_MS = 10_000
"""Latencies above it count as it."""


class Latencies:
    """A histogram in milliseconds."""

    def __init__(self) -> None:
        self._counts = np.zeros(LONGEST_MS + 1, np.int64)
        self.newest_ms: float | None = None

    def add(self, seconds: float) -> None:
        self.newest_ms = seconds * 1000
        self._counts[round(min(max(self.newest_ms, 0), LONGEST_MS))] += 1

    def summary_ms(self) -> tuple[float, float, float] | None:
        """Return what half of them stay within, what 95 in 100 do, and the longest; None without
        any."""
        within = self.within_ms((0.5, 0.95, 1.0))
        return None if within is None else (within[0], within[1], within[2])

    def within_ms(self, shares: Sequence[float]) -> list[float] | None:
        """Return what each share of them, 0–1, stays within; None without any."""
        total = int(self._counts.sum())
        if not total:
            return None
        within: list[float] = np.searchsorted(
            self._counts.cumsum(), np.asarray(shares) * total
        ).tolist()
        return within


class Rate:
    """Events per second, over the last second."""

    def __init__(self) -> None:
        self._times_seconds: deque[float] = deque()

    def add(self, now_seconds: float) -> None:
        self._times_seconds.append(now_seconds)

    def per_second(self, now_seconds: float) -> float:
        times = self._times_seconds
        while times and times[0] <= now_seconds - 1:
            times.popleft()
        # With two times there is one interval between them.
        span = times[-1] - times[0] if times else 0.0
        return (len(times) - 1) / span if span > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Ending:
    """The reason why a run is over."""

    reason: str
    """One phrase for people."""
    exit_code: int = 0


@dataclass(frozen=True, slots=True)
class LiveSummary:
    """The outcome of a run of live use for one source."""

    source: str
    """Its name, for people."""
    ending: str
    """The reason why it ended, for people."""
    exit_code: int
    """Exit code of the command: 0, 1 where the source was lost for good, or 128 and the number of
    the signal that ended it."""
    duration_seconds: float
    """Seconds from the first frame to the end."""
    num_shown: int
    """Frames shown or recorded."""
    num_dropped: int
    """Frames dropped because newer ones had come."""
    num_predictions: int
    num_segments: int
    num_reconnects: int
    latencies: Latencies
    """Times from a frame's arrival to the drawing of a label that includes it."""

    @property
    def latency_ms(self) -> tuple[float, float, float] | None:
        """Latency of half of all labels, of 95 in 100, and the longest; None without a label."""
        return self.latencies.summary_ms()

    @property
    def shown_fps(self) -> float:
        """Frames shown per second, on the whole."""
        return self.num_shown / self.duration_seconds if self.duration_seconds > 0 else 0.0
