"""What is shown, as files: the recording and screenshots. Main thread only."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Self

import cv2

from har_live.errors import SinkError
from har_live.live.finishing import Finisher
from har_live.live.targets import first_recording
from har_live.sinks.files import reason
from har_live.sinks.naming import free_path, has_time
from har_live.sinks.part import adopt, is_taken
from har_live.sinks.video import VideoSink

if TYPE_CHECKING:
    from types import TracebackType

    from har_live.live.settings import LiveSettings
    from har_live.types import Image, VideoInfo


class Recorder:
    """Leaving the ``with`` block, for whatever reason, completes the recording."""

    def __init__(self, settings: LiveSettings) -> None:
        self._settings = settings
        self._info: VideoInfo | None = None
        self._video: VideoSink | None = None
        self._has_frame = False
        self._begin_seconds = 0.0  # where the source was when a recording was split
        self._finisher = Finisher()
        if settings.record is not None and has_time(settings.record):
            adopt(settings.record, ".mp4")

    @property
    def is_open(self) -> bool:
        """What the pictures will be is known."""
        return self._info is not None

    @property
    def is_recording(self) -> bool:
        return self._video is not None

    def open(self, info: VideoInfo) -> None:
        """Begin the recording that was asked for; ``info`` is the pictures'. Later calls do
        nothing."""
        if self._info is not None:
            return
        self._info = info
        if self._settings.record is not None:
            path, overwrite = first_recording(self._settings.record), self._settings.overwrite
            self._video = self._sink(path, info, overwrite=overwrite)

    def write(self, picture: Image, pts_seconds: float) -> None:
        """Record a picture as it is shown, (H, W, 3) uint8 RGB, if it is being recorded."""
        self._has_frame = True
        if self._video is None:
            return
        split_seconds = self._settings.split_seconds
        if split_seconds is not None and self._video.duration_seconds >= split_seconds:
            self._begin_next(self._video)
            self._begin_seconds = pts_seconds
        self._video.write(picture, pts_seconds - self._begin_seconds)

    def toggle(self) -> str:
        """Begin or complete a recording; what was done, for people."""
        if self._video is None:
            assert self._info is not None, "a recording needs a source"
            path = self._free_path(".mp4")
            self._video = self._sink(path, self._info)
            self._begin_seconds = 0.0
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
        with ExitStack() as stack:
            stack.callback(self._finisher.wait)
            if self._video is None:
                return
            if kind is not None and not self._has_frame:
                self._video.abort()
            else:
                self._video.__exit__(kind, error, trace)

    def _sink(self, path: Path, info: VideoInfo, *, overwrite: bool = False) -> VideoSink:
        hwaccel = self._settings.options.hwaccel
        return VideoSink(path, info, overwrite=overwrite, hwaccel=hwaccel)

    def _begin_next(self, video: VideoSink) -> None:
        """Go on in a new file; the old one is completed meanwhile."""
        assert self._info is not None, "a recording needs a source"
        path = self._settings.record
        path = self._free_path(".mp4") if path is None else free_path(path, is_taken=is_taken)
        self._finisher.wait()
        self._video = self._sink(path, self._info)
        self._finisher.finish(video)

    def _free_path(self, suffix: str) -> Path:
        return free_path(
            self._settings.folder / f"har-live-%Y%m%d-%H%M%S{suffix}", is_taken=is_taken
        )
