"""What a node knows of a camera, gathered where its moments pass on their way to its sinks."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from har_live.current_labels import CurrentLabels
from har_live.errors import SourceError
from har_live.realtime.metrics import Rate
from har_live.sinks.base import Sink
from har_live.sinks.isolated import IsolatedSinks
from har_live.sources.base import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from har_live.errors import SinkError
    from har_live.moment import Moment
    from har_live.sinks.base import Run
    from har_live.types import Frame, VideoInfo

State = Literal["waiting", "opening", "live", "lost", "ended", "failed"]
"""``waiting`` for a node; ``failed``: its batch did, and begins again."""


@dataclass(frozen=True, slots=True)
class CameraStatus:
    """How a camera is."""

    name: str
    state: State = "waiting"
    label: str | None = None
    """What the main person does now; None before the first label."""
    confidence: float = 0.0
    num_people: int = 0
    fps: float = 0.0
    """Pictures a second, over the last one."""
    label_age_seconds: float | None = None
    """Since a window last confirmed the label; None before the first."""
    num_frames: int = 0
    num_predictions: int = 0
    num_losses: int = 0
    num_segments: Mapping[str, int] = field(default_factory=dict)
    """Those that are over, by label."""
    trouble: str | None = None
    """What is amiss, in one line."""


class CameraSink(Sink):
    """Passes moments on to the sinks of one camera, and counts them. Where one of the sinks fails,
    labels, the other sinks and other cameras go on.

    Args:
        name: of the camera.
        sinks: its own.
        trouble: why they could not be made.
    """

    def __init__(self, name: str, sinks: Sequence[Sink], *, trouble: str | None = None) -> None:
        self._name = name
        self._sinks = IsolatedSinks(sinks, self._note_failure)
        self.source_trouble: str | None = None
        """What the source was lost by, until it is back."""
        self.has_ended = False
        """True once a recording is over."""
        self._sink_trouble = trouble
        self._labels = CurrentLabels()
        self._rate = Rate()
        self._state: State = "opening"
        self._num_frames = self._num_predictions = self._num_losses = 0
        self._num_segments: Counter[str] = Counter()
        self._labelled_seconds: float | None = None

    def begin(self, run: Run) -> None:
        """Begin the sinks."""
        self._sinks.begin(run)

    def write(self, moment: Moment) -> None:
        """Take note of a moment, and pass it on."""
        now = time.monotonic()
        if moment.is_lost:
            self._state = "lost"
            self._num_losses += 1
            self._labels.restart()
        elif moment.frame is not None:
            self._state = "live"
            self._num_frames += 1
            self._rate.add(now)
        if moment.predictions:
            self._labels.update(moment.predictions, moment.people)
            self._labelled_seconds = now
        self._num_predictions += len(moment.predictions)
        self._num_segments.update(segment.label for segment in moment.segments)
        self._sinks.write(moment)

    def close(self) -> None:
        """Complete what the sinks wrote."""
        self._sinks.close()

    def abort(self) -> None:
        """Keep what the sinks wrote; where that is nothing, leave nothing."""
        self._sinks.abort()

    def status(self) -> CameraStatus:
        """Say how the camera is."""
        now, newest = time.monotonic(), self._labels.newest_of(self._labels.main)
        labelled = self._labelled_seconds
        return CameraStatus(
            self._name,
            state=self._state_now,
            label=None if newest is None else newest.label,
            confidence=0.0 if newest is None else newest.confidence,
            num_people=len(self._labels.people),
            fps=self._rate.per_second(now),
            label_age_seconds=None if labelled is None else now - labelled,
            num_frames=self._num_frames,
            num_predictions=self._num_predictions,
            num_losses=self._num_losses,
            num_segments=dict(self._num_segments),
            trouble=self.source_trouble or self._sink_trouble or self._sinks.trouble,
        )

    @property
    def _state_now(self) -> State:
        if self.source_trouble:
            return "lost"
        return "ended" if self.has_ended else self._state

    def _note_failure(self, error: SinkError) -> None:
        self._sink_trouble = str(error)


class NotedSource(Source):
    """A source as it is; what it is lost by, and its end, are noted.

    Args:
        source: is closed with this.
        sink: takes note.
    """

    def __init__(self, source: Source, sink: CameraSink) -> None:
        self._source = source
        self._sink = sink

    @property
    def info(self) -> VideoInfo:
        with noting(self._sink):
            return self._source.info

    def __iter__(self) -> Iterator[Frame]:
        with noting(self._sink):
            for frame in self._source:
                self._sink.source_trouble = None
                yield frame
        self._sink.has_ended = not self._source.info.is_live

    def interrupt(self) -> None:
        """End the reading now, from any thread."""
        self._source.interrupt()

    def close(self) -> None:
        self._source.close()


@contextmanager
def noting(sink: CameraSink) -> Iterator[None]:
    """Note what a source is lost by."""
    try:
        yield
    except SourceError as error:
        sink.source_trouble = str(error)
        raise
