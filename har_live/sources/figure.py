"""The built-in source: a drawn person who performs a script and knows the true labels."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from har_live.figure.looks import LOOKS
from har_live.figure.performance import Performance
from har_live.figure.picture import draw_person
from har_live.figure.script import DEFAULT_SCRIPT, Passage
from har_live.figure.skeleton import joints_of
from har_live.sources.base import Source
from har_live.types import Frame, Segment, VideoInfo

if TYPE_CHECKING:
    from har_live.sources.options import SourceOptions
    from har_live.types import Image

__all__ = ["DEFAULT_SCRIPT", "FigureSource", "Passage"]

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
        """What is performed from when to when; neighbours have different labels."""
        assert self._info.duration_seconds is not None
        return self._performance.segments(self._info.duration_seconds)

    def truth_at(self, t: float) -> str:
        """The true label at ``t`` seconds."""
        return self._performance.truth_at(t)

    def picture_at(self, t: float) -> Image:
        """(height, width, 3) uint8 RGB at ``t`` seconds."""
        moment = self._performance.moment_at(t)
        passage = moment.passage
        return draw_person(
            joints_of(moment.pose, LOOKS[passage.look].body),
            scene=passage.scene,
            look=passage.look,
            view=passage.view,
            width=self._info.width,
            height=self._info.height,
            has_chair=moment.has_chair,
            mug_side=moment.mug_side,
            eyes_open=moment.eyes_open,
        )

    def __iter__(self) -> Iterator[Frame]:
        assert self._info.num_frames is not None
        assert self._info.fps is not None
        for index in range(self._info.num_frames):
            t = index / self._info.fps
            yield Frame(self.picture_at(t), t, self.truth_at(t))

    def close(self) -> None:
        """Nothing is held open."""


def open_figure(_spec: str, _options: SourceOptions) -> FigureSource:
    """The default performance."""
    return FigureSource()


def _check_positive(name: str, value: float) -> None:
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"{name} is {value}; expected a positive number")
