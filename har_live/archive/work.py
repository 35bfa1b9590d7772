"""What a worker does with one video, in whichever process or machine it runs."""

from __future__ import annotations

import os
import uuid
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from har_live.archive.stores import as_file
from har_live.archive.videos import Video
from har_live.errors import HarLiveError, SourceError
from har_live.files.annotate import annotate
from har_live.files.recognize import predict
from har_live.nodes.packed_recognizer import PackedRecognizer
from har_live.redact import redact
from har_live.sources import SourceSettings
from har_live.sources.check import check_source
from har_live.sources.isolated import IsolatedSource
from har_live.sources.kinds import kind_of
from har_live.types import Segment

if TYPE_CHECKING:
    from har_live.files.recognize import Recognition
    from har_live.recognizer import Recognizer
    from har_live.types import Frame, VideoInfo


UNFINISHED = ".har-live-unfinished-"
"""So begin the names of videos that are being written."""


@dataclass(frozen=True, slots=True)
class WorkSettings:
    """How each video is looked at."""

    min_duration_seconds: float = 0.0
    """Leave out segments shorter than this."""
    patience_seconds: float = 40.0
    """Longest wait for a video to open, and for each of its frames."""
    joints: bool = True
    """Draw people's limbs, where videos are written again."""

    def __post_init__(self) -> None:
        if not self.patience_seconds > 0:
            raise ValueError(f"patience_seconds is {self.patience_seconds}; expected more than 0")


@dataclass(frozen=True, slots=True)
class Task:
    """One video to be looked at."""

    video: Video
    annotated: Path | None
    """Where it is written again; all workers must see this folder under this name."""
    settings: WorkSettings


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one video."""

    video: Video
    broken: str | None = None
    """Why nothing can be said of it, in one line; None where all went well."""
    duration_seconds: float = 0.0
    source_start_seconds: float = 0.0
    """The source's own time at second 0."""
    num_frames: int = 0
    segments: tuple[Segment, ...] = ()


def broken(video: Video, why: object) -> Outcome:
    """The outcome of a video of which nothing can be said."""
    return Outcome(video, broken=redact(" ".join(str(why).split())) or type(why).__name__)


def look_at(packed: PackedRecognizer, task: Task) -> Outcome:
    """Recognize one video.

    It is decoded in a process of its own, so that one that hangs or crashes the decoder costs no
    more than itself. With the same video the outcome is the same wherever this runs.

    Raises:
        WeightsError, BackendError, ValueError: there can be no recognizer here; all else that goes
            wrong is said by the outcome.
    """
    recognizer = _opened(packed)
    address = task.video.address
    try:
        with as_file(address) as address:
            return _looked_at(recognizer, task, address)
    except HarLiveError as error:
        # It says which video it is about; whoever is told knows that.
        return broken(task.video, str(error).removeprefix(f"{kind_of(address).label(address)}: "))
    except Exception as error:
        return broken(task.video, f"{type(error).__name__}: {error}")


@lru_cache(maxsize=1)
def _opened(packed: PackedRecognizer) -> Recognizer:
    """Make the recognizer, once a worker; a worker is one of as many as there are cores."""
    import cv2

    cv2.setNumThreads(1)
    return packed.open(num_threads=1)


def _looked_at(recognizer: Recognizer, task: Task, address: str) -> Outcome:
    check_source(address)
    settings = task.settings
    length = _Length()
    with IsolatedSource(
        address,
        SourceSettings(),
        stall_seconds=settings.patience_seconds,
        open_seconds=settings.patience_seconds,
    ) as source:
        info = source.info
        if info.is_live:
            raise SourceError("it is live and has no end; watch it by har-live live, or fleet")
        if task.annotated is None:
            seen = predict(
                source,
                recognizer,
                min_duration_seconds=settings.min_duration_seconds,
                on_frame=length.on_frame,
            )
        else:
            for frame in source:
                length.on_frame(frame, info)
    if task.annotated is not None:
        # What could be decoded to its end once hangs and crashes no decoder; in this process its
        # sound can be had, too.
        seen = _annotated(recognizer, settings, address, task.annotated)
    return Outcome(
        task.video,
        duration_seconds=round(info.duration_seconds or length.seconds, 6),
        source_start_seconds=seen.source_start_seconds,
        num_frames=seen.num_frames,
        segments=tuple(seen.segments),
    )


class _Length:
    """How far a video was read."""

    seconds = 0.0

    def on_frame(self, frame: Frame, _info: VideoInfo) -> None:
        self.seconds = frame.pts_seconds


def _annotated(
    recognizer: Recognizer, settings: WorkSettings, address: str, output: Path
) -> Recognition:
    """Write a video again; it has its name once it is complete."""
    output.parent.mkdir(parents=True, exist_ok=True)
    unfinished = output.with_name(f"{UNFINISHED}{uuid.uuid4().hex}{output.suffix}")
    try:
        seen = annotate(
            address,
            recognizer,
            sinks=[unfinished],
            joints=settings.joints,
            min_duration_seconds=settings.min_duration_seconds,
        )
        os.replace(unfinished, output)
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
    return seen
