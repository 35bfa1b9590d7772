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
from typing import TYPE_CHECKING, Protocol, Self

from har_live.errors import SinkError
from har_live.names import readable
from har_live.sinks.files import check_target
from har_live.sinks.subtitles import WEBVTT_HEADER, srt_cue, webvtt_cue
from har_live.sinks.text_file import TextFile
from har_live.types import WHOLE_PICTURE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from types import TracebackType

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


class EventsSink(Protocol):
    """Takes segments as they end. ``close`` may be called twice; ``abort`` removes the file."""

    def write(self, segment: Segment) -> None: ...

    def close(self) -> None: ...

    def abort(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


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
    """What kind of file it will be; see ``open_events``, which asks this first.

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


def open_events(
    path: Path,
    *,
    source: str,
    weights: str,
    labels: Sequence[str] = (),
    start_seconds: float = 0.0,
    overwrite: bool = False,
    append: bool = False,
) -> EventsSink:
    """Start a file of segments; its suffix says which kind.

    Args:
        path: ends in one of the suffixes of ``FORMATS``.
        source: what was looked at, as in ``VideoInfo.name``: without credentials or query.
        weights: name of the weights.
        labels: every label that the weights know.
        start_seconds: the source's own time at second 0 of the segments.
        overwrite: replace a file that exists, at once.
        append: go on with a file that exists, whatever ``overwrite`` says.

    Raises:
        SinkError: unknown suffix, no such folder, can't be written, exists already, is being
            written by another run, or can't be appended to.
    """
    text_format = check_events(path, overwrite=overwrite, append=append)
    run: dict[str, object] = {
        "source": source,
        "source_start_seconds": round(start_seconds, 6),
        "weights": weights,
        "labels": list(labels),
    }
    return _TextEvents(path, text_format, run, overwrite=overwrite, append=append)


class _TextEvents:
    """A text file that grows by whole entries only."""

    def __init__(
        self,
        path: Path,
        text_format: TextFormat,
        run: dict[str, object],
        *,
        overwrite: bool,
        append: bool,
    ) -> None:
        self._entry = text_format.entry
        self._num_written = 0
        self._people: set[int] = set()
        self._file = TextFile(path, overwrite=overwrite, append=append)
        try:
            head = self._file.head
            if head and not (text_format.goes_on_after and text_format.goes_on_after(head)):
                raise SinkError(f"can't append to {path}: it is no file of events like these")
            if not head or text_format.repeats_header:
                self._file.append(text_format.header(run))
        except BaseException:
            self.abort()
            raise

    def write(self, segment: Segment) -> None:
        """Append a segment; on disk when this returns. Raises ``SinkError``: can't be written."""
        people = self._people | ({segment.person} - {WHOLE_PICTURE})
        self._file.append(self._entry(self._num_written + 1, segment, len(people) > 1))
        self._num_written += 1
        self._people = people

    def close(self) -> None:
        """Done; the file has been whole all along."""
        self._file.close()

    def abort(self) -> None:
        """Leave nothing, or what was there before: there was nothing to say."""
        self._file.abort()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


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
