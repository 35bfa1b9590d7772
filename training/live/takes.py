"""What one machine knows of a stream, moment by moment: played once, shown with any smoothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from har_live.live.replay import Replay
from har_live.recognizer import Recognizer
from har_live.smoothing import Smoother
from har_live.types import Frame, Prediction, Segment
from training.live.measures import NOTHING, Showing, Timeline, timeline
from training.live.streams import LiveStream, frames_at


@dataclass(frozen=True)
class LiveScorer:
    """A machine that live use is played on."""

    name: str
    step_seconds: float
    """What scoring one grid frame takes."""
    lost: float = 0.0
    """Share of frames that never arrive."""


class Known(NamedTuple):
    """What came to be known by the time a frame was shown."""

    pts_seconds: float
    """The frame's; infinite after the last one."""
    predictions: tuple[Prediction, ...]
    segments: tuple[Segment, ...]
    is_warming_up: bool


@dataclass(frozen=True, eq=False)
class Take:
    """One stream as one machine scored it; its pictures are gone."""

    truth: Timeline
    knowns: tuple[Known, ...]


def take(
    recognizer: Recognizer,
    stream: LiveStream,
    scorer: LiveScorer,
    *,
    seed: int,
    fps: float | None = None,
) -> Take:
    """Play a stream through the live pipeline.

    Args:
        seed: of the frames that are lost.
        fps: of another camera; None plays the stream's own frames.
    """
    frames: Sequence[Frame] = stream.frames if fps is None else frames_at(stream.frames, fps)
    arrives = stream.rng(seed).random(len(frames)) >= scorer.lost
    replay = Replay(recognizer, step_seconds=scorer.step_seconds)
    there = (frame for frame, is_there in zip(frames, arrives, strict=True) if is_there)
    knowns = (
        Known(
            moment.frame.pts_seconds if moment.frame else float("inf"),
            tuple(moment.predictions),
            tuple(moment.segments),
            moment.warming_up is not None,
        )
        for moment in replay.play(there)
    )
    return Take(stream.truth, tuple(knowns))


def smoothed(taken: Take, recognizer: Recognizer) -> Take:
    """The same as if it had been played with this recognizer's smoothing."""
    smoother = Smoother(recognizer.labels, recognizer.card.smoothing)
    segmenter = recognizer.segmenter()
    run: int | None = None

    def anew(known: Known) -> Iterator[tuple[Prediction, list[Segment]]]:
        nonlocal run
        for old in known.predictions:
            if old.run != run:
                smoother.reset()
                run = old.run
            label, confidence, scores = smoother.update(old.end_seconds, old.scores)
            new = replace(old, label=label, confidence=confidence, steady_scores=scores)
            yield new, segmenter.update(new)

    knowns = []
    for known in taken.knowns:
        pairs = list(anew(known))
        segments = [segment for _, ended in pairs for segment in ended]
        knowns.append(
            known._replace(
                predictions=tuple(prediction for prediction, _ in pairs), segments=tuple(segments)
            )
        )
    last = knowns[-1]
    knowns[-1] = last._replace(segments=(*last.segments, *segmenter.finish()))
    return replace(taken, knowns=tuple(knowns))


def shown(taken: Take) -> Showing:
    """What is shown: the newest label that has arrived; nothing while a first window fills."""
    points, segments, label = [(0.0, NOTHING)], [], NOTHING
    for known in taken.knowns:
        segments += known.segments
        if known.pts_seconds == float("inf"):
            break
        if known.predictions:
            label = known.predictions[-1].label
        points.append((known.pts_seconds, NOTHING if known.is_warming_up else label))
    return Showing(taken.truth, timeline(points, taken.truth[-1].end_seconds), tuple(segments))
