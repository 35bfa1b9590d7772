"""The table of a card's live figures, in a terminal."""

from __future__ import annotations

from rich.table import Table

from har_live.live_metrics import LiveMetrics, live_rows


def live_table(live: LiveMetrics) -> Table:
    """Make the table of a card's live figures, for a terminal."""
    headings, *rows = live_rows(live)
    table = Table(box=None, pad_edge=False)
    table.add_column(headings[0], no_wrap=True)
    for heading in headings[1:]:
        table.add_column(heading, justify="right", max_width=9)
    for row in rows:
        table.add_row(*row)
    return table
