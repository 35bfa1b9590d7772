"""Marks: who did what from when to when, as read from a file of events that somebody corrected.

All formats of ``har_live.sinks.event_formats`` are read, as editors and spreadsheets leave them:
with a byte order mark, any line ends, blank lines, other delimiters and columns in another order.
"""

from __future__ import annotations

import codecs
import csv
import html
import json
import logging
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import Any

from har_live.errors import SourceError
from har_live.label_names import label_meant, readable
from har_live.lessons.recordings import check_label
from har_live.types import NONE, UNSURE, WHOLE_PICTURE

log = logging.getLogger(__name__)

_TIME = r"(?:(\d+):)?(\d+):(\d+(?:[.,]\d+)?)"
_CUE = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?")
_PERCENT = r"\d+(?:[.,]\d+)?\s*%"
_SAID = re.compile(rf"(?:Person\s+([0-9]+):\s*)?(.*?)(?:(?:^|\s+){_PERCENT})?", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>|\{\\[^}]*\}")
_BLOCKS = ("WEBVTT", "NOTE", "STYLE", "REGION")
"""First words of blocks of WebVTT that hold no cue."""
BORDER_SECONDS = 0.5
"""Marks that overlap by less are told apart: borders are not exact."""
_COLUMNS = ("start_seconds", "end_seconds", "label")


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
        if self.person < WHOLE_PICTURE:
            raise ValueError(f"person is {self.person}; expected the number of one, from 1 on")


def read_marks(path: Path, known: Sequence[str] = ()) -> list[Mark]:
    """Read a file of marks, by its suffix; those of ``unsure`` and repeated ones are left out, and
    it is told where somebody does two things at once.

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
            label = label_of.setdefault(readable(text).casefold(), text)
            mark = Mark(start, end, check_label(label) if label != UNSURE else UNSURE, person)
            if mark.label != UNSURE:
                marks.append(mark)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError, csv.Error) as error:
        reason = f"{error} is missing" if isinstance(error, KeyError) else error
        raise SourceError(f"{path}, line {number}: {reason}") from error
    marks = list(dict.fromkeys(marks))
    _tell_of_overlaps(path, marks)
    return marks


def _tell_of_overlaps(path: Path, marks: Sequence[Mark]) -> None:
    in_order = sorted(marks, key=lambda mark: (mark.person, mark.start_seconds))
    for one, other in pairwise(in_order):
        if one.person == other.person and other.start_seconds < one.end_seconds - BORDER_SECONDS:
            log.warning(
                "%s: %s is said to go on until %.1f s, and %s to begin at %.1f s: the time they "
                "share is learnt as both",
                *(path, one.label, one.end_seconds, other.label, other.start_seconds),
            )


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
    label = values["label"]
    if not isinstance(label, str):
        raise TypeError(f"label is {label!r}; expected a name")
    start, end = _seconds(values, "start_seconds"), _seconds(values, "end_seconds")
    return start, end, label_meant(label), _person(values)


def _seconds(values: Mapping[str, Any], name: str) -> float:
    try:  # with a comma, as spreadsheets of some countries write it
        return float(str(values[name]).replace(",", "."))
    except ValueError:
        raise ValueError(f"{name} is {values[name]!r}; expected seconds, as 1.5") from None


def _person(values: Mapping[str, Any]) -> int:
    person = values.get("person") or WHOLE_PICTURE
    try:
        if (number := float(person)).is_integer():  # spreadsheets make 2.0 of 2
            return int(number)
    except (ValueError, TypeError):
        pass
    raise ValueError(f"person is {person!r}; expected the number of one, from 1 on")


def _csv(lines: Sequence[str]) -> Iterator[tuple[int, _Fields]]:
    heading = next((number for number, line in enumerate(lines) if line.strip()), 0)
    first = lines[heading] if lines else ""
    delimiter = max(",;\t", key=first.count)
    rows = csv.reader(lines[heading:], delimiter=delimiter, strict=True)
    columns = [name.strip().lower() for name in next(rows, [])]
    if first.strip():
        yield heading + 1, partial(_check_columns, columns)
    for row in rows:
        if any(value.strip() for value in row):
            values = dict(zip(columns, (value.strip() for value in row), strict=False))
            yield heading + rows.line_num, partial(_of_columns, values)


def _check_columns(columns: Sequence[str]) -> None:
    if missing := [name for name in _COLUMNS if name not in columns]:
        raise ValueError(f"no column {', '.join(missing)}; expected {','.join(_COLUMNS)} on top")


def _of_columns(values: dict[str, str]) -> _Values:
    label = _label(values["label"])
    return (
        _seconds(values, "start_seconds"),
        _seconds(values, "end_seconds"),
        label,
        _person(values),
    )


def _cues(lines: Sequence[str]) -> Iterator[tuple[int, _Fields]]:
    number = 0
    while number < len(lines):
        block_at = number
        while number < len(lines) and lines[number].strip():
            number += 1
        block = lines[block_at:number]
        number += 1
        if block:
            yield from _cues_of(block, block_at)


def _cues_of(block: Sequence[str], block_at: int) -> Iterator[tuple[int, _Fields]]:
    """Yield the cues of a block: one, or several where the blank line between them is lost."""
    is_head = block[0].startswith(_BLOCKS)
    times_at = [number for number, line in enumerate(block) if "-->" in line]
    if not (is_head or (times_at and times_at[0] <= 1)):
        times_at = [0]  # it is broken, and said to be so
    for at, following in zip_longest(times_at, times_at[1:]):
        said = [line.strip() for line in block[at + 1 : following]]
        if following and said and said[-1].isdecimal():
            said.pop()  # the number of the cue that follows
        yield block_at + at + 1, partial(_cue, block[at], " ".join(said))


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
    if re.search(_PERCENT, label):
        raise ValueError(f"{label[:40]!r} is more than one action; give each a cue of its own")
    return start, end, _label(label), int(person or WHOLE_PICTURE)


def _label(text: str) -> str:
    """Return the label that people write so: ``Sit down`` is ``sit_down``."""
    name = label_meant(text).replace(" ", "_")
    return name[:1].lower() + name[1:]


_READERS: dict[str, Callable[[Sequence[str]], Iterator[tuple[int, _Fields]]]] = {
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".json": _json_lines,
    ".csv": _csv,
    ".srt": _cues,
    ".vtt": _cues,
}
