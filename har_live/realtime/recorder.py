"""The recording and the screenshots of what is shown. Main thread only."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import cv2

from har_live.errors import SinkError
from har_live.realtime.finish_recordings import Finisher
from har_live.realtime.outputs import first_recording
from har_live.sinks.base import Run, Sink
from har_live.sinks.file_checks import check_video, reason
from har_live.sinks.naming import free_path, has_time
from har_live.sinks.part_file import adopt, is_taken
from har_live.sinks.video import VideoFile

if TYPE_CHECKING:
    from har_live.moment import Moment
    from har_live.realtime.settings import LiveSettings
    from har_live.types import Image, VideoInfo


class Recorder(Sink):
    """Takes what is shown, and records it when that is wanted.

    Args:
        record: record to this video from the beginning. The name may ask for the time:
            ``cam-%Y%m%d-%H%M%S.mp4``.

    Raises:
        SinkError: the file exists already or can't be where it should be.
    """

    def __init__(self, settings: LiveSettings, record: Path | None = None) -> None:
        self._settings = settings
        self._record = record
        self._info: VideoInfo | None = None
        self._video: VideoFile | None = None
        self._begin_seconds = 0.0  # where the source was when a recording was split
        self._finisher = Finisher()
        if record is not None:  # before a camera is opened or a server is asked
            check_video(first_recording(record), overwrite=settings.overwrite)
            if has_time(record):
                adopt(record, ".mp4")

    @property
    def is_open(self) -> bool:
        """True once it is known what the pictures will be."""
        return self._info is not None

    @property
    def is_recording(self) -> bool:
        return self._video is not None

    def begin(self, run: Run) -> None:
        """Begin the recording that was asked for; ``run`` is of the pictures shown."""
        self._info = run.info
        if self._record is not None:
            path, overwrite = first_recording(self._record), self._settings.overwrite
            self._video = self._file(path, run.info, overwrite=overwrite)

    def write(self, moment: Moment) -> None:
        """Record a picture that is shown, if that is wanted."""
        if self._video is None or moment.frame is None:
            return
        pts_seconds = moment.frame.pts_seconds
        split_seconds = self._settings.split_seconds
        if split_seconds is not None and self._video.duration_seconds >= split_seconds:
            self._begin_next(self._video)
            self._begin_seconds = pts_seconds
        self._video.write(moment.drawn_as_stored(), pts_seconds - self._begin_seconds)

    def toggle(self) -> str:
        """Begin or complete a recording; what was done, for people."""
        if self._video is None:
            assert self._info is not None, "a recording needs a source"
            path = self._free_path(".mp4")
            self._video = self._file(path, self._info)
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

    def close(self) -> None:
        """Complete the recording, and the one before it. Raises ``SinkError``: it can't be."""
        with ExitStack() as stack:
            stack.callback(self._finisher.wait)
            if self._video is not None:
                self._video.close(complete=False)

    def abort(self) -> None:
        """Leave no recording."""
        if self._video is not None:
            self._video.abort()

    def _file(self, path: Path, info: VideoInfo, *, overwrite: bool = False) -> VideoFile:
        hwaccel = self._settings.options.hwaccel
        return VideoFile(path, info, overwrite=overwrite, hwaccel=hwaccel)

    def _begin_next(self, video: VideoFile) -> None:
        """Go on in a new file; the old one is completed meanwhile."""
        assert self._info is not None, "a recording needs a source"
        path = self._record
        path = self._free_path(".mp4") if path is None else free_path(path, is_taken=is_taken)
        self._finisher.wait()
        self._video = self._file(path, self._info)
        self._finisher.finish(video)

    def _free_path(self, suffix: str) -> Path:
        return free_path(
            self._settings.folder / f"har-live-%Y%m%d-%H%M%S{suffix}", is_taken=is_taken
        )
