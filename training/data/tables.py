"""Tables and lists as people save them: any usual encoding, any usual delimiter."""

from __future__ import annotations

import codecs
import csv
import logging
from io import StringIO
from pathlib import Path

from har_live.errors import SourceError

log = logging.getLogger(__name__)

TableRow = dict[str, str]

DELIMITERS = ",;\t"
"""Spreadsheets write semicolons where a comma stands in numbers, and tabs as "Unicode text"."""


def read_table(path: Path) -> tuple[set[str], list[TableRow]]:
    """The names of a table's columns, and its rows; what a row lacks is empty.

    Raises:
        SourceError: the file can't be read as text.
    """
    text = read_text(path)
    header = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=header.count)
    try:
        reader = csv.DictReader(StringIO(text, newline=""), delimiter=delimiter, restval="")
        columns = [name.strip() for name in reader.fieldnames or ()]
        reader.fieldnames = columns
        rows = [{name: row[name].strip() for name in columns} for row in reader]
    except csv.Error as error:
        raise SourceError(f"{path} can't be read as a table: {error}") from None
    return set(columns), rows


def read_text(path: Path) -> str:
    """A text file in UTF-8 or UTF-16, or in Windows-1252, which is then said.

    Raises:
        SourceError: it is none of these, or can't be read.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path} can't be read: {error.strerror}") from None
    encodings: tuple[str, ...] = ("utf-8-sig", "cp1252")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ("utf-16",)
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "cp1252":
            log.warning("%s is not UTF-8 and is read as Windows-1252", path)
        return text
    raise SourceError(f"{path} is no text in UTF-8, UTF-16 or Windows-1252: save it as UTF-8")
