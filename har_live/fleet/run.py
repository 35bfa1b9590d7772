"""Leading a fleet: who watches what, again and again, until something ends it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from har_live.fleet.assignment import assigned
from har_live.fleet.camera_sink import CameraStatus
from har_live.fleet.nodes import Nodes
from har_live.nodes.connection import connected
from har_live.realtime.metrics import Ending
from har_live.realtime.threads import signals_to
from har_live.sources import SourceSettings

if TYPE_CHECKING:
    from har_live.fleet.cameras import Camera
    from har_live.nodes.packed_recognizer import PackedRecognizer

TICK_SECONDS = 1.0
MEASURE_SECONDS = 60.0
"""Longest wait for the first nodes to say what they can do; those that are later get what comes
later."""
END_SECONDS = 15.0
"""Longest wait for the nodes to complete their files at the end."""


@dataclass(frozen=True, slots=True)
class FleetSettings:
    """How a fleet is led."""

    ray_address: str | None = None
    """Cluster of Ray whose nodes watch; None: this machine alone."""
    seconds: float | None = None
    """End so long after the first camera is live."""
    options: SourceSettings = field(default_factory=lambda: SourceSettings(live=True))
    """Settings with which cameras are opened."""


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """How a node is."""

    name: str
    capacity: float
    """Cameras that it can watch at once, as measured when it began."""
    num_cameras: int
    """Cameras that it watches."""


@dataclass(frozen=True, slots=True)
class FleetStatus:
    """How everything is, once a second."""

    nodes: tuple[NodeStatus, ...]
    cameras: tuple[tuple[CameraStatus, str | None], ...]
    """Each camera, in the file's order, with the name of the node that watches it."""
    num_moves: int
    """Cameras that were moved because a node had died or gone silent, so far."""


class Fleet:
    """Cameras and the nodes that watch them. Call ``tick`` again and again."""

    def __init__(
        self, cameras: Sequence[Camera], packed: PackedRecognizer, options: SourceSettings
    ) -> None:
        self._cameras = {camera.name: camera for camera in cameras}
        self._nodes = Nodes(packed, options)
        self._watched: dict[str, str] = {}
        self._begun_seconds = time.monotonic()
        self._num_moves = 0

    def tick(self) -> FleetStatus:
        """Find out which nodes there are, tell them what to watch, and return how all is.

        Raises:
            WeightsError, BackendError, ValueError: a node can make no recognizer.
        """
        self._nodes.look_around()
        self._assign()
        wanted: dict[str, list[Camera]] = {}
        for name, node in self._watched.items():
            wanted.setdefault(node, []).append(self._cameras[name])
        begun_seconds = time.monotonic()
        self._nodes.tend(wanted, wait_seconds=TICK_SECONDS)
        time.sleep(max(0.0, begun_seconds + TICK_SECONDS - time.monotonic()))
        return self._status()

    def end(self) -> None:
        """Let the nodes leave all cameras, and complete what they write."""
        until_seconds = time.monotonic() + END_SECONDS
        for _ in range(2):  # what was asked before, then this
            left_seconds = until_seconds - time.monotonic()
            self._nodes.tend({}, wait_seconds=max(0.0, left_seconds))

    def _assign(self) -> None:
        now = time.monotonic()
        nodes = self._nodes.known
        is_measuring = any(node.capacity is None for node in nodes.values())
        if not self._watched and is_measuring and now - self._begun_seconds < MEASURE_SECONDS:
            return
        capacities = {
            id: node.capacity
            for id, node in nodes.items()
            if node.capacity is not None and node.is_usable(now)
        }
        before = self._watched
        self._watched = assigned(self._cameras, capacities, before=before)
        self._num_moves += sum(before.get(n, node) != node for n, node in self._watched.items())

    def _status(self) -> FleetStatus:
        nodes, now = self._nodes.known, time.monotonic()
        statuses = {
            (id, status.name): status for id, node in nodes.items() for status in node.statuses
        }
        cameras = []
        for name in self._cameras:
            id = self._watched.get(name)
            node = nodes.get(id) if id is not None else None
            is_there = node is not None and not node.is_silent(now)
            status = statuses.get((id, name)) if id is not None and is_there else None
            cameras.append((status or CameraStatus(name), node.name if node is not None else None))
        watched = list(self._watched.values())
        return FleetStatus(
            tuple(
                NodeStatus(node.name, node.capacity, watched.count(id))
                for id, node in nodes.items()
                if node.capacity is not None and node.is_usable(now)
            ),
            tuple(cameras),
            self._num_moves,
        )


def lead(
    cameras: Sequence[Camera],
    packed: PackedRecognizer,
    *,
    settings: FleetSettings | None = None,
    on_status: Callable[[FleetStatus], None] = lambda status: None,
) -> Ending:
    """Watch cameras on all nodes until a signal or the time limit ends it, or all have ended.

    Args:
        packed: recognizes what is seen.
        on_status: is told once a second how everything is.

    Returns:
        Why it ended; its exit code is 1 where a camera was not there at the end.

    Raises:
        BackendError: Ray is not installed, or no cluster answers; or the nodes lack something.
        WeightsError: the weights can't be loaded.
    """
    settings = settings or FleetSettings()
    signals: list[Ending] = []
    with (
        connected(settings.ray_address),
        signals_to(signals.append),
        _fleet(cameras, packed, settings.options) as fleet,
    ):
        first_seconds: float | None = None
        while not signals:
            status = fleet.tick()
            on_status(status)
            states = {camera.state for camera, _ in status.cameras}
            if first_seconds is None and "live" in states:
                first_seconds = time.monotonic()
            if states == {"ended"}:
                return Ending("the end of all sources")
            spent_seconds = time.monotonic() - (first_seconds or time.monotonic())
            if settings.seconds is not None and spent_seconds >= settings.seconds:
                return Ending("the time limit", int(not states <= {"live", "ended"}))
        return signals[0]


@contextmanager
def _fleet(
    cameras: Sequence[Camera], packed: PackedRecognizer, options: SourceSettings
) -> Iterator[Fleet]:
    fleet = Fleet(cameras, packed, options)
    try:
        yield fleet
    finally:
        fleet.end()
