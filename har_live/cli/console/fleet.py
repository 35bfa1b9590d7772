"""Printing of how a fleet is: a table where somebody watches a terminal, else what changes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.live import Live
from rich.markup import escape
from rich.table import Table

from har_live.cli.console.terminal import notes, print_note
from har_live.label_names import readable

if TYPE_CHECKING:
    from har_live.fleet.run import FleetStatus
    from har_live.realtime.metrics import Ending

COLUMNS = ("camera", "node", "state", "label", "people", "fps", "label's age")
_NUM_UNDELIVERED = re.compile(r", \d+ undelivered$")
"""At the end of a trouble; where it alone has changed, that is no news."""


@contextmanager
def fleet_table() -> Iterator[Callable[[FleetStatus], None]]:
    """Show the newest status; what changes for a camera is a line of its own anywhere."""
    before: dict[str, tuple[str, str | None, str]] = {}

    with Live(console=notes, auto_refresh=False, transient=True) as live:

        def show(status: FleetStatus) -> None:
            for camera, node in status.cameras:
                now = (camera.state, node, _NUM_UNDELIVERED.sub("", camera.trouble or ""))
                if before.get(camera.name, ("waiting", None, "")) != now:
                    where = "" if node is None else f" on {node}"
                    why = "" if camera.trouble is None else f": {camera.trouble}"
                    print_note(f"{camera.name}: {camera.state}{where}{why}")
                before[camera.name] = now
            if notes.is_terminal:
                live.update(_table(status), refresh=True)

        yield show


def print_ending(ending: Ending) -> None:
    """Print why a fleet is no more."""
    print_note(f"ended by {ending.reason}")


def _table(status: FleetStatus) -> Table:
    load = ", ".join(
        f"{node.name} {node.num_cameras} of {node.capacity:.0f}" for node in status.nodes
    )
    table = Table(
        *COLUMNS, box=None, pad_edge=False, caption=f"cameras: {load or 'no node is free yet'}"
    )
    for camera, node in status.cameras:
        label = "" if camera.label is None else f"{readable(camera.label)} {camera.confidence:.0%}"
        age = camera.label_age_seconds
        table.add_row(
            escape(camera.name),
            node or "",
            camera.state,
            escape(label),
            str(camera.num_people),
            f"{camera.fps:.0f}",
            "" if age is None else f"{age:.1f} s",
        )
    return table
