"""Measure weights as they behave live: long streams through the real pipeline, on simulated time.

python -m training evaluate-live everyday-lrcn ../shared/data --json live.json --picture live.png
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.box import SIMPLE_HEAD
from rich.progress import track
from rich.table import Table

from har_live.live.replay import Replay
from har_live.recognizer import Recognizer
from har_live.scorers.base import OpenWindows, Scorer
from har_live.types import Frame
from training import live_measures as measures
from training.live_measures import Showing, Timeline, timeline
from training.live_plot import Row
from training.live_streams import LiveStream, clip_streams, figure_streams, frames_at


@dataclass(frozen=True)
class LiveScorer:
    """A machine that live use is played on."""

    name: str
    step_seconds: float
    """What scoring one grid frame takes."""
    lost: float = 0.0
    """Share of frames that never arrive."""


SCORERS = (
    LiveScorer("fast", 0.02),
    LiveScorer("100 ms", 0.1),
    LiveScorer("300 ms", 0.3),
    LiveScorer("10 % of frames lost", 0.02, lost=0.1),
)
OTHER_FPS = (10.0, 60.0)
"""Cameras whose answers are held against those at 30 frames a second."""


@dataclass(frozen=True, eq=False)
class Played:
    """A stream as every scorer showed it; its pictures are gone."""

    name: str
    kind: str
    seen_in_training: bool
    showings: dict[str, Showing]
    """By the scorer's name."""
    at_rates: dict[str, tuple[Showing, ...]]
    """The same at 30 frames a second and ``OTHER_FPS``; empty where rates are not compared."""

    @property
    def truth(self) -> Timeline:
        return self.showings[SCORERS[0].name].truth


def play_all(
    recognizer: Recognizer,
    data: Path | None,
    *,
    seconds: float,
    split: str,
    cache: Path | None,
    seed: int,
) -> list[Played]:
    """Make and play one stream after another; without data, those of the figure.

    Args:
        seconds, split, cache: as in ``clip_streams``.
    """
    labels, played = recognizer.labels, []
    streams = figure_streams(labels, seconds=seconds, seed=seed)
    if data is not None:
        spec = recognizer.card.clip
        of_clips = clip_streams(
            data, labels, spec, seconds=seconds, seed=seed, split=split, cache=cache
        )
        streams = chain(streams, of_clips)
    for stream in track(streams, "playing streams"):
        played.append(play(recognizer, stream, seed=seed))
    return sorted(played, key=lambda stream: stream.kind == "nothing")


def play(recognizer: Recognizer, stream: LiveStream, *, seed: int) -> Played:
    """Play one stream on every machine and, where somebody acts, at every frame rate."""
    recognizer = copy.copy(recognizer)
    recognizer.scorer = RememberingScorer(recognizer.scorer)
    compared = stream.kind != "nothing" and stream.has_one_rate
    own = {scorer.name: _replay(recognizer, stream, scorer, seed) for scorer in SCORERS}
    others = [
        {scorer.name: _replay(recognizer, stream, scorer, seed, fps=fps) for scorer in SCORERS}
        for fps in (OTHER_FPS if compared else ())
    ]
    at_rates = {
        name: tuple(showings[name] for showings in (own, *others)) if compared else ()
        for name in own
    }
    return Played(stream.name, stream.kind, stream.seen_in_training, own, at_rates)


def _replay(
    recognizer: Recognizer,
    stream: LiveStream,
    scorer: LiveScorer,
    seed: int,
    fps: float | None = None,
) -> Showing:
    """What is shown: the newest label that has arrived; nothing while a window is not yet full."""
    frames: Sequence[Frame] = stream.frames if fps is None else frames_at(stream.frames, fps)
    arrives = stream.rng(seed).random(len(frames)) >= scorer.lost
    replay = Replay(recognizer, step_seconds=scorer.step_seconds)
    points, segments, label = [(0.0, measures.NOTHING)], [], measures.NOTHING
    for moment in replay.play(
        frame for frame, is_there in zip(frames, arrives, strict=True) if is_there
    ):
        segments += moment.segments
        if moment.frame is None:
            break
        if moment.predictions:
            label = moment.predictions[-1].label
        shown = label if moment.warming_up is None else measures.NOTHING
        points.append((moment.frame.pts_seconds, shown))
    return Showing(stream.truth, timeline(points, stream.seconds), tuple(segments))


class RememberingScorer:
    """A scorer that works out once what it is shown again: several machines see the same.

    What windows answer depends on all they were shown since they were opened, and on nothing else;
    so that is what answers are filed under.
    """

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer
        self._answers: dict[bytes, NDArray[np.float32]] = {}

    @property
    def runs_on(self) -> str:
        return self._scorer.runs_on

    def open_windows(self, num_streams: int, num_windows: int) -> OpenWindows:
        windows = self._scorer.open_windows(num_streams, num_windows)
        return _RememberingWindows(windows, self._answers, f"{num_streams} {num_windows}".encode())


class _RememberingWindows:
    def __init__(
        self, windows: OpenWindows, answers: dict[bytes, NDArray[np.float32]], key: bytes
    ) -> None:
        self._windows, self._answers, self._key = windows, answers, key
        self._not_shown: list[tuple[NDArray[Any], ...]] = []  # to the real windows

    def advance(
        self, frames: NDArray[np.uint8], previous: NDArray[np.uint8], keep: NDArray[np.bool_]
    ) -> NDArray[np.float32]:
        shown = (frames.copy(), previous.copy(), keep.copy())
        self._key = hashlib.blake2b(self._key + b"".join(a.tobytes() for a in shown)).digest()
        self._not_shown.append(shown)
        if self._key not in self._answers:
            for one in self._not_shown:
                scores = self._windows.advance(*one)
            self._not_shown.clear()
            self._answers[self._key] = scores
        return self._answers[self._key].copy()


def figures(played: Sequence[Played]) -> dict[str, Any]:
    """All that is reported, shares as fractions of 1; the fast scorer's figures at the top."""
    by_scorer = {scorer.name: _figures_and_of_figure(played, scorer.name) for scorer in SCORERS}
    return {
        **by_scorer[SCORERS[0].name],
        "scorers": by_scorer,
        "streams": [_stream_figures(stream) for stream in played],
    }


def _figures_and_of_figure(played: Sequence[Played], scorer: str) -> dict[str, Any]:
    figure = [stream for stream in played if stream.name.startswith("figure")]
    return {**_figures(played, scorer), "figure": _figures(figure, scorer)}


def _figures(played: Iterable[Played], scorer: str) -> dict[str, float | None]:
    """Of streams together: false alarms of those in which nothing happens, the rest of the others.

    None where there is no such stream.
    """
    played = list(played)
    acting = [stream.showings[scorer] for stream in played if stream.kind != "nothing"]
    nothing = [stream.showings[scorer] for stream in played if stream.kind == "nothing"]
    rates = [stream.at_rates[scorer] for stream in played if stream.at_rates[scorer]]
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
_COLUMNS = {
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
    """One stream, with the fast scorer."""
    return {
        "name": stream.name,
        "kind": stream.kind,
        "seconds": stream.truth[-1].end_seconds,
        "seen_in_training": stream.seen_in_training,
        **_figures([stream], SCORERS[0].name),
    }


def rows(played: Sequence[Played]) -> list[Row]:
    """For the picture: the fast scorer's."""
    return [
        (stream.name, stream.truth, stream.showings[SCORERS[0].name].shown) for stream in played
    ]


def table(reached: dict[str, Any]) -> Table:
    """For people: a row a scorer for all streams and for the figure, then a row a stream."""
    result = Table(title="live behaviour", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    result.add_column("", overflow="fold")
    for title in _COLUMNS.values():
        result.add_column(title, justify="right", no_wrap=True)
    for name, row in reached["scorers"].items():
        result.add_row(f"all: {name}", *_cells(row))
    result.add_section()
    for name, row in reached["scorers"].items():
        result.add_row(f"figure: {name}", *_cells(row["figure"]))
    result.add_section()
    for row in reached["streams"]:
        seen = " (seen in training)" if row["seen_in_training"] else ""
        result.add_row(row["name"] + seen, *_cells(row))
    return result


def _cells(row: dict[str, Any]) -> list[str]:
    return ["–" if row[name] is None else _cell(name, row[name]) for name in _COLUMNS]


def _cell(name: str, value: float) -> str:
    is_share = name.startswith("share") or name == "agreement_between_rates"
    return f"{value:.0%}" if is_share else f"{value:.2f}"
