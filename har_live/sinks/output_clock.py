"""The clock of a video that is written.

A frame's time in the output is its ``pts_seconds``, to half a tick of the source's time base
or half a microsecond, whichever is longer (Matroska: half a millisecond). Only where that clock is
a running one (``is_running``: the first frame lies before 0 or long after it, as in a recording
begun in mid-stream) does the output begin with its first frame; ``origin_seconds`` says which
second that is.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from har_live.frame_times import Timeline, is_running
from har_live.sinks.source_tracks import Timing

if TYPE_CHECKING:
    from har_live.types import VideoInfo

MIN_TICKS_PER_SECOND = 10_000
"""Fine enough to put a repeated frame right behind its like."""
MAX_TICKS_PER_SECOND = 1_000_000
"""Coarser than some clocks: every frame's time is still right to half a microsecond."""
DEFAULT_FPS = 30.0
"""Rate where the source doesn't say. It spaces key frames and is how long the last frame is
shown."""


class OutputClock:
    """Ticks of the frames, and where they and the source's second 0 lie in the output."""

    def __init__(self, info: VideoInfo, *, source_clock: Timeline | None) -> None:
        """
        Args:
            info: of the source: its time base and frame rate.
            source_clock: where the source's frames are placed, should its clock jump.
        """
        self.fps = info.fps or DEFAULT_FPS
        self.ticks_per_second = _ticks_per_second(info.time_base)
        self.frame_ticks = max(1, round(self.ticks_per_second / self.fps))
        self._timeline = Timeline(self._seconds(1), usual_ticks=self.frame_ticks)
        self._first_ticks = self._origin_ticks = 0
        self._source_start = info.start_ticks * info.time_base
        self._source_clock = source_clock

    @property
    def origin_seconds(self) -> float:
        """Second of the source that is second 0 of the output."""
        return float(self._seconds(self._origin_ticks))

    @property
    def duration_seconds(self) -> float:
        """Length from the first frame to the end of the last one."""
        return float(self._seconds(self._timeline.end_ticks - self._first_ticks))

    def place(self, pts_seconds: float) -> int:
        """Return the tick of the next frame, later than all before."""
        return self._timeline.place(round(pts_seconds * self.ticks_per_second))

    def begin(self, ticks: int) -> None:
        """Let the output begin with the frame of this tick."""
        self._first_ticks = ticks
        if is_running(self._seconds(ticks)):
            self._origin_ticks = ticks

    def in_output(self, ticks: int) -> int:
        """Return the tick counted from the first frame."""
        return ticks - self._first_ticks

    def timing(self, *, with_all_sound: bool) -> Timing:
        """Say where the source's sound belongs; without all of it, it ends with the pictures."""
        end = self._source_start + self._seconds(self._timeline.end_ticks)
        return Timing(
            ticks_per_second=self.ticks_per_second,
            video_start=self._seconds(self._first_ticks - self._origin_ticks),
            source_origin=self._source_start + self._seconds(self._origin_ticks),
            source_until=None if with_all_sound else end,
            source_clock=self._source_clock,
        )

    def _seconds(self, ticks: int) -> Fraction:
        return Fraction(ticks, self.ticks_per_second)


def _ticks_per_second(time_base: Fraction) -> int:
    """Choose a clock in which every time of the source is whole, where MP4 can count so."""
    ticks = time_base.denominator
    while ticks < MIN_TICKS_PER_SECOND:
        ticks *= 2
    return min(ticks, MAX_TICKS_PER_SECOND)
