"""The part of a fleet that runs on a node: an actor of Ray, which is called once a second."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from har_live.bench.steps import step
from har_live.fleet.batch import Batch

if TYPE_CHECKING:
    from har_live.fleet.camera_sink import CameraStatus
    from har_live.fleet.cameras import Camera
    from har_live.nodes.packed_recognizer import PackedRecognizer
    from har_live.recognizer import Recognizer
    from har_live.sources import SourceSettings

LEASE_SECONDS = 3.0
"""Whoever was not asked for so long stops watching: somebody else will."""
MEASURE_SECONDS = 0.5
NUM_STREAMS = 4
"""Grid frames in a batch while it is measured what a node can do."""
SHARE_FOR_SCORING = 0.5
"""Of a node's time; the rest is for decoding, and for other people."""


class Watcher:
    """Watches the cameras that it is told to.

    Args:
        packed: recognizes what is seen.
        options: how cameras are opened.
    """

    def __init__(self, packed: PackedRecognizer, options: SourceSettings) -> None:
        self._packed = packed
        self._options = options
        self._batches: list[Batch] = []
        self._tended_seconds = time.monotonic()

    @cached_property
    def _recognizer(self) -> Recognizer:
        return self._packed.open()

    def capacity(self) -> float:
        """Measure how many cameras this node can watch.

        Raises:
            WeightsError, BackendError, ValueError: there can be no recognizer here.
        """
        advance = step(self._recognizer, num_streams=NUM_STREAMS)
        num_steps, begun_seconds = 0, time.perf_counter()
        while (spent_seconds := time.perf_counter() - begun_seconds) < MEASURE_SECONDS:
            advance()
            num_steps += 1
        per_second = num_steps * NUM_STREAMS / spent_seconds
        return SHARE_FOR_SCORING * per_second / self._recognizer.card.clip.grid_fps

    def tend(self, wanted: Sequence[Camera]) -> list[CameraStatus]:
        """Watch these cameras and no others, as long as this is called again and again.

        Returns:
            How each of them is.
        """
        self._tended_seconds = time.monotonic()
        names = {camera.name for camera in wanted}
        unwanted = [batch for batch in self._batches if not batch.names <= names]
        for batch in unwanted:
            batch.stop()
        for batch in unwanted:
            batch.join()
        self._batches = [
            batch for batch in self._batches if batch.names <= names and batch.is_left_alone
        ]
        known = frozenset().union(*(batch.names for batch in self._batches))
        new = [camera for camera in wanted if camera.name not in known]
        if new:
            # Beside those that run already: to begin anew with all would interrupt them.
            batch = Batch(new, self._recognizer, self._options, is_leased=self._is_leased)
            batch.start()
            self._batches.append(batch)
        return [status for batch in self._batches for status in batch.statuses]

    def _is_leased(self) -> bool:
        return time.monotonic() - self._tended_seconds < LEASE_SECONDS
