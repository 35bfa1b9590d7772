"""A real Ray cluster on this machine: a head of one core, and nodes that come and are killed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.support.resources import children_of, wait_until

SIZE = {"num_cpus": 1, "object_store_memory": 80 * 2**20, "include_dashboard": False}
# Processes that nobody asks: what workers print, and whether there should be more machines.
ALONE = {"include_log_monitor": False, "no_monitor": True}
# A node that died is found out in three seconds, not in fifteen; one that is slow is not dead.
SOON = {
    "health_check_initial_delay_ms": 1000,
    "health_check_period_ms": 1000,
    "health_check_timeout_ms": 30_000,
    "health_check_failure_threshold": 3,
    "agent_register_timeout_ms": 120_000,
}


class RayCluster:
    """The head is there as long as this; ``address`` is what ``--ray`` takes."""

    def __init__(self) -> None:
        from ray.cluster_utils import Cluster

        self._cluster = Cluster(
            initialize_head=True, head_node_args={**SIZE, **ALONE, "_system_config": SOON}
        )
        self.address: str = self._cluster.address

    @contextmanager
    def second_node(self) -> Iterator[Any]:
        """A node of one core, which is there until it is killed, or to the end of the block."""
        node = self._cluster.add_node(**SIZE)
        try:
            yield node
        finally:
            if node in self._cluster.list_all_nodes():
                self.kill(node)

    def kill(self, node: Any) -> None:
        """End a node without a word, and with it all that runs on it."""
        self._cluster.remove_node(node, allow_graceful=False)

    def shutdown(self) -> None:
        self._cluster.shutdown()


@contextmanager
def ray_cluster() -> Iterator[RayCluster]:
    """A cluster of a head; skips where Ray is missing, or fails on the build machine."""
    if find_spec("ray") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("Ray is not installed")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_worker_niceness", "0")  # 15 starves beside other work
    cluster = RayCluster()
    try:
        yield cluster
    finally:
        cluster.shutdown()


def wait_until_works(node: Any, name: str) -> None:
    """Wait until a worker of the node runs the task or actor of that name."""
    (raylet,) = node.all_processes["raylet"]

    def works() -> bool:
        return any(f"ray::{name}" in _title(pid) for pid in children_of(raylet.process.pid))

    wait_until(works, 60)


def _title(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""
