"""Live figures of weights, in plain words: what ``evaluate-live`` left in their card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
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
"""Field of ``LiveFigures`` → what it says, and how it is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveFigures:
    """How labels behaved on streams, by one machine; None where that was not measured."""

    seconds_to_label_p50: float | None = None
    """Median of the seconds from an action's beginning to its label."""
    seconds_to_label_p95: float | None = None
    share_of_actions_named: float | None = None
    """Share of the actions that were named while they lasted, 0–1."""
    share_of_time_right: float | None = None
    """Share of the time at which the label was the truth, 0–1."""
    extra_changes_per_minute: float | None = None
    segment_f1: float | None = None
    """F1 of segments that fit the true ones, 0–1."""
    false_alarms_per_hour: float | None = None
    agreement_between_rates: float | None = None
    """Share of the time at which cameras of 10, 30 and 60 fps had the same label, 0–1."""

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> LiveFigures:
        """Read them from a card, which may have others beside them."""
        return cls(**{field.name: values.get(field.name) for field in fields(cls)})


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveMetrics:
    """What ``evaluate-live`` left in a card, and how it was measured."""

    command: str
    date: str
    machine: str
    seconds: float
    """Length of all streams together."""
    by_machine: Mapping[str, LiveFigures]
    """Figures of all streams, by the name of the machine that was played."""
    of_figure: LiveFigures
    """Those of the drawn person's streams alone, by the first machine."""

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> LiveMetrics:
        """Read ``metrics["live"]`` of a card.

        Raises:
            KeyError: it is none of these.
        """
        scorers = values["scorers"]
        return cls(
            command=values["command"],
            date=values["date"],
            machine=values["machine"],
            seconds=values["seconds"],
            by_machine={name: LiveFigures.from_values(own) for name, own in scorers.items()},
            of_figure=LiveFigures.from_values(next(iter(scorers.values()))["figure"]),
        )


def live_rows(live: LiveMetrics) -> list[list[str]]:
    """Headings, then a row a figure: a column a machine that was played, the figure's the last."""
    columns = {**live.by_machine, "the figure": live.of_figure}
    rows = [
        [meaning, *(_written(getattr(column, name), form) for column in columns.values())]
        for name, (meaning, form) in MEANINGS.items()
    ]
    return [["live behaviour", *columns], *rows]


def how_measured(live: LiveMetrics) -> str:
    """One line: on how much, when, where, by which command."""
    return (
        f"{live.seconds / 60:.0f} minutes of streams, {live.date}, {live.machine}: {live.command}"
    )


def _written(value: float | None, form: str) -> str:
    return "–" if value is None else form.format(value)
