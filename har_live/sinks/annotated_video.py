"""The sink of videos: what is seen, drawn on the source's frames, with its sound."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from har_live.sinks.base import Run, Sink, SinkSettings
from har_live.sinks.video import VideoFile

if TYPE_CHECKING:
    from har_live.moment import Moment


class DrawnVideo(Sink):
    """A video of the moments as they are drawn; see ``VideoFile`` for what it is like.

    Args:
        path: the output, ending in ``.mp4``, ``.m4v``, ``.mov`` or ``.mkv``.
    """

    def __init__(self, path: str | Path, settings: SinkSettings | None = None) -> None:
        self._path = Path(path)
        self._settings = settings or SinkSettings()
        self._file: VideoFile | None = None
        self._is_complete = False

    def begin(self, run: Run) -> None:
        """Begin the file. Raises ``SinkError``: can't be written, exists, or is the source."""
        self._file = VideoFile(
            self._path,
            run.info,
            overwrite=self._settings.overwrite,
            sound_from=None if run.sound is None else run.sound.location,
            sound_clock=None if run.sound is None else run.sound.clock,
            hwaccel=self._settings.hwaccel,
        )

    def write(self, moment: Moment) -> None:
        """Append the moment's picture, if it has one. Raises ``SinkError``: can't be written."""
        assert self._file is not None, "a sink is begun before it is written to"
        if moment.frame is not None:
            self._file.write(moment.drawn_as_stored(), moment.frame.pts_seconds)
        self._is_complete = moment.is_last

    def close(self) -> None:
        """Complete the file; its sound ends with its pictures unless the source did.

        Raises:
            SinkError: can't be completed.
        """
        if self._file is not None:
            self._file.close(complete=self._is_complete)

    def abort(self) -> None:
        """Leave no file."""
        if self._file is not None:
            self._file.abort()
