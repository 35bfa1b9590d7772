"""The chapters of a source, on the clock of what is written."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from av.container.core import Chapter

    from har_live.sinks.source_tracks import Timing

MILLISECOND = Fraction(1, 1000)


def placed(chapters: Iterable[Chapter], timing: Timing) -> list[Chapter]:
    """Place those that are played, cut to the output's length; of their words, the title."""
    found: list[Chapter] = []
    for chapter in chapters:
        start, end = _span(chapter, timing)
        if start >= end:
            continue
        words = chapter["metadata"]
        found.append(
            {
                "id": len(found) + 1,
                "start": start,
                "end": end,
                "time_base": MILLISECOND,
                "metadata": {"title": words["title"]} if "title" in words else {},
            }
        )
    return found


def _span(chapter: Chapter, timing: Timing) -> tuple[int, int]:
    """Return its first and its last millisecond; the same two where it is not played at all."""
    time_base = chapter["time_base"] or MILLISECOND
    start, end = chapter["start"] * time_base, chapter["end"] * time_base
    if timing.source_clock is not None:
        place = timing.source_clock.locate(start, None)
        if place is None:
            return 0, 0
        start, end = place, place + end - start
    if timing.source_until is not None:
        end = min(end, timing.source_until)
    origin = timing.source_origin
    first, last = (round((side - origin) / MILLISECOND) for side in (start, end))
    return max(0, first), max(0, last)
