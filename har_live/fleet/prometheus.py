"""What a fleet says to Prometheus, at ``/metrics``."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from har_live.errors import BackendError, SinkError
from har_live.nodes.connection import INSTALL_RAY
from har_live.realtime.figures import FRAMES, LOSSES, PEOPLE, SEGMENTS, UP
from har_live.sinks.file_checks import reason

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prometheus_client import Metric

    from har_live.fleet.camera_sink import CameraStatus
    from har_live.fleet.run import FleetStatus

STOP_SECONDS = 5.0

Value = Callable[["CameraStatus"], float]
GAUGES: dict[tuple[str, str], Value] = {
    UP: lambda camera: float(camera.state == "live"),
    PEOPLE: lambda camera: float(camera.num_people),
    ("har_live_label_confidence", "Of the label now, 0 to 1."): lambda camera: camera.confidence,
    ("har_live_label_age_seconds", "Since a window last confirmed the label."): (
        lambda camera: math.nan if camera.label_age_seconds is None else camera.label_age_seconds
    ),
}
COUNTERS: dict[tuple[str, str], Value] = {
    FRAMES: lambda camera: float(camera.num_frames),
    LOSSES: lambda camera: float(camera.num_losses),
    ("har_live_predictions", "Windows scored."): lambda camera: float(camera.num_predictions),
}


class Metrics:
    """Collects from the newest status; counters of a camera begin anew where it moves to."""

    def __init__(self) -> None:
        self.status: FleetStatus | None = None

    def collect(self) -> Iterable[Metric]:
        """Yield everything that Prometheus may know."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        status = self.status
        if status is None:
            return
        capacity = GaugeMetricFamily(
            "har_live_node_capacity", "Sources that a node can watch.", labels=["node"]
        )
        load = GaugeMetricFamily(
            "har_live_node_sources", "Sources that a node watches.", labels=["node"]
        )
        for node in status.nodes:
            capacity.add_metric([node.name], node.capacity)
            load.add_metric([node.name], node.num_cameras)
        yield from (capacity, load)
        kinds: list[tuple[Any, dict[tuple[str, str], Value]]] = [
            (GaugeMetricFamily, GAUGES),
            (CounterMetricFamily, COUNTERS),
        ]
        for kind, table in kinds:
            for told, value in table.items():
                family = kind(*told, labels=["source", "node"])
                for camera, on in status.cameras:
                    family.add_metric([camera.name, on or ""], value(camera))
                yield family
        segments = CounterMetricFamily(*SEGMENTS, labels=["source", "node", "label"])
        for camera, on in status.cameras:
            for label, number in camera.num_segments.items():
                segments.add_metric([camera.name, on or "", label], number)
        yield segments
        yield CounterMetricFamily(
            "har_live_moves", "Sources moved from a node that died.", value=status.num_moves
        )


@contextmanager
def served(metrics: Metrics, host: str, port: int) -> Iterator[int]:
    """Answer at ``/metrics``; the port, where 0 asked for any.

    Raises:
        BackendError: prometheus-client is not installed.
        SinkError: the port can't be had.
    """
    try:
        from prometheus_client import CollectorRegistry, start_http_server
    except ImportError as error:
        raise BackendError(
            f"metrics need prometheus-client, which is not installed; {INSTALL_RAY}"
        ) from error
    registry = CollectorRegistry()
    registry.register(metrics)
    try:
        server, thread = start_http_server(port, host, registry)
    except OSError as error:
        raise SinkError(
            f"metrics can't be served at {host}:{port}: {reason(error)}; give another --metrics, "
            "or --metrics off"
        ) from error
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join(STOP_SECONDS)
