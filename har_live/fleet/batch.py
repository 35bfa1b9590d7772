"""Cameras that one node watches together, on a thread of its own."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from threading import Event, Thread
from typing import TYPE_CHECKING

from har_live.errors import HarLiveError, SinkError
from har_live.fleet.camera_sink import CameraSink, CameraStatus, NotedSource, noting
from har_live.realtime import LiveSettings
from har_live.realtime.capture import open_for_live
from har_live.realtime.outputs import sinks_of
from har_live.realtime.run import ticking_alone
from har_live.redact import redact
from har_live.threads import start_thread

if TYPE_CHECKING:
    from har_live.fleet.camera_sink import State
    from har_live.fleet.cameras import Camera
    from har_live.recognizer import Recognizer
    from har_live.sources import Source, SourceSettings

logger = logging.getLogger(__name__)

JOIN_SECONDS = 20.0
STATUS_SECONDS = 0.25
"""So often the thread says how the cameras are."""
PAUSE_SECONDS = 5.0
"""Until the cameras of a batch that failed may be watched again."""


class Batch:
    """Watches cameras from ``start`` on until ``stop``, or until all of them have ended.

    A camera that can't be opened, or is lost, is tried again for ever.

    Args:
        is_leased: asked all the time; once it says no, the batch ends.
    """

    def __init__(
        self,
        cameras: Sequence[Camera],
        recognizer: Recognizer,
        options: SourceSettings,
        *,
        is_leased: Callable[[], bool],
    ) -> None:
        self._cameras = tuple(cameras)
        self.names = frozenset(camera.name for camera in cameras)
        self._recognizer = recognizer
        self._settings = LiveSettings(append=True, retries=sys.maxsize, options=options)
        self._is_leased = is_leased
        self._is_stopped = Event()
        self._failed_seconds: float | None = None
        self._was_left = False  # by those who wanted it, before its own end
        self.statuses: tuple[CameraStatus, ...] = tuple(
            CameraStatus(camera.name, state="opening") for camera in cameras
        )
        """How each camera is, or was at the end."""
        self._thread = Thread(target=self._run, name="har-live-batch", daemon=True)

    def start(self) -> None:
        """Begin to watch. Raises ``HarLiveError``: the system has no thread left."""
        start_thread(self._thread)

    def stop(self) -> None:
        """End it soon; ``join`` waits for that."""
        self._is_stopped.set()

    def join(self) -> None:
        """Wait until it has ended."""
        self._thread.join(JOIN_SECONDS)

    @property
    def is_left_alone(self) -> bool:
        """True while nobody else is to watch these cameras: they are watched, or have ended by
        themselves, or what watched them has failed a moment ago."""
        if self._thread.is_alive():
            return True
        if self._failed_seconds is not None:
            return time.monotonic() - self._failed_seconds < PAUSE_SECONDS
        return not self._was_left

    def _run(self) -> None:
        try:
            self._watch()
            self._conclude("ended", None)
        except Exception as error:  # of this batch alone: the node goes on
            logger.debug("a batch failed", exc_info=True)
            self._failed_seconds = time.monotonic()
            is_ours = isinstance(error, HarLiveError)
            why = redact(str(error) if is_ours else f"{type(error).__name__}: {error}")
            self._conclude("failed", why)

    def _conclude(self, state: State, trouble: str | None) -> None:
        self.statuses = tuple(
            replace(status, state=state, trouble=trouble, label=None, fps=0.0)
            for status in self.statuses
        )

    def _watch(self) -> None:
        sinks = [self._sink(camera) for camera in self._cameras]
        ticks = ticking_alone(
            [camera.source for camera in self._cameras],
            self._recognizer,
            [[sink] for sink in sinks],
            self._settings,
            open_new=[
                partial(self._open, camera.source, sink)
                for camera, sink in zip(self._cameras, sinks, strict=True)
            ],
        )
        told_seconds = 0.0
        with closing(ticks):
            for _ in ticks:
                if self._is_stopped.is_set() or not self._is_leased():
                    self._was_left = True
                    break
                if time.monotonic() - told_seconds >= STATUS_SECONDS:
                    self.statuses = tuple(sink.status() for sink in sinks)
                    told_seconds = time.monotonic()

    def _sink(self, camera: Camera) -> CameraSink:
        try:
            own = sinks_of(camera.events, None, self._settings, source_name=camera.name)
        except SinkError as error:
            return CameraSink(camera.name, (), trouble=str(error))
        return CameraSink(camera.name, own)

    def _open(self, source: str, sink: CameraSink) -> Source:
        with noting(sink):
            return NotedSource(open_for_live(source, self._settings.options), sink)
