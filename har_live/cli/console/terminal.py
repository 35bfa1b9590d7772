"""The two streams of output: answers for programs, notes for people."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

answers = Console(highlight=False, soft_wrap=True)
notes = Console(stderr=True, highlight=False, soft_wrap=True)
"""Output for people: never mixed into what another program may read from standard output."""


LEAST_WIDTH = 60
"""Columns of a terminal from which on a table can be read."""


def print_table(table: Table) -> None:
    """A table; on a narrower terminal a paragraph for each row, which the terminal wraps."""
    if answers.width >= LEAST_WIDTH:
        answers.print(table, soft_wrap=False)
        return
    headings = [column.header for column in table.columns]
    for row in zip(*(column.cells for column in table.columns), strict=True):
        for heading, cell in zip(headings, row, strict=True):
            if cell:
                indent = "" if cell is row[0] else "  "
                answers.print(*(part for part in (indent, heading, cell) if part))


def print_note(text: str) -> None:
    """A remark beside the answer; where it can't be made, the answer is still to come."""
    with suppress(OSError):
        notes.print(escape(text), style="dim")


def print_json(value: Any) -> None:
    """An answer for programs; letters that can't be written are escaped, as JSON does."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    try:
        text.encode("utf-8" if answers.encoding.startswith("utf") else "ascii")
    except UnicodeEncodeError:  # or what is no letter: half a file name in another code page
        text = json.dumps(value, indent=2)
    answers.print(text, markup=False)
