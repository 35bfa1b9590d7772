"""The nodes of a fleet as the one who leads it sees them: who is there, and what they answer."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from har_live.errors import first_line
from har_live.fleet.watcher import Watcher

if TYPE_CHECKING:
    from har_live.fleet.camera_sink import CameraStatus
    from har_live.fleet.cameras import Camera
    from har_live.nodes.packed_recognizer import PackedRecognizer
    from har_live.sources import SourceSettings

logger = logging.getLogger(__name__)

SILENT_SECONDS = 4.0
"""A node that has not answered for so long loses its cameras. Longer than a lease: by then it has
left them."""


@dataclass(slots=True, eq=False)
class Node:
    """One node, and what it was asked."""

    name: str
    """Its address, and some digits where several have the same."""
    actor: Any
    asked: Any
    """Reference to the answer that is waited for; None where there is none."""
    answered_seconds: float
    """When it last answered, or began."""
    capacity: float | None = None
    """Cameras that it can watch; None until that is measured."""
    statuses: Sequence[CameraStatus] = ()

    def is_usable(self, now_seconds: float) -> bool:
        """Return whether it watches what it is told to."""
        return self.capacity is not None and not self.is_silent(now_seconds)

    def is_silent(self, now_seconds: float) -> bool:
        """Return whether it has not answered for too long."""
        return now_seconds - self.answered_seconds > SILENT_SECONDS


class Nodes:
    """All nodes of the cluster; Ray must be connected.

    Args:
        packed: recognizes what is seen; it lies in Ray's store once.
        options: how cameras are opened.
    """

    def __init__(self, packed: PackedRecognizer, options: SourceSettings) -> None:
        import ray

        self._shared = ray.put(packed)
        self._options = options
        self.known: dict[str, Node] = {}
        """By Ray's own id."""

    def look_around(self) -> None:
        """Put a watcher on each node that has none, and forget nodes of which Ray knows that they
        died."""
        import ray
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        nodes: list[dict[str, Any]] = ray.nodes()  # type: ignore[no-untyped-call]
        there = {one["NodeID"]: one for one in nodes if one["Alive"]}
        self.known = {id: node for id, node in self.known.items() if id in there}
        for id, one in there.items():
            cores = one["Resources"].get("CPU", 0)
            if id in self.known or cores < 1:
                continue
            actor: Any = (
                ray.remote(Watcher)
                .options(
                    num_cpus=cores,
                    scheduling_strategy=NodeAffinitySchedulingStrategy(id, soft=False),
                )
                .remote(self._shared, self._options)
            )
            name = f"{one['NodeManagerAddress']}-{id[:4]}"
            self.known[id] = Node(name, actor, actor.capacity.remote(), time.monotonic())

    def tend(self, wanted: dict[str, list[Camera]], *, wait_seconds: float) -> None:
        """Tell each node that can be told what to watch, and take in what has been answered.

        Args:
            wanted: id of the node → cameras.

        Raises:
            WeightsError, BackendError, ValueError: a node can make no recognizer.
        """
        import ray

        for id, node in self.known.items():
            if node.asked is None:
                node.asked = node.actor.tend.remote(wanted.get(id, []))
        by_answer = {node.asked: node for node in self.known.values()}
        if not by_answer:
            time.sleep(wait_seconds)
            return
        answered, _ = ray.wait(list(by_answer), num_returns=len(by_answer), timeout=wait_seconds)
        for answer in answered:
            self._take_in(by_answer[answer], answer)

    def _take_in(self, node: Node, answer: Any) -> None:
        import ray
        from ray.exceptions import RayError, RayTaskError

        node.asked = None
        try:
            value = ray.get(answer)
        except RayTaskError as error:
            raise error.cause from error  # of ours: no recognizer can be made there
        except RayError as error:
            # The watcher died. Where its node is there still, a new one begins: one that Ray began
            # again would be told on stderr that the store might be gone by then.
            logger.info("node %s: %s", node.name, first_line(error))
            self.known = {id: one for id, one in self.known.items() if one is not node}
            return
        node.answered_seconds = time.monotonic()
        if node.capacity is None:
            node.capacity = max(value, 0.1)
        else:
            node.statuses = value
