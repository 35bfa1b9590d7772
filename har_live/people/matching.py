"""Likeness of two finds, and the best way to pair finds with tracks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from har_live.people.detection import Detection

DOUBLE_REACH = 0.1
"""Joints of one person found twice lie this near to each other, by the person's size."""
DOUBLE_LIKENESS = 0.6
"""Two finds whose joints are this much alike are one person."""
FEWEST_SHARED = 3
"""Joints that both finds must be sure of; with fewer, boxes alone tell."""


def joint_likeness(
    some: Sequence[Detection], others: Sequence[Detection], *, reach: ArrayLike
) -> NDArray[np.float64]:
    """Return (S, O) 0–1: 1 where two have the same joints, NaN where they share too few.

    The similarity of object keypoints (COCO), but with one reach for all joints: an association
    must bear a wrist that moves, a score of accuracy must not.

    Args:
        reach: of each of ``some`` (S,), or of all: the distance, by the size of the two, at which
            a joint counts 0.6.
    """
    a, b = _joints(some), _joints(others)
    shared = _sure(some)[:, None] & _sure(others)[None]  # (S, O, 17)
    apart = np.linalg.norm(a[:, None] - b[None], axis=-1)
    areas = _sizes(some)[:, None] ** 2 + _sizes(others)[None] ** 2
    scale = np.asarray(reach, np.float64).reshape(-1, 1) * np.sqrt(areas / 2)
    near = np.exp(-((apart / np.maximum(scale, 1e-9)[..., None]) ** 2) / 2)
    count = shared.sum(axis=-1)
    mean = (near * shared).sum(axis=-1) / np.maximum(count, 1)
    return np.where(count >= FEWEST_SHARED, mean, np.nan)


def overlap(some: Sequence[Detection], others: Sequence[Detection]) -> NDArray[np.float64]:
    """Return (S, O) 0–1: what two boxes share by what they cover together."""
    a, b = _boxes(some)[:, None], _boxes(others)[None]  # (S, 1, 4), (1, O, 4)
    sides = np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])
    both = np.maximum(sides, 0).prod(axis=-1)
    either = _sizes(some)[:, None] ** 2 + _sizes(others)[None] ** 2 - both
    return np.asarray(both / np.maximum(either, 1e-9))


def likeness(
    some: Sequence[Detection], others: Sequence[Detection], *, reach: ArrayLike
) -> NDArray[np.float64]:
    """Return (S, O) 0–1: by joints and boxes alike; by boxes alone where joints are few."""
    boxes = overlap(some, others)
    joints = joint_likeness(some, others, reach=reach)
    return np.where(np.isnan(joints), boxes, (joints + boxes) / 2)


def without_doubles(people: Sequence[Detection]) -> list[Detection]:
    """Return everybody once, the surest first: finders may find the same person twice.

    Two who overlap are two as long as their joints are apart.
    """
    kept: list[Detection] = []
    for person in sorted(people, key=_surest_first):
        alike = joint_likeness([person], kept, reach=DOUBLE_REACH) if kept else np.zeros((1, 1))
        if not (alike > DOUBLE_LIKENESS).any():
            kept.append(person)
    return kept


def best_pairs(gains: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Return the pairs (row, column) that gain most together; no row and no column is in two.

    Exact. Pairs that gain nothing are left out. It takes time that doubles with each column that
    gains anything: a finder finds six people.
    """
    best: dict[int, tuple[float, tuple[tuple[int, int], ...]]] = {0: (0.0, ())}
    """Set of columns taken, as bits → the most that the rows so far gain with it, and by which."""
    for row, gained in enumerate(gains.tolist()):
        ways = dict(best)
        wanted = [(column, gain) for column, gain in enumerate(gained) if gain > 0]
        for taken, (total, pairs) in best.items():
            for column, gain in wanted:
                now_taken, now_total = taken | 1 << column, total + gain
                is_free = not taken & 1 << column
                if is_free and now_total > ways.get(now_taken, (0.0,))[0]:
                    ways[now_taken] = now_total, (*pairs, (row, column))
        best = ways
    return list(max(best.values(), key=lambda way: way[0])[1])


def _surest_first(person: Detection) -> tuple[float, ...]:
    """Return an order in which no two different finds are equal: answers don't hang on the
    finder's."""
    return (-person.score, *person.box, *person.joints.ravel().tolist())


def _joints(people: Sequence[Detection]) -> NDArray[np.float64]:
    return np.array([person.joints[:, :2] for person in people], np.float64).reshape(-1, 17, 2)


def _sure(people: Sequence[Detection]) -> NDArray[np.bool_]:
    return np.array([person.is_sure for person in people], bool).reshape(-1, 17)


def _boxes(people: Sequence[Detection]) -> NDArray[np.float64]:
    return np.array([person.box for person in people], np.float64).reshape(-1, 4)


def _sizes(people: Sequence[Detection]) -> NDArray[np.float64]:
    return np.array([person.size for person in people], np.float64)
