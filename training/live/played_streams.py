"""A stream as one machine knows it, moment by moment: played once, shown with any smoothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from har_live.current_labels import CurrentLabels
from har_live.realtime.replay import Replay
from har_live.recognizer import Recognizer
from har_live.smoothing import Smoother
from har_live.types import WHOLE_PICTURE, Frame, Person, Prediction, Segment
from training.live.measures import NOTHING, Showing, Span, Spans, timeline
from training.live.stream_builder import LiveStream
from training.live.streams import frames_at

AROUND_A_CUT_SECONDS = 0.5
"""Most time around a cut that is in no segment though the same is done on both sides of it."""


@dataclass(frozen=True)
class LiveScorer:
    """A machine that live use is played on."""

    name: str
    step_seconds: float
    """Time that scoring one grid frame takes."""
    lost: float = 0.0
    """Share of frames that never arrive."""


class LiveUpdate(NamedTuple):
    """All that came to be known by the time a frame was shown."""

    pts_seconds: float
    """The frame's; infinite after the last one."""
    predictions: tuple[Prediction, ...]
    segments: tuple[Segment, ...]
    people: tuple[Person, ...]
    """People seen last, the main person first."""
    is_warming_up: bool


@dataclass(frozen=True, eq=False)
class ScoredStream:
    """One stream as one machine scored it; its pictures are gone."""

    truth: Spans
    updates: tuple[LiveUpdate, ...]
    cuts_seconds: tuple[float, ...] = ()


def score_stream(
    recognizer: Recognizer,
    stream: LiveStream,
    scorer: LiveScorer,
    *,
    seed: int,
    fps: float | None = None,
) -> ScoredStream:
    """Play a stream through the live pipeline.

    Args:
        seed: of the frames that are lost.
        fps: of another camera; None plays the stream's own frames.
    """
    frames: Sequence[Frame] = stream.frames if fps is None else frames_at(stream.frames, fps)
    arrives = stream.rng(seed).random(len(frames)) >= scorer.lost
    replay = Replay(recognizer, step_seconds=scorer.step_seconds)
    there = (frame for frame, is_there in zip(frames, arrives, strict=True) if is_there)
    updates = (
        LiveUpdate(
            moment.frame.pts_seconds if moment.frame else float("inf"),
            tuple(moment.predictions),
            tuple(moment.segments),
            moment.people,
            moment.warming_up is not None,
        )
        for moment in replay.play(there)
    )
    return ScoredStream(stream.truth, tuple(updates), stream.cuts_seconds)


def smoothed(taken: ScoredStream, recognizer: Recognizer) -> ScoredStream:
    """Return the same as if it had been played with this recognizer's smoothing.

    Each person, and the whole picture, is smoothed alone and in each run anew. Where people have
    left, the whole picture's label may differ for a moment: what was thought of it while they were
    there was told to nobody.
    """
    labels, spec = recognizer.labels, recognizer.card.smoothing
    smoothers: defaultdict[tuple[int, int], Smoother]
    smoothers = defaultdict(lambda: Smoother(labels, spec))
    segmenter = recognizer.segmenter()

    def smooth_again(update: LiveUpdate) -> Iterator[tuple[Prediction, list[Segment]]]:
        for old in update.predictions:
            smoother = smoothers[old.run, old.person]
            label, confidence, scores = smoother.update(old.end_seconds, old.scores)
            new = replace(old, label=label, confidence=confidence, steady_scores=scores)
            yield new, segmenter.update(new)

    updates = []
    for update in taken.updates:
        pairs = list(smooth_again(update))
        segments = [segment for _, ended in pairs for segment in ended]
        updates.append(
            update._replace(
                predictions=tuple(prediction for prediction, _ in pairs), segments=tuple(segments)
            )
        )
    last = updates[-1]
    updates[-1] = last._replace(segments=(*last.segments, *segmenter.finish()))
    return replace(taken, updates=tuple(updates))


def showing_of(taken: ScoredStream) -> Showing:
    """Return what is shown: the newest label of the main person, and nothing while they have
    none."""
    state = CurrentLabels()
    points, mains = [(0.0, NOTHING)], [(0.0, str(WHOLE_PICTURE))]
    for update in taken.updates[:-1]:
        state.update(update.predictions, update.people)
        if update.is_warming_up:
            state.restart()
            state.update((), update.people)
        has_label = state.newest_of(state.main) is not None
        points.append((update.pts_seconds, state.label if has_label else NOTHING))
        mains.append((update.pts_seconds, str(state.main)))
    end_seconds = taken.truth[-1].end_seconds
    reported = tuple(segment for update in taken.updates for segment in update.segments)
    return Showing(
        taken.truth,
        timeline(points, end_seconds),
        main_person_spans(reported, timeline(mains, end_seconds), taken.cuts_seconds),
        reported,
        taken.cuts_seconds,
    )


def main_person_spans(
    reported: Sequence[Segment], mains: Spans, cuts_seconds: Sequence[float] = ()
) -> tuple[Span, ...]:
    """Return what was reported of whoever was the main person at the time.

    A stream's truth is of one person, whoever that is: bystanders do something else. Where the main
    person changes and both do the same, as fighters do, it is one span; so it is where a cut parts
    them: all windows begin afresh there.

    Args:
        reported: of everybody.
        mains: the main person's id as the label.
        cuts_seconds: moments at which the picture becomes another one.
    """
    pieces = sorted(
        Span(
            max(segment.start_seconds, main.start_seconds),
            min(segment.end_seconds, main.end_seconds),
            segment.label,
        )
        for main in mains
        for segment in reported
        if str(segment.person) == main.label
    )
    joined: list[Span] = []
    for piece in pieces:
        if piece.seconds <= 0:
            continue
        last = joined[-1] if joined else None
        if last and last.label == piece.label and _goes_on(last, piece, cuts_seconds):
            joined[-1] = last._replace(end_seconds=piece.end_seconds)
        else:
            joined.append(piece)
    return tuple(joined)


def _goes_on(last: Span, piece: Span, cuts_seconds: Sequence[float]) -> bool:
    """Return whether nothing parts two spans, or a cut alone."""
    if piece.start_seconds <= last.end_seconds:
        return True
    is_brief = piece.start_seconds - last.end_seconds <= AROUND_A_CUT_SECONDS
    return is_brief and any(last.end_seconds <= cut <= piece.start_seconds for cut in cuts_seconds)
