"""What a fleet says to Prometheus, at ``/metrics``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from har_live.errors import BackendError, SinkError
from har_live.nodes.connection import INSTALL_RAY
from har_live.sinks.file_checks import reason

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prometheus_client import Metric

    from har_live.fleet.camera_sink import CameraStatus
    from har_live.fleet.run import FleetStatus

STOP_SECONDS = 5.0

Value = Callable[["CameraStatus"], float]
CAMERA_GAUGES: dict[str, tuple[str, Value]] = {
    "up": ("1 while pictures come", lambda camera: float(camera.state == "live")),
    "fps": ("pictures a second", lambda camera: camera.fps),
    "people": ("people who are followed", lambda camera: float(camera.num_people)),
    "confidence": ("of the label now, 0 to 1", lambda camera: camera.confidence),
    "label_age_seconds": (
        "since a window last confirmed the label",
        lambda camera: (
            float("nan") if camera.label_age_seconds is None else camera.label_age_seconds
        ),
    ),
}
CAMERA_COUNTERS: dict[str, tuple[str, Value]] = {
    "frames": ("pictures seen", lambda camera: float(camera.num_frames)),
    "predictions": ("windows scored", lambda camera: float(camera.num_predictions)),
    "segments": ("segments that are over", lambda camera: float(camera.num_segments)),
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
        nodes = [(node.name, node) for node in status.nodes]
        families: list[tuple[Any, str, str, list[tuple[list[str], float]]]] = [
            (GaugeMetricFamily, "node_capacity_cameras", "cameras that a node can watch",
             [([name], node.capacity) for name, node in nodes]),
            (GaugeMetricFamily, "node_cameras", "cameras that a node watches",
             [([name], float(node.num_cameras)) for name, node in nodes]),
        ]  # fmt: skip
        for kind, table in (
            (GaugeMetricFamily, CAMERA_GAUGES),
            (CounterMetricFamily, CAMERA_COUNTERS),
        ):
            for name, (about, value) in table.items():
                rows = [([one.name, node or ""], value(one)) for one, node in status.cameras]
                families.append((kind, f"camera_{name}", about, rows))
        for kind, name, about, rows in families:
            labels = ["node"] if name.startswith("node") else ["camera", "node"]
            family = kind(f"har_live_{name}", about, labels=labels)
            for values, number in rows:
                family.add_metric(values, number)
            yield family
        yield CounterMetricFamily(
            "har_live_moves", "cameras moved from a node that died", value=status.num_moves
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
