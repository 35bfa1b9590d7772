"""The formats of files of events, by suffix: JSON Lines, CSV, SRT or WebVTT.

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

What goes to a broker or a hook, segment by segment (``har_live.sinks.mqtt``, ``webhook``), is one
object with the fields of both, but ``labels``.

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
from typing import TYPE_CHECKING

from har_live.label_names import readable
from har_live.sinks.subtitles import WEBVTT_HEADER, srt_cue, webvtt_cue
from har_live.types import WHOLE_PICTURE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from har_live.sinks.base import Run
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
"""Columns of a CSV file."""


@dataclass(frozen=True, slots=True)
class TextFormat:
    """A kind of file: how it begins, and how a segment is put into it."""

    header: Callable[[Run], str]
    """Makes the head of the file from what is known of the run."""
    entry: Callable[[int, Segment, bool], str]
    """Makes the text of a segment from it, its number, counted from 1, and whether the file tells
    of several people."""
    goes_on_after: Callable[[str], bool] | None = None
    """Tells whether a file that begins with this line can be gone on with; None: none can, as its
    times begin anew with every run."""
    repeats_header: bool = False
    """True if each run that goes on with a file begins with a header of its own."""


def described(run: Run) -> dict[str, object]:
    """Return the header's fields but ``format`` and ``version``."""
    return {
        "source": run.info.name,
        "source_start_seconds": round(run.info.start_seconds, 6),
        "weights": run.weights,
        "labels": list(run.labels),
    }


def fields_of(segment: Segment) -> dict[str, object]:
    """Return the fields of a segment's line."""
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
    *values, box = (fields_of(segment) | {"label": readable(segment.label)}).values()
    return [*values, *([None] * len(SIDES) if box is None else box)]  # type: ignore[misc]


def event_of(run: Run, segment: Segment) -> dict[str, object]:
    """Return what tells of a segment by itself: the header, but for ``labels``, then its line."""
    head = {"format": FORMAT, "version": VERSION, **described(run)}
    del head["labels"]
    return head | fields_of(segment)


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
    header=lambda run: _json_line({"format": FORMAT, "version": VERSION, **described(run)}),
    entry=lambda number, segment, several: _json_line(fields_of(segment)),
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
