"""Writes segments as they end: JSON Lines, CSV, SRT or WebVTT, chosen by the file's suffix.

Every segment is on disk as soon as it is written, and the file is whole at any moment: a program
may read it while it grows, and whatever ends the run leaves complete entries. Nothing of the clock
on the wall is in it: the same segments give the same bytes. While a run writes it, no other can.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from har_live.errors import SinkError
from har_live.sinks.base import Run, Sink, SinkSettings
from har_live.sinks.event_clock import EventClock
from har_live.sinks.event_formats import FORMATS, TextFormat
from har_live.sinks.file_checks import check_target
from har_live.sinks.text_file import TextFile
from har_live.types import WHOLE_PICTURE

if TYPE_CHECKING:
    from har_live.moment import Moment
    from har_live.types import Segment


def check_events(path: Path, *, overwrite: bool, append: bool = False) -> TextFormat:
    """Return what kind of file it will be; see ``EventsSink``, which asks this first.

    Raises:
        SinkError: unknown suffix, no such folder, can't be written, exists already, or is of a kind
            that can't be appended to.
    """
    text_format = FORMATS.get(path.suffix.lower())
    if text_format is None:
        known = ", ".join(FORMATS)
        raise SinkError(f"can't tell what kind of events file {path} is; end it in one of {known}")
    if append and text_format.goes_on_after is None:
        raise SinkError(
            f"can't append to {path}: the times of subtitles begin anew with every run; use .jsonl "
            f"or .csv, or a time in the name: {path.stem}-%Y%m%d-%H%M%S{path.suffix}"
        )
    check_target(path, overwrite=overwrite or append)
    return text_format


class EventsSink(Sink):
    """A file of segments, which grows by whole entries only; its suffix says which kind.

    Times are those of a video written beside it: seconds from the start of what is read.

    Args:
        path: ends in one of the suffixes of ``FORMATS``.
        settings: ``overwrite`` replaces a file that exists, at once; ``append`` goes on with it,
            whatever ``overwrite`` says.

    Raises:
        SinkError: unknown suffix, no such folder, can't be written, exists already, or can't be
            appended to.
    """

    def __init__(self, path: str | Path, settings: SinkSettings | None = None) -> None:
        self._path = Path(path)
        self._settings = settings or SinkSettings()
        self._format = check_events(
            self._path, overwrite=self._settings.overwrite, append=self._settings.append
        )
        self._file: TextFile | None = None
        self._clock = EventClock(is_live=False)
        self._num_written = 0
        self._people: set[int] = set()

    def begin(self, run: Run) -> None:
        """Begin the file, or go on with it.

        Raises:
            SinkError: can't be written, exists by now, is being written by another run, or can't
                be appended to.
        """
        overwrite, append = self._settings.overwrite, self._settings.append
        self._clock = EventClock(is_live=run.info.is_live)
        self._file = TextFile(self._path, overwrite=overwrite, append=append)
        try:
            head, goes_on_after = self._file.head, self._format.goes_on_after
            if head and not (goes_on_after and goes_on_after(head)):
                raise SinkError(f"can't append to {self._path}: it is no file of events like these")
            if not head or self._format.repeats_header:
                self._file.append(self._format.header(run))
        except BaseException:
            self.abort()
            raise

    def write(self, moment: Moment) -> None:
        """Append a moment's segments; on disk when this returns.

        Raises:
            SinkError: can't be written.
        """
        for segment in self._clock.placed(moment):
            self._append(segment)

    @property
    def is_empty(self) -> bool:
        """True while no segment was written, though there may be a header."""
        return self._num_written == 0

    def _append(self, segment: Segment) -> None:
        assert self._file is not None, "a sink is begun before it is written to"
        people = self._people | ({segment.person} - {WHOLE_PICTURE})
        self._file.append(self._format.entry(self._num_written + 1, segment, len(people) > 1))
        self._num_written += 1
        self._people = people

    def close(self) -> None:
        """Let go of the file, which has been whole all along."""
        if self._file is not None:
            self._file.close()

    def abort(self) -> None:
        """Leave nothing, or what was there before: there was nothing to say."""
        if self._file is not None:
            self._file.abort()
