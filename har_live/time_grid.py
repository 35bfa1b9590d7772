"""The time grid: which frame was being played at each instant.

Training, evaluation and live streams cut their windows by this one rule, so a 10 fps webcam, a
60 fps file and a variable-rate recording of the same scene mean the same to the network.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from har_live.types import Frame

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

    from har_live.types import ClipSpec

TOLERANCE_SECONDS = 1e-3
"""A frame this little late still counts as on time: Matroska and FLV round to milliseconds, and
the same video in MP4 and in MKV must give the same windows."""


def frames_played_at(pts_seconds: ArrayLike, instants_seconds: ArrayLike) -> NDArray[np.int64]:
    """Return the index of the frame played at each instant: the last one with pts ≤ instant.

    Args:
        pts_seconds: (N,) non-decreasing presentation times.
        instants_seconds: (K,) instants; one before the first frame takes the first frame.

    Returns:
        (K,) int64 indices into the frames.
    """
    limits = np.asarray(instants_seconds, np.float64) + TOLERANCE_SECONDS
    indices = np.searchsorted(np.asarray(pts_seconds, np.float64), limits, side="right") - 1
    return np.maximum(indices, 0)


def grid_instants(pts_seconds: ArrayLike, grid_fps: float) -> NDArray[np.float64]:
    """Return (K,) instants of a whole recording: every 1/grid_fps from the first frame to the
    last."""
    pts = np.asarray(pts_seconds, np.float64)
    count = int(np.floor((pts[-1] - pts[0] + TOLERANCE_SECONDS) * grid_fps)) + 1
    instants: NDArray[np.float64] = pts[0] + np.arange(count) / grid_fps
    return instants


@dataclass(frozen=True, slots=True)
class GridFrame:
    """The frame played at one instant of the grid."""

    index: int
    """Counts from 0 at the start of each unbroken run."""
    instant_seconds: float
    frame: Frame


class TimeGrid:
    """Streaming form of the rule: frames go in, grid frames come out, whatever the frame rate.

    An instant is decided when a frame later than it arrives, so the answer depends on timestamps
    only, never on when or in what portions frames were delivered. A step back in time, a gap of
    more than ``max_gap_seconds``, or a clock that jumped begins a new run: its first grid frame has
    index 0 again.
    """

    def __init__(self, grid_fps: float, *, max_gap_seconds: float) -> None:
        self.grid_fps = grid_fps
        self.max_gap_seconds = max_gap_seconds
        self.reset()

    @classmethod
    def of(cls, clip: ClipSpec) -> TimeGrid:
        """Return one for windows of this kind: a gap longer than a window begins a new run."""
        return cls(clip.grid_fps, max_gap_seconds=clip.window_seconds)

    def reset(self) -> None:
        """Forget the run: the next frame begins a new one."""
        self._playing: Frame | None = None
        self._origin_seconds = 0.0
        self._next_index = 0

    def push(self, frame: Frame) -> list[GridFrame]:
        """Return the grid frames decided by the arrival of ``frame``, oldest first; often none."""
        playing = self._playing
        if playing is None:
            decided = []
            self._begin(frame)
        elif self._follows(frame.pts_seconds, playing) and not frame.begins_anew:
            decided = list(self._instants_before(frame.pts_seconds, playing))
            self._playing = frame
        else:
            decided = self.finish()
            self._begin(frame)
        return decided

    def foresee(self, pts_seconds: float) -> list[GridFrame]:
        """Return the grid frames decided by knowing when the next frame comes; ``push`` leaves them
        out then.

        Args:
            pts_seconds: of the frame that will be pushed next.
        """
        playing = self._playing
        if playing is None or not self._follows(pts_seconds, playing):
            return []
        return list(self._instants_before(pts_seconds, playing))

    def jump_to(self, frame: Frame, *, num_missed: int = 0) -> GridFrame:
        """Show ``frame`` at once, at an instant of its own, and go on from there.

        For a live stream whose scorer fell behind: the run goes on without the instants that were
        missed, and what the network sees is now again.

        Args:
            num_missed: of the grid frames given out last, how many nobody has looked at. The new
                one takes the first one's place; where a run began among them, it begins the run.
        """
        self._playing = frame
        index = max(0, self._next_index - num_missed)
        self._next_index = index + 1
        # The next instant is one grid step after this one.
        self._origin_seconds = frame.pts_seconds - index / self.grid_fps
        return GridFrame(index, frame.pts_seconds, frame)

    def finish(self) -> list[GridFrame]:
        """Return the grid frames up to the last frame's own time; the run is over after it."""
        playing = self._playing
        if playing is None:
            return []
        decided = list(self._instants_before(playing.pts_seconds + 2 * TOLERANCE_SECONDS, playing))
        self.reset()
        return decided

    def _follows(self, pts_seconds: float, playing: Frame) -> bool:
        """Return whether the run goes on with a frame at that moment."""
        return 0 <= pts_seconds - playing.pts_seconds <= self.max_gap_seconds

    def _begin(self, frame: Frame) -> None:
        self._playing = frame
        self._origin_seconds = frame.pts_seconds
        self._next_index = 0

    def _instants_before(self, pts_seconds: float, playing: Frame) -> Iterator[GridFrame]:
        while True:
            instant = self._origin_seconds + self._next_index / self.grid_fps
            if not instant + TOLERANCE_SECONDS < pts_seconds:
                return
            yield GridFrame(self._next_index, instant, playing)
            self._next_index += 1
