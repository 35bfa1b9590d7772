"""The interface of every sink, and the holder of all those of a run.

A sink of your own needs ``write`` alone::

    class Printed(Sink):
        def write(self, moment: Moment) -> None:
            for segment in moment.segments:
                print(segment.label)

It is given to ``annotate`` or ``live`` as it is, or by an address once its kind is known: see
``har_live.sinks.kinds``.
"""

from __future__ import annotations

import logging
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from har_live.closing import Closing
from har_live.errors import SinkError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from har_live.frame_times import Timeline
    from har_live.moment import Moment
    from har_live.sources.settings import Hwaccel
    from har_live.types import Address, VideoInfo

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SinkSettings:
    """The caller's wishes; each sink reads the fields that concern it."""

    overwrite: bool = False
    """Replace what exists."""
    append: bool = False
    """Go on with what exists."""
    hwaccel: Hwaccel = "none"
    """Hardware that encodes video, as in ``SourceSettings``."""
    source_name: str = ""
    """The source's name for people, in live use unlike that of any other of the run; empty: take
    that of ``VideoInfo``."""


@dataclass(frozen=True, slots=True)
class Sound:
    """The place of a source's sound."""

    location: str | Path | Address
    """The source itself, or one beside it."""
    clock: Timeline | None = None
    """Places of the source's frames, should its clock jump."""


@dataclass(frozen=True, slots=True)
class Run:
    """All that is known before the first moment."""

    info: VideoInfo
    """The source's description of itself."""
    labels: tuple[str, ...]
    """Every label that the weights know."""
    weights: str
    """Name of the weights."""
    sound: Sound | None = None
    """None where there is none that could be kept."""


class Sink(Protocol):
    """Takes the moments of one run, in order.

    Making one checks what can be checked, and changes nothing. ``begin`` comes once, then
    ``write`` any number of times, at last ``close`` or ``abort``; a run that fails early may end
    one that was never begun. All are called from the thread that runs. What goes wrong is a
    ``SinkError``, and ends the run.

    Subclasses have to write; the rest does nothing until they say otherwise.
    """

    def begin(self, run: Run) -> None:
        """Open what is to be written."""
        return

    def write(self, moment: Moment) -> None:
        """Take the next moment."""

    def close(self) -> None:
        """Complete what was written; a second call does nothing."""
        return

    def abort(self) -> None:
        """Leave nothing, or what was there before: the run failed before there was anything."""
        return

    @property
    def is_empty(self) -> bool:
        """True while nothing was taken that is worth keeping, by itself, when the run fails."""
        return False

    @property
    def trouble(self) -> str | None:
        """One line where something is amiss that ends no run; None where all is well."""
        return None


class NothingWrittenError(SinkError):
    """Raised where there is nothing to complete: no picture was written, and so there is no
    file."""


class Outputs(Closing):
    """The sinks of one run: begun together, ended together, and nothing left half-written.

    Leaving the ``with`` block closes all of them, whatever one of them says. By an exception
    before the first frame, it aborts them; by a later one, it keeps what was done, and the
    exception is the one to hear of.
    """

    def __init__(self, sinks: Sequence[Sink]) -> None:
        self._sinks = tuple(sinks)
        self._taking: list[Sink] = []  # begun, and not failed
        self._is_begun = self._has_frame = False

    def begin(self, run: Run) -> None:
        """Begin all sinks; later calls, as after a reconnect, do nothing."""
        if self._is_begun:
            return
        self._is_begun = True
        for sink in self._sinks:
            sink.begin(run)
            self._taking.append(sink)

    def write(self, moment: Moment) -> None:
        """Give a moment to all sinks that were begun, but those that have failed: each says so
        once."""
        for sink in tuple(self._taking):
            try:
                sink.write(moment)
            except Exception:
                self._taking = [other for other in self._taking if other is not sink]
                raise
        self._has_frame |= moment.frame is not None

    @property
    def trouble(self) -> str | None:
        """The first trouble that a sink has; None where all is well."""
        return next((sink.trouble for sink in self._taking if sink.trouble), None)

    def close(self) -> None:
        """Complete all sinks."""
        self._end(lambda sink: sink.close())

    def close_after_error(self) -> None:
        """Keep what was done; where that is nothing, leave nothing.

        Where a video found no room to begin, what is empty beside it goes, too.
        """
        if not self._has_frame:
            self._end(lambda sink: sink.abort())
            return
        has_all = True

        def keep(sink: Sink) -> None:
            nonlocal has_all
            if sink.is_empty and not has_all:
                sink.abort()
            elif not complete_in_silence(sink.close):
                has_all = False

        self._end(keep)

    def _end(self, end: Callable[[Sink], None]) -> None:
        """End all sinks, whatever one of them says; those that are empty last."""
        with ExitStack() as stack:
            for sink in sorted(self._sinks, key=lambda sink: not sink.is_empty):
                stack.callback(end, sink)  # the stack calls the last one first


def complete_in_silence(close: Callable[[], None]) -> bool:
    """Complete what was done before an error, which is the one to hear of; False if nothing was."""
    try:
        close()
    except NothingWrittenError:
        return False
    except SinkError as problem:
        logger.warning("%s", problem)
    return True
