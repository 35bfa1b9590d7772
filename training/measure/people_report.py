"""Reports how people are kept apart on made streams, beside a plain tracker; and where constants
come from.

Half of the groups give the streams on which constants are chosen, the other half those that are
reported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from rich.table import Table

from har_live.people.tracker import Tracker, TrackerSpec
from training.data.clip import Clip
from training.data.layouts import read_clips
from training.measure.people_measures import IouTracker, TrackingFigures, TracksPeople, judge
from training.measure.people_streams import PeopleStream, as_found, figure, side_by_side, through
from training.measure.solo_clips import Finder, SoloClip, solo_clips

CASTS = ("fitness", "falls", "push-ups", "signs", "tennis-strokes", "yoga-asanas")
"""Data sets with clips of one person in the light."""
CROWD = "surv-fight"
"""Several people, of whom nothing is known: ids are counted."""
TRACKERS: dict[str, Callable[[], TracksPeople]] = {"ours": Tracker, "boxes alone": IouTracker}
CANDIDATES: dict[str, tuple[float, ...]] = {
    "reach": (0.12, 0.16, 0.2, 0.25, 0.3),
    "least_likeness": (0.1, 0.15, 0.2, 0.3, 0.4),
    "coast_seconds": (0.2, 0.4, 0.6, 1.0, 2.0),
    "velocity_seconds": (0.1, 0.2, 0.3, 0.5),
    "reach_growth": (0.0, 0.25, 0.5, 1.0, 2.0),
    "waiting_seconds": (0.15, 0.25, 0.35),
    "unsure_score": (0.05, 0.1, 0.15),
    "sure_score": (0.2, 0.25, 0.3),
}
"""Values that are tried for each constant, one constant after the other."""


def made_streams(data: Path, find: Finder, *, half: int, num_takes: int) -> Iterator[PeopleStream]:
    """Yield streams of one half of the groups, and the fights of that half.

    Args:
        half: 0 or 1.
        num_takes: clips of one person that are put together, of different groups.
    """
    clips = _half(_all_clips(data), half)
    cast = list(_cast(data, clips, find, num_takes))
    following = zip(cast, cast[1:] + cast[:1], cast[2:] + cast[:2], strict=True)
    for number, (one, two, three) in enumerate(following):
        if number % 2 == 0:
            yield side_by_side((one, two), find)
        else:
            yield side_by_side((one, two, three), find)
        yield through(one, two, find, before=number % 2 == 0)
    yield figure(find, seed=half)
    for clip in [clip for clip in clips if clip.dataset == CROWD][:num_takes]:
        yield as_found(CROWD, data / clip.path, find)


def measure(streams: Sequence[PeopleStream]) -> dict[str, dict[str, TrackingFigures]]:
    """Measure: kind of stream → tracker → what happened."""
    return {
        kind: {
            name: _total([s for s in streams if s.name == kind], make)
            for name, make in TRACKERS.items()
        }
        for kind in dict.fromkeys(stream.name for stream in streams)
    }


def choose(streams: Sequence[PeopleStream]) -> TrackerSpec:
    """Choose the constants that cost least on streams, one after the other, from today's."""
    with_truth = [stream for stream in streams if any(stream.truths)]
    best = TrackerSpec()
    least = _total(with_truth, partial(Tracker, best)).cost
    for name, values in CANDIDATES.items():
        for value in values:
            tried = replace(best, **{name: value})
            cost = _total(with_truth, partial(Tracker, tried)).cost
            if cost < least:
                best, least = tried, cost
    return best


def table(reached: dict[str, dict[str, TrackingFigures]]) -> Table:
    """Make a table for people."""
    names = (
        "stream",
        "tracker",
        "min",
        "switches",
        "taken",
        "lost s",
        "unfound s",
        "false/min",
        "ids",
    )
    table = Table(*names, box=None)
    for kind, by_tracker in reached.items():
        for name, f in by_tracker.items():
            minutes = f.seconds / 60
            texts = (
                f"{f.lost_seconds:.1f}",
                f"{f.unfound_seconds:.1f}",
                f"{f.num_false_ids / minutes:.1f}",
            )
            counts = (str(f.num_switches), str(f.num_taken))
            table.add_row(kind, name, f"{minutes:.1f}", *counts, *texts, str(f.num_ids))
    return table


def _total(streams: Sequence[PeopleStream], make: Callable[[], TracksPeople]) -> TrackingFigures:
    return sum((judge(stream, make()) for stream in streams), TrackingFigures())


def _all_clips(data: Path) -> list[Clip]:
    """Return everything in the data folder, in an order of its own."""
    tables = [data / name for name in ("films.csv", "clips.csv") if (data / name).exists()]
    clips = [clip for table in tables for clip in read_clips(table)[1]]
    order = np.random.default_rng(0).permutation(len(clips))
    return [clips[index] for index in order]


def _half(clips: Sequence[Clip], half: int) -> list[Clip]:
    groups = sorted({clip.group for clip in clips})
    own = set(groups[half::2])
    return [clip for clip in clips if clip.group in own]


def _cast(data: Path, clips: Sequence[Clip], find: Finder, count: int) -> Iterator[SoloClip]:
    """Yield takes of different groups, of each data set as many."""
    seen: set[str] = set()
    for number in range(count):
        dataset = CASTS[number % len(CASTS)]
        for clip in clips:
            if clip.dataset == dataset and clip.group not in seen:
                seen.add(clip.group)
                if found := list(solo_clips(data, [clip], find)):
                    yield found[0]
                    break
