"""Live figures of weights, in plain words: what ``evaluate-live`` left in their card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MEANINGS = {
    "seconds_to_label_p50": ("half of all actions are named within", "{:.1f} s"),
    "seconds_to_label_p95": ("95 % of them within", "{:.1f} s"),
    "share_of_actions_named": ("actions named while they last", "{:.0%}"),
    "share_of_time_right": ("time at which the truth is shown", "{:.0%}"),
    "extra_changes_per_minute": ("needless label changes a minute", "{:.1f}"),
    "segment_f1": ("segments that fit the true ones, F1", "{:.2f}"),
    "false_alarms_per_hour": ("false alarms an hour", "{:.1f}"),
    "agreement_between_rates": ("time at which 10, 30, 60 fps agree", "{:.0%}"),
}
"""Key in the card → what it says, and how it is written."""


def live_rows(live: Mapping[str, Any]) -> list[list[str]]:
    """Headings, then a row a figure: a column a machine that was played, the figure's the last.

    Args:
        live: ``ModelCard.metrics["live"]``.
    """
    scorers: Mapping[str, Mapping[str, Any]] = live["scorers"]
    columns = {**scorers, "the figure": next(iter(scorers.values()))["figure"]}
    rows = [
        [meaning, *(_written(column.get(key), form) for column in columns.values())]
        for key, (meaning, form) in MEANINGS.items()
    ]
    return [["live behaviour", *columns], *rows]


def how_measured(live: Mapping[str, Any]) -> str:
    """One line: on how much, when, where, by which command."""
    return (
        f"{live['seconds'] / 60:.0f} minutes of streams, {live['date']}, {live['machine']}: "
        f"{live['command']}"
    )


def _written(value: float | None, form: str) -> str:
    return "–" if value is None else form.format(value)
