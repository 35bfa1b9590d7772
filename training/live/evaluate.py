"""Measure weights as they behave live: long streams through the real pipeline, on simulated time.

python -m training evaluate-live everyday-lrcn ../shared/data --json live.json --picture live.png
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.progress import track

from har_live.recognizer import Recognizer
from training.live.cache import RememberingScorer, with_memory
from training.live.figure_streams import figure_streams
from training.live.measures import Showing, Spans
from training.live.played_streams import LiveScorer, score_stream, showing_of
from training.live.stream_builder import LiveStream, StreamSettings
from training.live.streams import clip_streams

FAST = LiveScorer("fast", 0.02)
SCORERS = (
    FAST,
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
    showings: dict[str, Showing]
    """Showings by the scorer's name."""
    at_rates: tuple[Showing, ...] = ()
    """Showings of the fast machine at 30 frames a second and at ``OTHER_FPS``; empty where rates
    are not compared."""

    @classmethod
    def fast(cls, name: str, kind: str, showing: Showing) -> Played:
        """Return a stream that only the fast machine has played."""
        return cls(name, kind, {FAST.name: showing})

    @property
    def truth(self) -> Spans:
        return self.showings[FAST.name].truth

    @property
    def has_actions(self) -> bool:
        return any(span.is_action for span in self.truth)


def play_all(recognizer: Recognizer, data: Path | None, settings: StreamSettings) -> list[Played]:
    """Make and play one stream after another; without data, those of the figure."""
    recognizer = with_memory(recognizer)
    played = [
        play(recognizer, stream, seed=settings.seed)
        for stream in track(streams_for(recognizer, data, settings), "playing streams")
    ]
    return sorted(played, key=lambda stream: stream.kind == "nothing")


def streams_for(
    recognizer: Recognizer, data: Path | None, settings: StreamSettings
) -> Iterator[LiveStream]:
    """Yield the figure's streams, and where there is data, those of its clips."""
    yield from figure_streams(recognizer.labels, settings)
    if data is not None:
        yield from clip_streams(data, recognizer.labels, recognizer.card.clip, settings)


def play(recognizer: Recognizer, stream: LiveStream, *, seed: int) -> Played:
    """Play one stream on every machine and, where somebody acts, at every frame rate."""
    recognizer = copy.copy(recognizer)
    recognizer.scorer = RememberingScorer(recognizer.scorer)
    own = {s.name: showing_of(score_stream(recognizer, stream, s, seed=seed)) for s in SCORERS}
    if stream.kind == "nothing" or not stream.has_one_rate:
        return Played(stream.name, stream.kind, own)
    others = [
        showing_of(score_stream(recognizer, stream, FAST, seed=seed, fps=fps)) for fps in OTHER_FPS
    ]
    return Played(stream.name, stream.kind, own, (own[FAST.name], *others))
