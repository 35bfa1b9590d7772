"""The interface of every source: it says what it is and then yields frames."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from har_live.closing import Closing
from har_live.frame_times import Timeline
from har_live.types import Address, Frame, VideoInfo


class Source(Closing, Protocol):
    """A video. Opening it (the constructor) fails early with ``SourceError``; iterating yields
    frames in playing order and simply ends at the end; ``close`` may be called twice.

    Inherit from it: subclasses are context managers, and have no sound until they say so."""

    @property
    def info(self) -> VideoInfo: ...

    @property
    def sound(self) -> str | Path | Address | None:
        """Place where a recording can be had once more for its sound and subtitles; None where it
        can't, and for a live source: opened a second time it is not in step with the first."""
        return None

    @property
    def timeline(self) -> Timeline | None:
        """Places of the frames read so far, by which ``sound`` follows a clock that jumps; None
        where the clock can't."""
        return None

    def __iter__(self) -> Iterator[Frame]: ...

    def interrupt(self) -> None:
        """End the reading now, from any thread: whoever waits for a frame sees the end. Of a source
        that never waits for long, this does nothing."""
        return
