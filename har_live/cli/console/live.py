"""Printing of how live use went."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from har_live.cli.console.terminal import print_note

if TYPE_CHECKING:
    from har_live.realtime import LiveSummary


def print_live_summaries(summaries: Sequence[LiveSummary]) -> None:
    """Print how a run of live use went, in one line for each source."""
    for summary in summaries:
        name = f"{summary.source}: " if len(summaries) > 1 else ""
        print_note(name + _live_summary(summary))


def _live_summary(summary: LiveSummary) -> str:
    parts = [
        f"ended by {summary.ending} after {summary.duration_seconds:.1f} s",
        f"{summary.num_shown} frames ({summary.shown_fps:.1f} fps)",
        f"{summary.num_dropped} dropped",
        f"{summary.num_segments} segments",
    ]
    if summary.latency_ms is not None:
        half, most, longest = summary.latency_ms
        parts.append(f"latency {half:.0f} ms, 95 % within {most:.0f}, longest {longest:.0f}")
    if summary.num_reconnects:
        parts.append(f"reconnected {summary.num_reconnects} times")
    return ", ".join(parts)
