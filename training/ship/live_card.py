"""Live figures where people find them: in the card, and in the README beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from har_live.card import ModelCard, Weights
from har_live.live_metrics import LiveMetrics, how_measured, live_rows
from har_live.smoothing_spec import SmoothingSpec

HEADING = "## How it behaves live"
NEXT_HEADING = "## Trained on"
"""Heading of what follows it in the README."""


def write_live(weights: Weights, reached: Mapping[str, Any], *, command: str, machine: str) -> None:
    """Put the figures of ``training.live.report.figures`` into a weights folder.

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
    metrics = LiveMetrics.from_values(live)
    _rewrite(weights, card, lambda readme: with_live(readme, metrics))


def write_smoothing(weights: Weights, spec: SmoothingSpec) -> None:
    """Put how scores become a label into a weights folder. What was measured live goes: it was
    measured with another."""
    metrics = {name: value for name, value in weights.card.metrics.items() if name != "live"}
    card = replace(weights.card, smoothing=spec, metrics=metrics)
    before, after = when_shown(weights.card.smoothing), when_shown(spec)
    _rewrite(weights, card, lambda readme: without_live(readme.replace(before, after)))


def write_metrics(weights: Weights, **metrics: Any) -> None:
    """Put figures into the card of a weights folder; the README gets them when next written."""
    replace(weights.card, metrics={**weights.card.metrics, **metrics}).write(weights.folder)


def _rewrite(weights: Weights, card: ModelCard, change: Callable[[str], str]) -> None:
    """Put another card into a weights folder, and change the README where there is one."""
    card.write(weights.folder)
    readme = weights.folder / "README.md"
    if readme.exists():
        readme.write_text(change(readme.read_text("utf-8")), "utf-8")


def when_shown(spec: SmoothingSpec) -> str:
    """Say in a sentence for people when a label is shown."""
    own = ", ".join(f"{label} {enter:.2f}" for label, enter in spec.enter_of.items())
    return (
        f"A label is shown from an averaged probability of {spec.enter:.2f} on"
        f"{f' ({own})' if own else ''}, and `unsure` where none reaches its own."
    )


def without_live(readme: str) -> str:
    """Return the README's text without these figures."""
    before, _, rest = readme.partition(HEADING)
    _, heading, after = rest.partition(NEXT_HEADING)
    return f"{before}{heading}{after}"


def with_live(readme: str, live: LiveMetrics) -> str:
    """Return the README's text with these figures, in place of those that it may have."""
    before, heading, after = without_live(readme).partition(NEXT_HEADING)
    section = "\n".join(live_section(live))
    return f"{before.rstrip()}\n\n{section}" + (f"\n{heading}{after}" if heading else "")


def live_section(live: LiveMetrics) -> list[str]:
    """Return the lines of these figures, the last one empty."""
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
