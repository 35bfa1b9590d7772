"""Segments as subtitle cues: SRT for players, WebVTT for browsers.

A cue reads ``Tennis smash 87 %``: the label, as people write it, and its mean confidence. Times are
those of the source, rounded to milliseconds; what lies before second 0 is shown from 0, since
neither format knows less; a cue lasts at least a millisecond, since a shorter one is an error to
WebVTT.

From the second person on who did something, cues say who: ``Person 2: Wave 87 %``. With one person
alone that would tell nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from har_live.label_names import readable
from har_live.types import WHOLE_PICTURE

if TYPE_CHECKING:
    from har_live.types import Segment

WEBVTT_HEADER = "WEBVTT\n\n"


def srt_cue(number: int, segment: Segment, *, several: bool = False) -> str:
    """Write a cue of an SRT file; ``number`` counts from 1, ``several`` people may be told of.

    SRT has no escapes: ``&`` and ``<`` stay as they are, only an arrow would end the cue.
    """
    text = _text(segment, several).replace("-->", "→")
    return f"{number}\n{_times(segment, ',')}\n{text}\n\n"


def webvtt_cue(segment: Segment, *, several: bool = False) -> str:
    """Write a cue of a WebVTT file."""
    text = _text(segment, several).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"{_times(segment, '.')}\n{text}\n\n"


def _text(segment: Segment, several: bool) -> str:
    who = f"Person {segment.person}: " if several and segment.person != WHOLE_PICTURE else ""
    # One line: an empty one inside a cue would end it.
    return f"{who}{readable(segment.label)} {round(100 * segment.mean_confidence)} %"


def _times(segment: Segment, decimal_mark: str) -> str:
    start_ms = max(0, round(1000 * segment.start_seconds))
    end_ms = max(start_ms + 1, round(1000 * segment.end_seconds))
    return f"{_clock(start_ms, decimal_mark)} --> {_clock(end_ms, decimal_mark)}"


def _clock(time_ms: int, decimal_mark: str) -> str:
    seconds, milliseconds = divmod(time_ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{decimal_mark}{milliseconds:03}"
