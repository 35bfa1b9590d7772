"""Long streams of the built-in figure: performing, and standing about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from har_live.types import NONE, Frame
from training.figure.looks import LOOKS
from training.figure.scenes import SCENES
from training.figure.script import DEFAULT_SCRIPT, Passage
from training.figure.source import FigureSource
from training.live.measures import timeline
from training.live.stream_builder import CAMERA_FPS, LiveStream, StreamSettings

if TYPE_CHECKING:
    from har_live.types import Image

VIEWS = ("full", "webcam", "left", "knees", "wide", "desk")
"""Views of the idle figure."""


def figure_streams(labels: Sequence[str], settings: StreamSettings) -> Iterator[LiveStream]:
    """Yield the figure performing what the weights know, and standing about in every scene.

    Args:
        labels: the weights'.
    """
    script = [passage for passage in DEFAULT_SCRIPT if passage.label in (NONE, *labels)]
    if any(passage.label != NONE for passage in script):
        yield _performed("figure", "figure", script, settings)
    idle = [
        Passage(NONE, 10.0, scene, look, view)
        for scene, look, view in zip(SCENES, LOOKS, VIEWS, strict=True)
    ]
    yield _performed("figure, idle", "nothing", idle, settings)


def _performed(
    name: str, kind: Literal["figure", "nothing"], script: list[Passage], settings: StreamSettings
) -> LiveStream:
    seconds = min(settings.seconds, sum(passage.seconds for passage in script))
    source = FigureSource(
        script=script, seconds=seconds, width=320, height=240, fps=CAMERA_FPS, seed=settings.seed
    )
    truth = timeline([(s.start_seconds, s.label) for s in source.true_segments], seconds)
    moments = [index / CAMERA_FPS for index in range(round(seconds * CAMERA_FPS))]
    frames = tuple(Frame(_Drawn(source, t), t, source.truth_at(t)) for t in moments)
    return LiveStream(name, kind, frames, truth)


class _Drawn:
    """A picture of the figure that is drawn when it is looked at: most frames never are."""

    def __init__(self, source: FigureSource, seconds: float) -> None:
        self._source, self._seconds = source, seconds
        self._drawn: Image | None = None

    @property
    def shape(self) -> tuple[int, int, int]:
        return self._source.info.height, self._source.info.width, 3

    def rgb(self) -> Image:
        if self._drawn is None:
            self._drawn = self._source.picture_at(self._seconds)
        return self._drawn

    def yuv(self) -> None:
        return None
