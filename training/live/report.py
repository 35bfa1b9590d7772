"""The report of streams that were played live: figures, a table, the rows of a picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.table import Table

from training.live import measures
from training.live.evaluate import FAST, SCORERS, Played
from training.live.measures import Showing
from training.live.plot import StreamSpans


def figures(played: Sequence[Played]) -> dict[str, Any]:
    """Return all that is reported, shares as fractions of 1; the fast scorer's figures at the
    top."""
    by_scorer = {scorer.name: _figures_and_of_figure(played, scorer.name) for scorer in SCORERS}
    return {
        **by_scorer[FAST.name],
        "scorers": by_scorer,
        "streams": [_stream_figures(stream) for stream in played],
    }


def _figures_and_of_figure(played: Sequence[Played], scorer: str) -> dict[str, Any]:
    figure = [stream for stream in played if stream.name.startswith("figure")]
    return {**figures_with(played, scorer), "figure": figures_with(figure, scorer)}


def figures_with(played: Iterable[Played], scorer: str) -> dict[str, float | None]:
    """Return the figures of streams together: false alarms of those in which nothing happens, the
    rest of the others.

    None where there is no such stream; frame rates are compared on the fast machine alone.
    """
    played = list(played)
    acting = [stream.showings[scorer] for stream in played if stream.has_actions]
    nothing = [stream.showings[scorer] for stream in played if stream.kind == "nothing"]
    rates = [stream.at_rates for stream in played if stream.at_rates and scorer == FAST.name]
    return {
        **_figures_of_acting(acting),
        "false_alarms_per_hour": measures.false_alarms_per_hour(nothing) if nothing else None,
        "agreement_between_rates": measures.agreement(rates) if rates else None,
    }


def _figures_of_acting(showings: Sequence[Showing]) -> dict[str, float | None]:
    if not showings:
        return dict.fromkeys(_OF_ACTING)
    delays = measures.seconds_to_label(showings)
    values = (
        float(np.percentile(delays, 50)),
        float(np.percentile(delays, 95)),
        measures.share_of_actions_named(showings),
        measures.share_of_time_right(showings),
        measures.extra_changes_per_minute(showings),
        measures.segment_f1(showings),
    )
    return dict(zip(_OF_ACTING, values, strict=True))


_OF_ACTING = (
    "seconds_to_label_p50",
    "seconds_to_label_p95",
    "share_of_actions_named",
    "share_of_time_right",
    "extra_changes_per_minute",
    "segment_f1",
)
COLUMNS = {
    "seconds_to_label_p50": "p50\ns",
    "seconds_to_label_p95": "p95\ns",
    "share_of_actions_named": "\nnamed",
    "share_of_time_right": "time\nright",
    "extra_changes_per_minute": "changes\n/min",
    "segment_f1": "segments\nF1",
    "false_alarms_per_hour": "alarms\n/hour",
    "agreement_between_rates": "rates\nagree",
}


def _stream_figures(stream: Played) -> dict[str, Any]:
    """Return the figures of one stream, with the fast scorer: also how often each label was
    reported, of anybody."""
    return {
        "name": stream.name,
        "kind": stream.kind,
        "seconds": stream.truth[-1].end_seconds,
        "reported": dict(Counter(s.label for s in stream.showings[FAST.name].reported)),
        **figures_with([stream], FAST.name),
    }


def rows(played: Sequence[Played]) -> list[StreamSpans]:
    """Return the rows of the picture: the fast scorer's."""
    name = FAST.name
    return [(stream.name, stream.truth, stream.showings[name].shown) for stream in played]


def table(reached: dict[str, Any]) -> Table:
    """Make a table for people: a row a scorer for all streams and for the figure, then a row a
    stream."""
    result = Table(title="live behaviour", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    result.add_column("", overflow="fold")
    for title in COLUMNS.values():
        result.add_column(title, justify="right", no_wrap=True)
    for name, row in reached["scorers"].items():
        result.add_row(f"all: {name}", *cells(row))
    result.add_section()
    for name, row in reached["scorers"].items():
        result.add_row(f"figure: {name}", *cells(row["figure"]))
    result.add_section()
    for row in reached["streams"]:
        result.add_row(row["name"], *cells(row))
    return result


def cells(row: dict[str, Any]) -> list[str]:
    return ["–" if row[name] is None else _cell(name, row[name]) for name in COLUMNS]


def _cell(name: str, value: float) -> str:
    is_share = name.startswith("share") or name == "agreement_between_rates"
    return f"{value:.0%}" if is_share else f"{value:.2f}"
