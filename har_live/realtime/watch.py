"""Watching a source in a loop of one's own, moment by moment."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from har_live.files.recognize import recognize
from har_live.realtime.run import ticking_alone
from har_live.realtime.settings import LiveSettings
from har_live.sinks.base import Sink
from har_live.sources import open_source
from har_live.sources.kinds import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from har_live.moment import Moment
    from har_live.recognizer import Recognizer
    from har_live.sources import Source


def watch(
    source: str | Path | Source,
    recognizer: Recognizer,
    *,
    settings: LiveSettings | None = None,
) -> Iterator[Moment]:
    """Yield what is seen in a source, moment by moment.

    Of a file, ``figure`` or an open source, each frame is a moment, however long that takes. What
    comes from a camera or over a network is watched live: a loop that is late gets the newest
    frame, and no prediction or segment is lost. Leaving the loop ends the threads of that.

    Args:
        source: a path, an address, ``figure``, a camera's number or part of its name, or an open
            source, which stays open.
        settings: how the source is opened, which segments are wanted, whether limbs are drawn; of
            what is watched live, also when to stop. ``LiveSettings()`` if None.

    Raises:
        SourceError: the source can't be opened, or was lost for good.
        HarLiveError: scoring failed; the cause is attached.
    """
    settings = settings or LiveSettings()
    if not isinstance(source, str | Path):
        yield from _each(source, recognizer, settings)
    elif kind_of(str(source)).can_hang(str(source)):
        yield from _newest(str(source), recognizer, settings)
    else:
        with open_source(str(source), settings.options) as opened:
            yield from _each(opened, recognizer, settings)


def _each(source: Source, recognizer: Recognizer, settings: LiveSettings) -> Iterator[Moment]:
    return recognize(
        source,
        recognizer,
        min_duration_seconds=settings.min_duration_seconds,
        joints=settings.joints,
    )


def _newest(source: str, recognizer: Recognizer, settings: LiveSettings) -> Iterator[Moment]:
    collector = _MomentCollector()
    with closing(ticking_alone([source], recognizer, [[collector]], settings)) as ticks:
        for _ in ticks:
            yield from collector.take()
    yield from collector.take()


class _MomentCollector(Sink):
    """Keeps moments until they are asked for."""

    def __init__(self) -> None:
        self._moments: list[Moment] = []

    def write(self, moment: Moment) -> None:
        """Keep a moment."""
        self._moments.append(moment)

    def take(self) -> list[Moment]:
        """Return the moments that are new."""
        moments, self._moments = self._moments, []
        return moments
