"""How commands print tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table


def print_table(table: Table) -> None:
    """Print a table as wide as it is: rich would cut it in a pipe or a narrow window."""
    from rich.console import Console
    from rich.measure import Measurement

    console = Console()
    without_end = console.options.update(max_width=10_000)
    width = Measurement.get(console, without_end, table).maximum
    Console(width=max(console.width, width)).print(table)
