"""The live sources, on a thread: the loop of ``har_live.realtime``, begun again when it ends."""

from __future__ import annotations

import logging
from contextlib import closing
from dataclasses import replace
from threading import Event, Thread
from typing import TYPE_CHECKING

from har_live.backoff import delay_seconds
from har_live.errors import HarLiveError, SinkError
from har_live.realtime.outputs import open_outputs
from har_live.realtime.run import ticking_alone
from har_live.sinks.isolated import IsolatedSinks
from har_live.threads import start_thread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from har_live.realtime import LiveSettings
    from har_live.recognizer import Recognizer
    from har_live.serve.feed import Feed
    from har_live.sinks.base import Sink

logger = logging.getLogger(__name__)

FOR_EVER = 10**9
"""Attempts to open a source that is away: the first one, too, which ``retries=None`` makes once."""
JOIN_SECONDS = 20.0
"""The run's own threads are given 15 seconds to end."""


class LiveRun:
    """Watches the sources until ``stop``. A recording that is over begins again with the others,
    once all of them are.

    Args:
        feeds: one for each source.
        events: further sinks of each source, as addresses. One that fails ends no run: the page
            goes on.
    """

    def __init__(
        self,
        sources: Sequence[str],
        feeds: Sequence[Feed],
        recognizer: Recognizer,
        settings: LiveSettings,
        *,
        events: Sequence[str] = (),
    ) -> None:
        self._sources = sources
        self._feeds = feeds
        self._recognizer = recognizer
        self._settings = replace(settings, retries=FOR_EVER)
        self._events = events
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="har-live-serve", daemon=True)

    def start(self) -> None:
        """Start the thread. Raises ``HarLiveError``: the system has none left."""
        start_thread(self._thread)

    def stop(self) -> None:
        """End it and wait for it."""
        self._stopping.set()
        self._thread.join(JOIN_SECONDS)

    def _run(self) -> None:
        attempt = 0
        while not self._stopping.is_set():
            try:
                self._watch()
                attempt = 0
            except HarLiveError as error:
                attempt += 1
                logger.warning("%s", error)
            except Exception:
                attempt += 1
                logger.exception("the live sources failed; they are opened anew")
            self._stopping.wait(delay_seconds(attempt + 1))

    def _watch(self) -> None:
        sinks = [
            (feed, IsolatedSinks(own, _say_failure))
            for feed, own in zip(self._feeds, self._own_sinks(), strict=True)
        ]
        ticks = ticking_alone(self._sources, self._recognizer, sinks, self._settings)
        with closing(ticks):
            for _ in ticks:
                if self._stopping.is_set():
                    return

    def _own_sinks(self) -> Sequence[Sequence[Sink]]:
        try:
            return open_outputs(self._events, self._settings, sources=self._sources).sinks
        except SinkError as error:
            _say_failure(error)
            return [()] * len(self._sources)


def _say_failure(error: SinkError) -> None:
    logger.warning("%s", error)
