"""A source that is drawn: a person who performs a script, and the true labels of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from har_live.sources.base import Source
from har_live.types import Frame, Segment, VideoInfo
from training.figure.looks import LOOKS
from training.figure.performance import Performance
from training.figure.picture import draw_person
from training.figure.script import DEFAULT_SCRIPT, Passage
from training.figure.skeleton import joints_of

if TYPE_CHECKING:
    from har_live.types import Image

_SMALLEST_SIDE = 32


class FigureSource(Source):
    """A person of the project's own drawing, who waves, walks, sits down … on a known script.

    What is shown depends on time and seed alone: at any frame rate, the pictures of an instant
    are the same bytes.

    Args:
        script: what is performed; ``DEFAULT_SCRIPT`` if None.
        seconds: length; the script starts again where it is longer, and is cut where it is
            shorter. None: the script's own length.
        width: pixels, at least 32.
        height: pixels, at least 32.
        fps: frames per second.
        seed: of the small variations in tempo, reach and leading side.

    Raises:
        ValueError: an argument is out of its range.
    """

    def __init__(
        self,
        *,
        script: Sequence[Passage] | None = None,
        seconds: float | None = None,
        width: int = 640,
        height: int = 480,
        fps: float = 30.0,
        seed: int = 0,
    ) -> None:
        for name, side in (("width", width), ("height", height)):
            if side < _SMALLEST_SIDE:
                raise ValueError(f"{name} is {side}; expected at least {_SMALLEST_SIDE} pixels")
        _check_positive("fps", fps)
        if seed < 0:
            raise ValueError(f"seed is {seed}; expected a whole number of at least 0")
        passages = tuple(DEFAULT_SCRIPT if script is None else script)
        if not passages:
            raise ValueError("script is empty; expected at least one Passage")
        length = sum(passage.seconds for passage in passages)
        if seconds is None:
            seconds = length
        _check_positive("seconds", seconds)
        self._performance = Performance(passages * math.ceil(seconds / length), seed)
        self._info = VideoInfo(
            name="figure",
            width=width,
            height=height,
            fps=float(fps),
            duration_seconds=float(seconds),
            num_frames=max(1, round(seconds * fps)),
        )

    @property
    def info(self) -> VideoInfo:
        return self._info

    @property
    def true_segments(self) -> list[Segment]:
        """List what is performed from when to when; neighbours have different labels."""
        assert self._info.duration_seconds is not None
        return self._performance.segments(self._info.duration_seconds)

    @property
    def frame_seconds(self) -> list[float]:
        """Return when each frame is shown."""
        assert self._info.num_frames is not None
        assert self._info.fps is not None
        return [index / self._info.fps for index in range(self._info.num_frames)]

    def truth_at(self, t: float) -> str:
        """The true label at ``t`` seconds."""
        return self._performance.truth_at(t)

    def picture_at(self, t: float) -> Image:
        """(height, width, 3) uint8 RGB at ``t`` seconds."""
        snapshot = self._performance.snapshot_at(t)
        passage = snapshot.passage
        return draw_person(
            joints_of(snapshot.pose, LOOKS[passage.look].body),
            scene=passage.scene,
            look=passage.look,
            view=passage.view,
            width=self._info.width,
            height=self._info.height,
            has_chair=snapshot.has_chair,
            mug_side=snapshot.mug_side,
            eyes_open=snapshot.eyes_open,
        )

    def __iter__(self) -> Iterator[Frame]:
        for t in self.frame_seconds:
            yield Frame(self.picture_at(t), t, self.truth_at(t))

    def close(self) -> None:
        """Do nothing: nothing is held open."""


def _check_positive(name: str, value: float) -> None:
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"{name} is {value}; expected a positive number")
