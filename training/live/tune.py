"""Choose how scores become a steady label, on live streams that were scored once.

python -m training tune-live everyday-lrcn ../shared/data --write-card

The clips' groups are dealt into two halves. What is chosen must be better than what the card has on
the streams of either; what each half alone would have chosen is shown with what it then reaches on
the other, which it has not seen.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import NamedTuple

from rich.box import SIMPLE_HEAD
from rich.progress import track
from rich.table import Table

from har_live.recognizer import Recognizer
from har_live.smoothing_spec import SmoothingSpec
from training.data.layouts import clips_of
from training.data.split import split_clips
from training.live.cache import with_memory
from training.live.evaluate import FAST, Played, streams_for
from training.live.played_streams import ScoredStream, score_stream, showing_of, smoothed
from training.live.report import COLUMNS, cells, figures_with
from training.live.stream_builder import StreamSettings
from training.live.streams import in_two

AVERAGE_SECONDS = (0.4, 0.6, 1.0, 1.5)
ENTER = (0.3, 0.35, 0.4, 0.45, 0.5, 0.6)
LEAVE = (0.1, 0.2, 0.3)
HOLD_SECONDS = (0.4, 0.6, 1.0)
"""Values that are tried, each with each."""


@dataclass(frozen=True)
class FaultPrices:
    """Prices of the faults, in shares of time right."""

    per_second: float = 0.1
    """Price of each second that half of all actions take to be named."""
    most_changes: float = 2.0
    per_change: float = 0.05
    """Price of each label change a minute beyond ``most_changes``."""
    most_alarms: float = 6.0
    per_alarm: float = 0.005
    """Price of each false alarm an hour beyond ``most_alarms``."""


class NamedStream(NamedTuple):
    """A stream as a fast machine scored it."""

    name: str
    kind: str
    scored: ScoredStream


LiveFigures = dict[str, float | None]


class Tried(NamedTuple):
    """Figures that a smoothing reaches on the streams of each half."""

    spec: SmoothingSpec
    halves: tuple[LiveFigures, ...]

    def worth(self, half: int, prices: FaultPrices) -> float:
        """Return one number, the higher the better."""
        row = {name: value or 0.0 for name, value in self.halves[half].items()}
        return (
            row["share_of_time_right"]
            + row["segment_f1"]
            - prices.per_second * row["seconds_to_label_p50"]
            - prices.per_change * max(0.0, row["extra_changes_per_minute"] - prices.most_changes)
            - prices.per_alarm * max(0.0, row["false_alarms_per_hour"] - prices.most_alarms)
        )


def score_halves(
    recognizer: Recognizer, data: Path, settings: StreamSettings
) -> list[list[NamedStream]]:
    """Score the streams of both halves, the figure's among them; its seed is the half's."""
    recognizer = with_memory(recognizer)
    clips = split_clips([clip for _, clip in clips_of(data)])
    val = [clip for clip in clips if settings.split in ("", clip.split)]
    halves = []
    for half, groups in enumerate(in_two(val)):
        own = replace(settings, groups=groups, seed=settings.seed + half)
        streams = streams_for(recognizer, data, own)
        halves.append(
            [
                NamedStream(
                    stream.name, stream.kind, score_stream(recognizer, stream, FAST, seed=own.seed)
                )
                for stream in track(streams, f"scoring half {half + 1} of 2")
            ]
        )
    return halves


def candidates(own: SmoothingSpec) -> list[SmoothingSpec]:
    """Return the card's own first; labels' own thresholds rise and fall with all others'."""
    tried = [
        replace(
            own,
            average_seconds=average,
            enter=enter,
            leave=leave,
            hold_seconds=hold,
            enter_of={
                label: min(1.0, round(value * enter / own.enter, 2))
                for label, value in own.enter_of.items()
            },
        )
        for average, enter, leave, hold in product(AVERAGE_SECONDS, ENTER, LEAVE, HOLD_SECONDS)
        if leave < enter
    ]
    return [own, *tried]


def try_all(
    recognizer: Recognizer, halves: Sequence[Sequence[NamedStream]], specs: Sequence[SmoothingSpec]
) -> list[Tried]:
    """Show every half with every smoothing."""
    return [
        Tried(spec, tuple(_reached(recognizer, half, spec) for half in halves))
        for spec in track(specs, "trying")
    ]


def _reached(
    recognizer: Recognizer, half: Sequence[NamedStream], spec: SmoothingSpec
) -> LiveFigures:
    recognizer = copy.copy(recognizer)
    recognizer.card = replace(recognizer.card, smoothing=spec)
    played = [
        Played.fast(name, kind, showing_of(smoothed(taken, recognizer)))
        for name, kind, taken in half
    ]
    return figures_with(played, FAST.name)


def best(tried: Sequence[Tried], prices: FaultPrices, *, halves: Sequence[int] = (0, 1)) -> Tried:
    """Return the best on these halves together of those that are no worse on any than the first."""
    own = tried[0]
    no_worse = [
        one
        for one in tried
        if all(one.worth(half, prices) >= own.worth(half, prices) for half in halves)
    ]
    return max(no_worse, key=lambda one: sum(one.worth(half, prices) for half in halves))


def table(tried: Sequence[Tried], prices: FaultPrices) -> Table:
    """Make a table for people: the card's own, the best, and each half's choice, on both halves."""
    rows = {"as in the card": tried[0], "best on both": best(tried, prices)}
    rows |= {f"best on half {h + 1}": best(tried, prices, halves=[h]) for h in (0, 1)}
    result = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for title in ("", "average", "enter", "leave", "hold", "half", *COLUMNS.values(), "\nworth"):
        result.add_column(title, justify="right" if title else "left", no_wrap=True)
    for name, one in rows.items():
        spec = one.spec
        settings = (spec.average_seconds, spec.enter, spec.leave, spec.hold_seconds)
        for half, row in enumerate(one.halves):
            first = (name, *(f"{value:g}" for value in settings)) if not half else ("",) * 5
            worth = f"{one.worth(half, prices):.3f}"
            result.add_row(*first, str(half + 1), *cells(row), worth)
    return result
