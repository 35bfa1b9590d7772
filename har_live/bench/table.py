"""Tables of the measurements, as people read them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.console import Group
from rich.markup import escape
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from har_live.bench.rows import Row


def machine_table(machine: Mapping[str, str]) -> Table:
    """Make the table of the machine."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in machine.items():
        table.add_row(name, escape(value))
    return table


def rows_table(rows: Sequence[Row]) -> Group:
    """The rows, each under its subject."""
    parts: list[Text | Table] = []
    for subject in dict.fromkeys(row.subject for row in rows):
        parts += [Text(f"\n{subject}", "bold"), _figures(r for r in rows if r.subject == subject)]
    return Group(*parts)


def _figures(rows: Iterable[Row]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(width=30, overflow="fold")
    table.add_column(width=6, justify="right", no_wrap=True)
    table.add_column(width=8, no_wrap=True)
    table.add_column(width=8, justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    for row in rows:
        table.add_row(
            escape(row.name),
            _number(row.value),
            escape(row.unit),
            *([] if row.ratio is None else [f"{_number(row.ratio)} ×", _against(row)]),
        )
    return table


def _against(row: Row) -> str:
    assert row.against is not None
    return f"[dim]{escape(row.against_name)} ({_number(row.against)})[/dim]"


def _number(value: float) -> str:
    """Write three digits that mean something."""
    digits = 2 - math.floor(math.log10(value)) if value else 0
    return f"{value:.{max(0, digits)}f}"
