"""Who watches what: each camera goes to the node that has most to spare."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping


def assigned(
    cameras: Iterable[str], capacities: Mapping[str, float], *, before: Mapping[str, str]
) -> dict[str, str]:
    """Choose a node for each camera.

    A camera stays where it is as long as its node is there. Where there are more than all can
    watch, each node gets its share all the same: it then drops pictures instead of cameras.

    Args:
        cameras: names.
        capacities: node → cameras that it can watch at once.
        before: camera → node that watched it so far, whether it is there still or not.

    Returns:
        Camera → node; empty while there is no node.
    """
    if not capacities:
        return {}
    watched = {name: before[name] for name in cameras if before.get(name) in capacities}
    load = Counter(watched.values())
    for name in cameras:
        if name not in watched:
            node = min(capacities, key=lambda one: ((load[one] + 1) / capacities[one], one))
            watched[name] = node
            load[node] += 1
    return watched
