"""Sinks that are begun, and moments for them, without a run."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np

from har_live.moment import Moment
from har_live.sinks.base import Run, SinkSettings
from har_live.sinks.events import EventsSink
from har_live.types import Frame, Segment, VideoInfo


def begun_events(
    path: Path,
    *,
    source: str = "cam",
    weights: str = "lrcn",
    labels: Sequence[str] = (),
    start_seconds: float = 0.0,
    overwrite: bool = False,
    append: bool = False,
) -> EventsSink:
    sink = EventsSink(path, SinkSettings(overwrite=overwrite, append=append))
    time_base = Fraction(1, 90_000)
    info = VideoInfo(source, 64, 48, time_base=time_base, start_ticks=round(start_seconds * 90_000))
    sink.begin(Run(info, tuple(labels), weights))
    return sink


def telling(*segments: Segment) -> Moment:
    """A black frame, at which these are known to be over."""
    return Moment(Frame(np.zeros((48, 64, 3), np.uint8), 0.0), [], list(segments), None)
