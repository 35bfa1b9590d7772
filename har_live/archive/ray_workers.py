"""Workers on the nodes of a Ray cluster: a task a video, one core each; Ray schedules."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator, Sequence

from har_live.archive.work import Outcome, Task, broken, look_at
from har_live.errors import HarLiveError, first_line
from har_live.nodes.connection import connected
from har_live.nodes.packed_recognizer import PackedRecognizer

logger = logging.getLogger(__name__)

MOST_WAITING = 1000
"""Tasks that Ray knows of at a time; a cluster has no more cores for us."""
NUM_RETRIES = 3
"""Further tries of a video whose node or worker died."""


def ray_outcomes(
    packed: PackedRecognizer, tasks: Sequence[Task], *, address: str
) -> Iterator[Outcome]:
    """Yield what becomes of each video, in the order in which that is known.

    What was under way on a node that dies, Ray gives to another; of each video one outcome is
    taken.

    Args:
        address: of the cluster, see ``connected``.

    Raises:
        WeightsError, BackendError, ValueError: there can be no recognizer on a node.
        HarLiveError: the cluster is gone.
    """
    with connected(address):
        import ray
        from ray.exceptions import RayError, RaySystemError, RayTaskError

        shared = ray.put(packed)  # once; nodes have it in their stores, workers the recognizer
        free: dict[str, float] = ray.available_resources()  # type: ignore[no-untyped-call]
        if free.get("CPU", 0) < 1:
            logger.warning(
                "no core of the Ray cluster is free; waiting for one (a fleet takes all cores of "
                "its nodes)"
            )
        look = ray.remote(num_cpus=1, max_retries=NUM_RETRIES)(look_at)
        waiting = deque(tasks)
        under_way: dict[ray.ObjectRef[Outcome], Task] = {}
        while waiting or under_way:
            while waiting and len(under_way) < MOST_WAITING:
                task = waiting.popleft()
                under_way[look.remote(shared, task)] = task
            (done, *_), _ = ray.wait(list(under_way))
            task = under_way.pop(done)
            try:
                outcome = ray.get(done)
            except RayTaskError as error:
                raise error.cause from error  # of ours: it can't go on anywhere
            except RaySystemError as error:
                raise HarLiveError(f"the Ray cluster is gone: {first_line(error)}") from error
            except RayError as error:
                outcome = broken(task.video, first_line(error))
            yield outcome
