"""Marks: who did what from when to when, as read from a file of events that somebody corrected.

All formats of ``har_live.sinks.event_formats`` are read, as editors and spreadsheets leave them:
with a byte order mark, any line ends, blank lines, other delimiters and columns in another order.
"""

from __future__ import annotations

import codecs
import csv
import html
import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from har_live.errors import SourceError
from har_live.label_names import readable
from har_live.lessons.recordings import check_label
from har_live.types import NONE, UNSURE, WHOLE_PICTURE

_TIME = r"(?:(\d+):)?(\d+):(\d+(?:[.,]\d+)?)"
_CUE = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?")
_SAID = re.compile(r"(?:Person\s+(\d+):\s*)?(.*?)(?:\s+\d+\s*%)?", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>|\{\\[^}]*\}")
_BLOCKS = ("WEBVTT", "NOTE", "STYLE", "REGION")
"""First words of blocks of WebVTT that hold no cue."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of time in which something is done."""

    start_seconds: float
    """From the start of what is read."""
    end_seconds: float
    label: str
    person: int = WHOLE_PICTURE
    """``Person.id`` of a run over the same video; ``WHOLE_PICTURE``: whoever is seen most."""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.end_seconds) and 0 <= self.start_seconds < self.end_seconds):
            raise ValueError(
                f"from {self.start_seconds:g} to {self.end_seconds:g} s; expected an end after the "
                "start"
            )


def read_marks(path: Path, known: Sequence[str] = ()) -> list[Mark]:
    """Read a file of marks, by its suffix; those of ``unsure`` are left out.

    Args:
        known: labels by their own names; files for people have them as people write them, and of
            other labels ``Sit down`` is taken for ``sit_down``.

    Raises:
        SourceError: it can't be read, is of no kind known here, or a line is broken.
    """
    read = _READERS.get(path.suffix.lower())
    if read is None:
        raise SourceError(f"{path}: marks are read from {', '.join(_READERS)}; give one of these")
    label_of = {readable(label).casefold(): label for label in (*known, NONE, UNSURE)}
    marks, number = [], 0
    try:
        for number, fields in read(_lines(path)):  # noqa: B007
            if (values := fields()) is None:
                continue
            start, end, text, person = values
            label = label_of.get(readable(text).casefold(), text)
            mark = Mark(start, end, check_label(label) if label != UNSURE else UNSURE, person)
            if mark.label != UNSURE:
                marks.append(mark)
    except (ValueError, KeyError, TypeError, csv.Error) as error:
        reason = f"{error} is missing" if isinstance(error, KeyError) else error
        raise SourceError(f"{path}, line {number}: {reason}") from error
    return marks


_Values = tuple[float, float, str, int]
_Fields = Callable[[], _Values | None]
"""Reads start, end, label and person of an entry, None of what is none; raises what says that it
is broken."""


def _lines(path: Path) -> list[str]:
    try:
        data = path.read_bytes()
        wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise SourceError(f"{path} is no text in UTF-8; save it as that") from error
    return re.split(r"\r\n|\r|\n", text)


def _json_lines(lines: Sequence[str]) -> Iterator[tuple[int, _Fields]]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield number, partial(_of_json, line)


def _of_json(line: str) -> _Values | None:
    values = json.loads(line)
    if not isinstance(values, dict):
        raise ValueError(f"{line.strip()[:40]} is no JSON object")
    if "format" in values and "label" not in values:
        return None  # the head of the file, or of a run that went on with it
    times = float(values["start_seconds"]), float(values["end_seconds"])
    return *times, str(values["label"]), int(values.get("person") or WHOLE_PICTURE)


def _csv(lines: Sequence[str]) -> Iterator[tuple[int, _Fields]]:
    heading = next((number for number, line in enumerate(lines) if line.strip()), 0)
    first = lines[heading] if lines else ""
    delimiter = max(",;\t", key=first.count)
    rows = csv.reader(lines[heading:], delimiter=delimiter)
    columns = [name.strip().lower() for name in next(rows, [])]
    for row in rows:
        if any(value.strip() for value in row):
            values = dict(zip(columns, (value.strip() for value in row), strict=False))
            yield heading + rows.line_num, partial(_of_columns, values)


def _of_columns(values: dict[str, str]) -> _Values:
    def seconds(name: str) -> float:
        return float(values[name].replace(",", "."))  # as spreadsheets of some countries write it

    label = _label(values["label"])
    person = int(values.get("person") or WHOLE_PICTURE)
    return seconds("start_seconds"), seconds("end_seconds"), label, person


def _cues(lines: Sequence[str]) -> Iterator[tuple[int, _Fields]]:
    number = 0
    while number < len(lines):
        block_at = number
        while number < len(lines) and lines[number].strip():
            number += 1
        block = lines[block_at:number]
        number += 1
        if not block or block[0].startswith(_BLOCKS):
            continue
        times_at = next((n for n, line in enumerate(block[:2]) if "-->" in line), 0)
        said = " ".join(line.strip() for line in block[times_at + 1 :])
        times = block[times_at]
        yield block_at + times_at + 1, partial(_cue, times, said)


def _cue(times: str, said: str) -> _Values:
    match = _CUE.fullmatch(times)
    if match is None:
        raise ValueError(f"{times.strip()[:40]!r} is no 00:00:01,500 --> 00:00:03,000")
    start, end = (
        3600 * int(hours or 0) + 60 * int(minutes) + float(seconds.replace(",", "."))
        for hours, minutes, seconds in (match.groups()[:3], match.groups()[3:])
    )
    text = _SAID.fullmatch(html.unescape(_TAG.sub("", said)).strip())
    assert text is not None  # it matches anything
    person, label = text.groups()
    return start, end, _label(label), int(person or WHOLE_PICTURE)


def _label(text: str) -> str:
    """Return the label that people write so: ``Sit down`` is ``sit_down``."""
    name = text.strip().replace(" ", "_")
    if text.strip().casefold() in (readable(NONE).casefold(), readable(UNSURE).casefold()):
        return text.strip()
    return name[:1].lower() + name[1:]


_READERS: dict[str, Callable[[Sequence[str]], Iterator[tuple[int, _Fields]]]] = {
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".json": _json_lines,
    ".csv": _csv,
    ".srt": _cues,
    ".vtt": _cues,
}
