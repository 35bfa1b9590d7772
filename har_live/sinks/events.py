"""Writes segments as they end: JSON Lines, CSV, SRT or WebVTT, chosen by the file's suffix.

Every segment is on disk as soon as it is written, and the file is whole at any moment: a program
may read it while it grows, and whatever ends the run leaves complete entries. Nothing of the clock
on the wall is in it: the same segments give the same bytes. While a run writes it, no other can.

JSON Lines (``.jsonl``, ``.ndjson``, ``.json``), format ``har-live-events``, version 2. UTF-8, one
JSON object a line. The first line is the header:

======================== ================ ==================================================
``format``               string           always ``har-live-events``
``version``              integer          2; rises when a field changes its meaning or goes away
``source``               string           what was looked at: file name, or URL without secrets
``source_start_seconds`` number           the source's own first time (pts) that is 0 here
``weights``              string           name of the weights that scored it
``labels``               array of strings every label that the weights know
======================== ================ ==================================================

A run that goes on with a file (``append``) writes a header of its own: what follows it is that
run's, whose source's clock has begun anew. (CSV has its heading once.)

Every further line is a segment, in the order in which they ended. Segments of one person never
overlap, those of several do (since version 2):


=================== ================= ==========================================================
``start_seconds``   number            first instant, from the start of what was read
``end_seconds``     number            last instant, never before the start
``label``           string            one of ``labels``
``mean_confidence`` number, 0 to 1    mean over the segment's windows
``peak_confidence`` number, 0 to 1    the highest of them
``person``          integer or null   who did it: counts from 1, never given to anybody else; null
                                      where it is said of the picture as a whole
``box``             array or null     where they were when the label was surest: left, top, right,
                                      bottom, as shares of the picture's width and height, 0 to 1
=================== ================= ==========================================================

Seconds are rounded to microseconds, confidences and shares to four digits. New fields may appear
within a version: readers pass over what they do not know. CSV holds the same columns under the same
names, but ``left``, ``top``, ``right`` and ``bottom`` for ``box``, and nothing for null; labels
are as people write them: ``Sit down`` for ``sit_down``.
Subtitles: see ``har_live.sinks.subtitles``.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from har_live.errors import SinkError
from har_live.names import readable
from har_live.sinks.base import Run, Sink, SinkSettings
from har_live.sinks.files import check_target
from har_live.sinks.subtitles import WEBVTT_HEADER, srt_cue, webvtt_cue
from har_live.sinks.text_file import TextFile
from har_live.timeline import is_running
from har_live.types import WHOLE_PICTURE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from har_live.moment import Moment
    from har_live.types import Segment

FORMAT = "har-live-events"
VERSION = 2
SIDES = ("left", "top", "right", "bottom")
COLUMNS = (
    "start_seconds",
    "end_seconds",
    "label",
    "mean_confidence",
    "peak_confidence",
    "person",
    *SIDES,
)
"""Of a CSV file."""


@dataclass(frozen=True, slots=True)
class TextFormat:
    """How a kind of file begins, and how a segment is put into it."""

    header: Callable[[dict[str, object]], str]
    """From what is known of the run (source, weights, labels) to the head of the file."""
    entry: Callable[[int, Segment, bool], str]
    """From a segment, its number, counted from 1, and whether the file tells of several people, to
    its text."""
    goes_on_after: Callable[[str], bool] | None = None
    """Whether a file that begins with this line can be gone on with; None: none can, as its times
    begin anew with every run."""
    repeats_header: bool = False
    """Each run that goes on with a file begins with a header of its own."""


def check_events(path: Path, *, overwrite: bool, append: bool = False) -> TextFormat:
    """What kind of file it will be; see ``EventsSink``, which asks this first.

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
        self._is_live = False
        self._origin_seconds: float | None = None
        self._num_written = 0
        self._people: set[int] = set()

    def begin(self, run: Run) -> None:
        """Begin the file, or go on with it.

        Raises:
            SinkError: can't be written, exists by now, is being written by another run, or can't
                be appended to.
        """
        overwrite, append = self._settings.overwrite, self._settings.append
        self._is_live = run.info.is_live
        self._file = TextFile(self._path, overwrite=overwrite, append=append)
        try:
            head, goes_on_after = self._file.head, self._format.goes_on_after
            if head and not (goes_on_after and goes_on_after(head)):
                raise SinkError(f"can't append to {self._path}: it is no file of events like these")
            if not head or self._format.repeats_header:
                self._file.append(self._format.header(_described(run)))
        except BaseException:
            self.abort()
            raise

    def write(self, moment: Moment) -> None:
        """Append a moment's segments; on disk when this returns.

        Raises:
            SinkError: can't be written.
        """
        if self._origin_seconds is None and moment.frame is not None:
            first_seconds = moment.frame.pts_seconds
            # A live source's clock begins at 0 by itself; its first frames may have been missed.
            is_shifted = is_running(first_seconds) and not self._is_live
            self._origin_seconds = first_seconds if is_shifted else 0.0
        for segment in moment.segments:
            self._append(segment.earlier_by(self._origin_seconds or 0.0))

    def _append(self, segment: Segment) -> None:
        assert self._file is not None, "a sink is begun before it is written to"
        people = self._people | ({segment.person} - {WHOLE_PICTURE})
        self._file.append(self._format.entry(self._num_written + 1, segment, len(people) > 1))
        self._num_written += 1
        self._people = people

    def close(self) -> None:
        """Done; the file has been whole all along."""
        if self._file is not None:
            self._file.close()

    def abort(self) -> None:
        """Leave nothing, or what was there before: there was nothing to say."""
        if self._file is not None:
            self._file.abort()


def _described(run: Run) -> dict[str, object]:
    return {
        "source": run.info.name,
        "source_start_seconds": round(run.info.start_seconds, 6),
        "weights": run.weights,
        "labels": list(run.labels),
    }


def _fields(segment: Segment) -> dict[str, object]:
    box = segment.box
    return {
        "start_seconds": round(float(segment.start_seconds), 6),
        "end_seconds": round(float(segment.end_seconds), 6),
        "label": segment.label,
        "mean_confidence": round(float(segment.mean_confidence), 4),
        "peak_confidence": round(float(segment.peak_confidence), 4),
        "person": None if segment.person == WHOLE_PICTURE else segment.person,
        "box": None if box is None else [round(float(side), 4) for side in box],
    }


def _columns(segment: Segment) -> list[object]:
    """One for each of ``COLUMNS``; ``csv`` writes nothing for None."""
    *values, box = (_fields(segment) | {"label": readable(segment.label)}).values()
    return [*values, *([None] * len(SIDES) if box is None else box)]  # type: ignore[misc]


def _json_line(value: dict[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False) + "\n"


def _csv_line(values: Sequence[object]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(values)
    return line.getvalue()


def _is_our_header(line: str) -> bool:
    try:
        header = json.loads(line)
    except ValueError:
        return False
    if not isinstance(header, dict):
        return False
    return header.get("format") == FORMAT and header.get("version") == VERSION


_JSON_LINES = TextFormat(
    header=lambda run: _json_line({"format": FORMAT, "version": VERSION, **run}),
    entry=lambda number, segment, several: _json_line(_fields(segment)),
    goes_on_after=_is_our_header,
    repeats_header=True,
)

FORMATS: dict[str, TextFormat] = {
    ".jsonl": _JSON_LINES,
    ".ndjson": _JSON_LINES,
    ".json": _JSON_LINES,
    ".csv": TextFormat(
        header=lambda run: _csv_line(COLUMNS),
        entry=lambda number, segment, several: _csv_line(_columns(segment)),
        goes_on_after=lambda line: f"{line}\n" == _csv_line(COLUMNS),
    ),
    ".srt": TextFormat(
        header=lambda run: "",
        entry=lambda number, segment, several: srt_cue(number, segment, several=several),
    ),
    ".vtt": TextFormat(
        header=lambda run: WEBVTT_HEADER,
        entry=lambda number, segment, several: webvtt_cue(segment, several=several),
    ),
}
"""Every kind of events file, by suffix."""
