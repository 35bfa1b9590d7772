"""Recognizing a whole video: a loop over its frames, whose time is the video's own.

The same input gives the same output, bit for bit. What a frame shows is what live use would show
at that moment: the newest label whose window is complete.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from har_live.current_labels import CurrentLabels
from har_live.files.judged import Judged
from har_live.files.looked_ahead import looked_ahead
from har_live.moment import Moment
from har_live.overlay import OverlayState, draw_on
from har_live.sources import Source, SourceSettings, open_source
from har_live.types import (
    WHOLE_PICTURE,
    Frame,
    Person,
    Prediction,
    Segment,
    VideoInfo,
)

if TYPE_CHECKING:
    from har_live.overlay import OverlayView
    from har_live.recognizer import Recognizer
    from har_live.types import Image, Scores
    from har_live.yuv import YuvImage

FULL_ENOUGH = 2 / 3
"""Share of a window from which on it tells as much as a full one."""
OnFrame = Callable[[Frame, VideoInfo], None]
"""Called after each frame, with what is known of the source: for progress bars."""


@dataclass(slots=True, eq=False)
class Recognition:
    """All that was recognized in a whole video."""

    labels: tuple[str, ...]
    source_start_seconds: float = 0.0
    """The source's own time at second 0 of the answers."""
    num_frames: int = 0
    predictions: list[Prediction] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    judged: Judged = field(default_factory=Judged)
    """Figures of how right the label was where the source knew the truth (the built-in figure)."""
    left_out_seconds: dict[str, float] = field(default_factory=dict)
    """Label → seconds that are in no segment: ``none``, ``unsure``, and what was too short."""
    _shown: CurrentLabels = field(default_factory=CurrentLabels)

    def clip_scores(self) -> Scores:
        """(num_labels,) float32: one answer for the whole video: see ``mean_scores``."""
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
    """(num_labels,) float32: the mean over a video's windows of the person told of most, or of the
    whole picture where nobody was.

    Of windows that had not filled, those count that are ``FULL_ENOUGH``, or else the fullest. There
    always is one: see ``Stream.finish``.
    """
    people = Counter(p.person for p in predictions if p.person != WHOLE_PICTURE)
    main, _ = people.most_common(1)[0] if people else (WHOLE_PICTURE, 0)
    own = [prediction for prediction in predictions if prediction.person == main]
    least = min(FULL_ENOUGH, max(prediction.fullness for prediction in own))
    scores: Scores = np.mean(
        [p.scores for p in own if p.fullness >= least], axis=0, dtype=np.float32
    )
    return scores


def recognize(
    source: Source,
    recognizer: Recognizer,
    *,
    min_duration_seconds: float = 0.0,
    joints: bool = True,
) -> Generator[Moment, None, None]:
    """Play a source to its end and tell, frame by frame, what is known.

    Close it where it isn't read to its end: it looks ahead by threads.

    Args:
        source: stays open.
        min_duration_seconds: shorter segments are left out.
        joints: draw people's limbs where a moment is drawn.
    """
    overlay = OverlayState(recognizer.labels)
    undrawn = _undrawn(source, recognizer, min_duration_seconds=min_duration_seconds)
    with closing(undrawn) as moments:
        for moment in moments:
            frame = moment.frame
            if frame is None:
                yield moment
                continue
            overlay.update(moment.predictions, moment.people, warming_up=moment.warming_up)
            view = overlay.view(frame.pts_seconds, truth=frame.truth, has_joints=joints)
            yield replace(moment, draw=partial(_drawn, frame, view, has_joints=joints))


def _undrawn(
    source: Source, recognizer: Recognizer, *, min_duration_seconds: float
) -> Generator[Moment, None, None]:
    """Yield moments as ``recognize`` does, for callers that draw nothing."""
    stream = recognizer.stream()
    segmenter = recognizer.segmenter(min_duration_seconds=min_duration_seconds)
    predictions: list[Prediction] = []
    with closing(looked_ahead(source, recognizer)) as frames:
        for frame, grid_frames, looks in frames:
            predictions = stream.advance(grid_frames, looks=looks)
            if frame is not None:
                segments = _segments(segmenter.update, predictions)
                yield Moment(frame, predictions, segments, stream.warming_up, stream.people)
    predictions += stream.finish()
    segments = _segments(segmenter.update, predictions) + segmenter.finish()
    yield Moment(
        None,
        predictions,
        segments,
        stream.warming_up,
        stream.people,
        left_out_seconds=segmenter.left_out_seconds,
        is_last=True,
    )


def predict(
    source: str | Path | Source,
    recognizer: Recognizer,
    *,
    min_duration_seconds: float = 0.0,
    options: SourceSettings | None = None,
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
        opened = enter_source(source, options, stack)
        recognition.source_start_seconds = opened.info.start_seconds
        undrawn = _undrawn(opened, recognizer, min_duration_seconds=min_duration_seconds)
        for moment in stack.enter_context(closing(undrawn)):
            recognition.add(moment)
            if on_frame is not None and moment.frame is not None:
                on_frame(moment.frame, opened.info)
    return recognition


def enter_source(
    source: str | Path | Source, options: SourceSettings | None, stack: ExitStack
) -> Source:
    """Open what is named, until ``stack`` closes; an open source is taken as it is."""
    if isinstance(source, str | Path):
        return stack.enter_context(open_source(str(source), options))
    return source


def _drawn(
    frame: Frame,
    view: OverlayView,
    *,
    has_joints: bool,
    people: Sequence[Person],
    as_stored: bool,
) -> Image | YuvImage:
    picture = (frame.yuv if as_stored else None) or frame.image.copy()
    draw_on(picture, view.showing(people, has_joints=has_joints))
    return picture


def _segments(
    update: Callable[[Prediction], list[Segment]], predictions: Sequence[Prediction]
) -> list[Segment]:
    return [segment for prediction in predictions for segment in update(prediction)]
