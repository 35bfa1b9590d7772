"""Writing a whole video again, with what is recognized drawn on it, and its events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

from har_live.files.interpolated_people import people_between
from har_live.files.prefetch import prefetch
from har_live.files.recognize import OnFrame, Recognition, enter_source, recognize
from har_live.moment import Moment
from har_live.sinks.base import Outputs, Run, Sink, SinkSettings, Sound
from har_live.sinks.kinds import open_sink
from har_live.sources import Source, SourceSettings

if TYPE_CHECKING:
    from har_live.recognizer import Recognizer

MAX_AHEAD = 8
"""Frames decoded and scored while others are drawn and encoded: more than a grid step's."""


def annotate(
    source: str | Path | Source,
    recognizer: Recognizer,
    *,
    sinks: Sequence[str | Path | Sink],
    overwrite: bool = False,
    joints: bool = True,
    min_duration_seconds: float = 0.0,
    options: SourceSettings | None = None,
    on_frame: OnFrame | None = None,
) -> Recognition:
    """Recognize a whole video and give what is seen to sinks: files, or what you make of it.

    A video sink writes the video again: its frames, timing and sound, and the overlay. An
    interruption leaves playable videos and complete events of what was done; where nothing was
    done yet, no file is left. Between two grid frames, people are drawn on the way from one to the
    other.

    Args:
        source: a path, an address, ``figure``, or an open source (whose sound is left out).
        sinks: paths and addresses, whose kinds ``har_live.sinks.kinds`` tells: ``out.mp4`` is a
            video; ``.jsonl``, ``.csv``, ``.srt`` and ``.vtt`` are segments, in seconds from the
            start of what is read; and sinks of your own. ``overwrite`` and ``options`` concern
            paths and addresses alone.
        overwrite: replace files that exist.
        joints: draw people's limbs.
        min_duration_seconds: shorter segments are left out.
        options: how to open a path or an address; its ``hwaccel`` encodes, too.

    Raises:
        SourceError: the source can't be opened, or nothing in it can be decoded.
        SinkError: an output can't be written, or exists already.
    """
    recognition = Recognition(recognizer.labels)
    settings = SinkSettings(overwrite=overwrite, hwaccel=(options or SourceSettings()).hwaccel)
    with ExitStack() as stack:
        opened = enter_source(source, options, stack)
        recognition.source_start_seconds = opened.info.start_seconds
        outputs = stack.enter_context(Outputs([open_sink(sink, settings) for sink in sinks]))
        outputs.begin(
            Run(
                opened.info,
                recognizer.labels,
                recognizer.card.name,
                sound=_sound_of(source, opened),
            )
        )
        recognized = recognize(
            opened, recognizer, min_duration_seconds=min_duration_seconds, joints=joints
        )
        moments = stack.enter_context(closing(recognized))
        # Judged by the label on the picture, which is of the people in the newest grid frame.
        moving = people_between(_kept(moments, recognition))
        made = prefetch(moving, max_waiting=MAX_AHEAD, interrupt=opened.interrupt)
        for moment in stack.enter_context(closing(made)):  # closed before the source is
            outputs.write(moment)
            if moment.frame is not None and on_frame is not None:
                on_frame(moment.frame, opened.info)
    return recognition


def _kept(moments: Iterator[Moment], recognition: Recognition) -> Iterator[Moment]:
    """The same moments; what is recognized is taken from them on the way."""
    for moment in moments:
        recognition.add(moment)
        yield moment


def _sound_of(source: str | Path | Source, opened: Source) -> Sound | None:
    if not isinstance(source, str | Path) or opened.sound is None:
        return None
    return Sound(opened.sound, opened.timeline)
