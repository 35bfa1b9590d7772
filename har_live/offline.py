"""Recognizing a whole video: a loop over its frames, whose time is the video's own.

The same input gives the same output, bit for bit. What a frame shows is what live use would show
at that moment: the newest label whose window is complete.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from har_live.ahead import ahead
from har_live.judged import Judged
from har_live.overlay import OverlayState, draw_on
from har_live.shown import Shown
from har_live.sinks.events import EventsSink, open_events
from har_live.sinks.video import VideoSink
from har_live.sources import Source, SourceOptions, open_source
from har_live.types import (
    WHOLE_PICTURE,
    Frame,
    Person,
    Prediction,
    Segment,
    VideoInfo,
)

if TYPE_CHECKING:
    from har_live.recognizer import Recognizer
    from har_live.types import Scores

MAX_AHEAD = 8
"""Frames decoded and scored while others are drawn and encoded: more than a grid step's."""

OnFrame = Callable[[Frame, VideoInfo], None]
"""Called after each frame, with what is known of the source: for progress bars."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One frame of a video and what it brought to light."""

    frame: Frame | None
    """None after the last frame, when the windows and the segment still open are concluded."""
    predictions: list[Prediction]
    segments: list[Segment]
    """Segments that are now known to be over."""
    warming_up: float | None
    """0–1, how much of the first window has been seen; None where there is a label."""
    people: tuple[Person, ...] = ()
    """Who was seen in the newest grid frame, the main person first."""
    left_out_seconds: Mapping[str, float] = field(default_factory=dict)
    """At the end: label → seconds that are in no segment, such as those of ``none``."""


@dataclass(slots=True, eq=False)
class Recognition:
    """What was recognized in a whole video."""

    labels: tuple[str, ...]
    source_start_seconds: float = 0.0
    """The source's own time at second 0 of the answers."""
    num_frames: int = 0
    predictions: list[Prediction] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    judged: Judged = field(default_factory=Judged)
    """How right the label was where the source knew the truth (the built-in figure)."""
    left_out_seconds: dict[str, float] = field(default_factory=dict)
    """Label → seconds that are in no segment: ``none``, ``unsure``, and what was too short."""
    _shown: Shown = field(default_factory=Shown)

    def clip_scores(self) -> Scores:
        """(num_labels,) float32: one answer for the whole video: the mean over the full windows of
        the person who was in it longest."""
        return mean_scores(self.predictions)

    def add(self, moment: Moment) -> None:
        """Take in the next moment."""
        self._shown.update(moment.predictions, moment.people)
        self.predictions += moment.predictions
        self.segments += moment.segments
        self.left_out_seconds |= moment.left_out_seconds
        if moment.frame is not None:
            self.num_frames += 1
            if moment.frame.truth is not None:
                shown = self._shown.label if self.predictions else None
                self.judged.update(moment.frame.pts_seconds, moment.frame.truth, shown)


def mean_scores(predictions: Sequence[Prediction]) -> Scores:
    """(num_labels,) float32: the mean over a video's full windows of the person seen longest, or
    of the whole picture where nobody was.

    There always is one: see ``Stream.finish``.
    """
    full = [prediction for prediction in predictions if prediction.fullness == 1]
    people = Counter(p.person for p in full if p.person != WHOLE_PICTURE)
    main, _ = people.most_common(1)[0] if people else (WHOLE_PICTURE, 0)
    scores: Scores = np.mean([p.scores for p in full if p.person == main], axis=0, dtype=np.float32)
    return scores


def recognize(
    source: Source, recognizer: Recognizer, *, min_duration_seconds: float = 0.0
) -> Iterator[Moment]:
    """Play a source to its end and tell, frame by frame, what is known.

    Args:
        source: stays open.
        min_duration_seconds: shorter segments are left out.
    """
    stream = recognizer.stream()
    segmenter = recognizer.segmenter(min_duration_seconds=min_duration_seconds)
    for frame in source:
        predictions = stream.push(frame)
        segments = _segments(segmenter.update, predictions)
        yield Moment(frame, predictions, segments, stream.warming_up, stream.people)
    predictions = stream.finish()
    segments = _segments(segmenter.update, predictions) + segmenter.finish()
    yield Moment(
        None,
        predictions,
        segments,
        stream.warming_up,
        left_out_seconds=segmenter.left_out_seconds,
    )


def predict(
    source: str | Path | Source,
    recognizer: Recognizer,
    *,
    min_duration_seconds: float = 0.0,
    options: SourceOptions | None = None,
    on_frame: OnFrame | None = None,
) -> Recognition:
    """Recognize a whole video and write nothing.

    Args:
        source: a path, an address, ``figure``, or an open source.
        min_duration_seconds: shorter segments are left out.
        options: how to open a path or an address.

    Raises:
        SourceError: it can't be opened, or nothing in it can be decoded.
    """
    recognition = Recognition(recognizer.labels)
    with ExitStack() as stack:
        opened = _open(source, options, stack)
        recognition.source_start_seconds = opened.info.start_seconds
        for moment in recognize(opened, recognizer, min_duration_seconds=min_duration_seconds):
            recognition.add(moment)
            if on_frame is not None and moment.frame is not None:
                on_frame(moment.frame, opened.info)
    return recognition


def annotate(
    source: str | Path | Source,
    output: str | Path,
    recognizer: Recognizer,
    *,
    events: Sequence[str | Path] = (),
    overwrite: bool = False,
    joints: bool = True,
    min_duration_seconds: float = 0.0,
    options: SourceOptions | None = None,
    on_frame: OnFrame | None = None,
) -> Recognition:
    """Recognize a whole video and write it again: its frames, timing and sound, and the overlay.

    An interruption leaves a playable video and complete events of what was done; where nothing was
    done yet, no file is left.

    Args:
        source: a path, an address, ``figure``, or an open source (whose sound is left out).
        output: the video to write, such as ``out.mp4``.
        events: files of segments to write: ``.jsonl``, ``.csv``, ``.srt``, ``.vtt``. Their times
            are those of ``output``: seconds from the start of what is read.
        overwrite: replace files that exist.
        joints: draw people's limbs.
        min_duration_seconds: shorter segments are left out.
        options: how to open a path or an address; its ``hwaccel`` encodes, too.

    Raises:
        SourceError: the source can't be opened, or nothing in it can be decoded.
        SinkError: an output can't be written, or exists already.
    """
    recognition = Recognition(recognizer.labels)
    overlay = OverlayState(recognizer.labels)
    with ExitStack() as stack:
        opened = _open(source, options, stack)
        recognition.source_start_seconds = opened.info.start_seconds
        outputs = _Outputs(stack, recognition)
        video = outputs.add(
            VideoSink(
                Path(output),
                opened.info,
                overwrite=overwrite,
                sound_from=opened.sound if isinstance(source, str | Path) else None,
                sound_clock=getattr(opened, "timeline", None),
                hwaccel=(options or SourceOptions()).hwaccel,
            )
        )
        sinks = [
            outputs.add(
                open_events(
                    Path(path),
                    source=opened.info.name,
                    weights=recognizer.card.name,
                    labels=recognizer.labels,
                    start_seconds=opened.info.start_seconds,
                    overwrite=overwrite,
                )
            )
            for path in events
        ]
        moments = recognize(opened, recognizer, min_duration_seconds=min_duration_seconds)
        # Closed before the source is.
        for moment in stack.enter_context(closing(ahead(moments, max_waiting=MAX_AHEAD))):
            for sink, segment in product(sinks, moment.segments):
                sink.write(segment.earlier_by(video.origin_seconds))
            frame = moment.frame
            if frame is not None:
                overlay.update(moment.predictions, moment.people, warming_up=moment.warming_up)
                view = overlay.view(frame.pts_seconds, truth=frame.truth, has_joints=joints)
                picture = frame.yuv or frame.image.copy()
                draw_on(picture, view)
                video.write(picture, frame.pts_seconds)
            recognition.add(moment)
            if frame is not None and on_frame is not None:
                on_frame(frame, opened.info)
    return recognition


_Sink = TypeVar("_Sink", VideoSink, EventsSink)


class _Outputs:
    """The files of one run. Should it fail before its first frame, none of them is left."""

    def __init__(self, stack: ExitStack, recognition: Recognition) -> None:
        self._stack = stack
        self._recognition = recognition

    def add(self, sink: _Sink) -> _Sink:
        def take_away_if_empty(
            kind: type[BaseException] | None,
            error: BaseException | None,
            trace: TracebackType | None,
        ) -> None:
            if kind is not None and self._recognition.num_frames == 0:
                sink.abort()

        self._stack.enter_context(sink)
        self._stack.push(take_away_if_empty)  # runs before the sink closes
        return sink


def _open(source: str | Path | Source, options: SourceOptions | None, stack: ExitStack) -> Source:
    if isinstance(source, str | Path):
        return stack.enter_context(open_source(str(source), options))
    return source


def _segments(
    update: Callable[[Prediction], list[Segment]], predictions: Sequence[Prediction]
) -> list[Segment]:
    return [segment for prediction in predictions for segment in update(prediction)]
