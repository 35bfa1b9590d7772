"""The files that live use writes: recording, events, screenshots. Main thread only."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime
from itertools import chain, count, product
from pathlib import Path
from typing import TYPE_CHECKING, Self

import cv2

from har_live.errors import SinkError
from har_live.sinks.events import EventsSink, open_events
from har_live.sinks.files import check_target, reason
from har_live.sinks.video import VideoSink

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from har_live.live.settings import LiveSettings
    from har_live.recognizer import Recognizer
    from har_live.types import Image, Prediction, Segment, VideoInfo


class Outputs:
    """Leaving the ``with`` block, for whatever reason, completes every file.

    Raises:
        SinkError: a file exists already or can't be where it should be.
    """

    def __init__(self, settings: LiveSettings, recognizer: Recognizer) -> None:
        self._settings = settings
        self._recognizer = recognizer
        self._segmenter = recognizer.segmenter(min_duration_seconds=settings.min_duration_seconds)
        self._info: VideoInfo | None = None
        self._video: VideoSink | None = None
        self._events: list[EventsSink] = []
        self._has_frame = False
        self._is_full = False
        self.num_segments = 0
        # Before a camera is opened or a server is asked.
        for path in chain([settings.record] if settings.record else [], settings.events):
            check_target(path, overwrite=settings.overwrite)

    @property
    def is_recording(self) -> bool:
        return self._video is not None

    def open(self, info: VideoInfo) -> None:
        """Begin the files; ``info`` is the source's. After a reconnect they go on."""
        if self._info is not None:
            return
        self._info = info
        for path in self._settings.events:
            sink = open_events(
                path,
                source=info.name,
                weights=self._recognizer.card.name,
                labels=self._recognizer.labels,
                overwrite=self._settings.overwrite,
            )
            self._events.append(sink)
        if self._settings.record is not None:
            path, overwrite = self._settings.record, self._settings.overwrite
            self._video = VideoSink(path, info, overwrite=overwrite)

    def write_frame(self, picture: Image, pts_seconds: float) -> None:
        """Record a picture as it is shown, (H, W, 3) uint8 RGB, if it is being recorded."""
        self._has_frame = True
        if self._video is not None:
            self._video.write(picture, pts_seconds)

    def write_prediction(self, prediction: Prediction) -> None:
        """Write the segment that a prediction shows to be over, if any."""
        self._write(self._segmenter.update(prediction))

    def toggle_recording(self) -> str:
        """Begin or complete a recording; what was done, for people."""
        if self._video is None:
            assert self._info is not None, "a recording needs a source"
            path = self._free_path(".mp4")
            self._video = VideoSink(path, self._info)
            return f"recording {path.name}"
        video, self._video = self._video, None
        video.close(complete=False)
        return f"saved {video.path.name}"

    def save_picture(self, picture: Image) -> str:
        """Write a PNG of a picture, (H, W, 3) uint8 RGB; what was done, for people."""
        path = self._free_path(".png")
        done, data = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
        assert done, "OpenCV is never without its PNG encoder"
        try:
            path.write_bytes(data.tobytes())
        except OSError as error:
            raise SinkError(f"can't write {path}: {reason(error)}") from error
        return f"saved {path.name}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with ExitStack() as stack:  # all of them, whatever one of them says
            sinks: list[EventsSink | VideoSink] = [*self._events]
            if self._video is not None:
                sinks.append(self._video)
            for sink in sinks:
                if kind is not None and not self._has_frame:
                    stack.callback(sink.abort)
                else:
                    stack.callback(sink.__exit__, kind, error, trace)
            self._write(self._segmenter.finish())

    def _write(self, segments: Sequence[Segment]) -> None:
        if self._is_full:
            return  # said once
        for sink, segment in product(self._events, segments):
            try:
                sink.write(segment)
            except SinkError:
                self._is_full = True
                raise
        self.num_segments += len(segments)

    def _free_path(self, suffix: str) -> Path:
        stem = f"har-live-{datetime.now():%Y%m%d-%H%M%S}"
        names = chain([stem], (f"{stem}-{number}" for number in count(2)))
        paths = (self._settings.folder / f"{name}{suffix}" for name in names)
        return next(path for path in paths if not path.exists())
