"""The files of segments that live use writes of one source. Main thread only."""

from __future__ import annotations

from contextlib import ExitStack
from itertools import product
from typing import TYPE_CHECKING, Self

from har_live.errors import SinkError
from har_live.live.targets import events_of
from har_live.sinks.events import EventsSink, open_events

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from har_live.live.settings import LiveSettings
    from har_live.recognizer import Recognizer
    from har_live.types import Prediction, Segment, VideoInfo


class SegmentFiles:
    """Leaving the ``with`` block, for whatever reason, completes every file.

    Args:
        number: of the source, where there are several: it is put into the files' names.
    """

    def __init__(self, settings: LiveSettings, recognizer: Recognizer, number: int | None) -> None:
        self._overwrite, self._append = settings.overwrite, settings.append
        self._paths = events_of(settings, number)
        self._recognizer = recognizer
        self._segmenter = recognizer.segmenter(min_duration_seconds=settings.min_duration_seconds)
        self._sinks: list[EventsSink] | None = None
        self._is_full = False
        self.is_wanted = False
        """Whether the files stay when the run fails: there was something to see."""
        self.num_segments = 0

    def open(self, info: VideoInfo) -> None:
        """Begin the files; ``info`` is the source's. After a reconnect they go on."""
        if self._sinks is not None:
            return
        self._sinks = []
        for path in self._paths:
            sink = open_events(
                path,
                source=info.name,
                weights=self._recognizer.card.name,
                labels=self._recognizer.labels,
                start_seconds=info.start_seconds,
                overwrite=self._overwrite,
                append=self._append,
            )
            self._sinks.append(sink)

    def write_prediction(self, prediction: Prediction) -> None:
        """Write the segment that a prediction shows to be over, if any."""
        self._write(self._segmenter.update(prediction))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with ExitStack() as stack:  # all of them, whatever one of them says
            for sink in self._sinks or []:
                stack.callback(
                    sink.abort if kind is not None and not self.is_wanted else sink.close
                )
            self._write(self._segmenter.finish())

    def _write(self, segments: Sequence[Segment]) -> None:
        if self._is_full:
            return  # said once
        for sink, segment in product(self._sinks or [], segments):
            try:
                sink.write(segment)
            except SinkError:
                self._is_full = True
                raise
        self.num_segments += len(segments)
