"""Live figures where people find them: in the card, and in the README beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from har_live.card import CARD_FILE, Weights
from har_live.live_table import how_measured, live_rows

HEADING = "## How it behaves live"
NEXT_HEADING = "## Trained on"
"""What follows it in the README."""


def write_live(weights: Weights, reached: Mapping[str, Any], *, command: str, machine: str) -> None:
    """Put the figures of ``live_report.figures`` into a weights folder.

    The card's hashes are of the other files, and stay.

    Args:
        command: what measured them.
        machine: what they were measured on.
    """
    live = {
        "command": command,
        "date": date.today().isoformat(),
        "machine": machine,
        "seconds": sum(stream["seconds"] for stream in reached["streams"]),
        "scorers": reached["scorers"],
    }
    card = replace(weights.card, metrics={**weights.card.metrics, "live": live})
    (weights.folder / CARD_FILE).write_text(card.to_json() + "\n", "utf-8")
    readme = weights.folder / "README.md"
    if readme.exists():
        readme.write_text(with_live(readme.read_text("utf-8"), live), "utf-8")


def with_live(readme: str, live: Mapping[str, Any]) -> str:
    """The README's text with these figures, in place of those that it may have."""
    before, _, after = readme.partition(NEXT_HEADING)
    before = before.partition(HEADING)[0].rstrip()
    section = "\n".join(live_section(live))
    return f"{before}\n\n{section}\n{NEXT_HEADING}{after}" if after else f"{before}\n\n{section}"


def live_section(live: Mapping[str, Any]) -> list[str]:
    """Its lines, the last one empty."""
    headings, *rows = live_rows(live)
    return [
        HEADING,
        "",
        f"| {' | '.join(headings)} |",
        f"|---{'|---:' * (len(headings) - 1)}|",
        *(f"| {' | '.join(row)} |" for row in rows),
        "",
        f"{how_measured(live)}.",
        "",
    ]
