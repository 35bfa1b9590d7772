"""Printing of tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import RenderableType


def print_table(table: RenderableType) -> None:
    """Print tables as wide as they are: rich would cut them in a pipe or a narrow window."""
    from rich.console import Console
    from rich.measure import Measurement

    console = Console()
    without_end = console.options.update(max_width=10_000)
    width = Measurement.get(console, without_end, table).maximum
    Console(width=max(console.width, width)).print(table)
