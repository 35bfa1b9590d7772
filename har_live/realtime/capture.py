"""The capture thread: reads a source, opens a live one again when it is lost."""

from __future__ import annotations

import logging
from threading import Lock
from typing import TYPE_CHECKING

from har_live.backoff import delay_seconds
from har_live.errors import SourceError
from har_live.realtime.clock import LiveTimeline
from har_live.realtime.inbox import LiveFrame, Lost, Opened
from har_live.sources.isolated import IsolatedSource
from har_live.sources.kinds import kind_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from har_live.realtime.channels import Channels
    from har_live.sources import Source, SourceSettings
    from har_live.types import Frame

logger = logging.getLogger(__name__)


def open_for_live(spec: str, options: SourceSettings) -> Source:
    """Open the source, in a process of its own where a read may hang."""
    kind = kind_of(spec)
    return IsolatedSource(spec, options) if kind.can_hang(spec) else kind.open(spec, options)


class Capture:
    """Reads frames for the scorer and the screen.

    Args:
        open_new: opens the source, again after it was lost.
        retries: attempts in a row to open a lost live source; None never gives up. When a number
            is given, it goes for the first opening, too.
    """

    def __init__(
        self,
        open_new: Callable[[], Source],
        channels: Channels,
        *,
        retries: int | None,
    ) -> None:
        self._open_new = open_new
        self._channels = channels
        self._retries = retries
        self._timeline = LiveTimeline()
        self._lock = Lock()
        self._source: Source | None = None
        self._may_return = bool(retries)
        self._attempt = 0
        self.num_reconnects = 0
        """Number of times that a lost source came back."""

    def run(self) -> None:
        """Read until the source ends, is lost for good, or ``stop``.

        Raises:
            SourceError: it can't be opened, or is lost for good.
        """
        while not self._channels.playback.is_stopped():
            try:
                if self._read_to_the_end():
                    break
            except SourceError as error:
                if not self._may_return or self._attempt == self._retries:
                    raise
                self._wait_for_return(error)
        self._channels.scorer.end()

    def stop(self) -> None:
        """End ``run`` and the scoring from another thread, whatever they wait for."""
        self._channels.playback.stop()
        self._channels.scorer.stop()
        with self._lock:
            if self._source is not None:
                self._source.interrupt()

    def _read_to_the_end(self) -> bool:
        """Read on; return whether it was the end: of a recording, or because of ``stop``."""
        with self._open_new() as source:
            with self._lock:
                self._source = source
            try:
                return self._read(source)
            finally:
                with self._lock:
                    self._source = None

    def _read(self, source: Source) -> bool:
        if self._channels.playback.is_stopped():
            return True
        info = source.info
        self._may_return = info.is_live
        self._channels.screen.tell(Opened(info))
        for frame in source:
            if self._attempt:
                self._attempt = 0
                self.num_reconnects += 1
                logger.warning("%s: connected again", info.name)
            if not info.is_live:
                # Decoded before it is due: what the frame before stands for is known by now.
                if not frame.begins_anew:
                    self._channels.scorer.foresee(frame.pts_seconds)
                self._channels.playback.wait_until_due(frame.pts_seconds)
            if self._channels.playback.is_stopped():
                return True
            self._hand_on(frame, is_live=info.is_live)
        if info.is_live and not self._channels.playback.is_stopped():
            raise SourceError(f"{info.name}: the stream broke off")
        return True

    def _hand_on(self, frame: Frame, *, is_live: bool) -> None:
        arrival = self._channels.clock.now()
        pts = frame.pts_seconds
        if is_live:
            pts = self._timeline.place(pts, arrival)
        live_frame = LiveFrame(frame.picture, pts, frame.truth, frame.begins_anew, arrival)
        self._channels.scorer.push(live_frame)
        self._channels.screen.show(live_frame)

    def _wait_for_return(self, error: SourceError) -> None:
        self._attempt += 1
        self._channels.scorer.restart()
        self._timeline.restart()
        delay = delay_seconds(self._attempt)
        # The first one is for everybody, also without a window; the others for who debugs.
        level = logging.WARNING if self._attempt == 1 else logging.INFO
        logger.log(level, "%s; attempt %d to reconnect in %.1f s", error, self._attempt, delay)
        self._channels.screen.tell(Lost(self._attempt))
        self._channels.playback.sleep(delay)
