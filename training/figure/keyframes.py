"""Keyframes: poses at given phases, joined by curves that never overshoot a key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from training.figure.curves import Curve
from training.figure.pose import Pose, from_vector, to_vector
from training.figure.skeleton import LEFT, RIGHT

if TYPE_CHECKING:
    from training.figure.vectors import Vector

_SUFFIXES = {"_r": RIGHT, "_l": LEFT}


def posed(base: Pose, **controls: Any) -> Pose:
    """``base`` with some controls changed: a paired control for both sides by its name
    (``wrists=…``), or for one side with a suffix (``wrists_r=…``, ``wrists_l=…``)."""
    changed: dict[str, Vector] = {}
    for name, value in controls.items():
        side = _SUFFIXES.get(name[-2:])
        target = name if side is None else name[:-2]
        array = changed.setdefault(target, np.array(getattr(base, target)))
        array[slice(None) if side is None else side] = value
    return replace(base, **changed)


class Keyframes:
    """A motion of one repetition: poses at phases 0–1, joined smoothly."""

    def __init__(self, keys: Sequence[tuple[float, Pose]], *, cyclic: bool = False) -> None:
        phases = np.array([phase for phase, _ in keys])
        values = np.stack([to_vector(pose) for _, pose in keys])
        if cyclic:
            # The neighbours beyond both ends give the slopes there; the ends meet smoothly.
            phases = np.concatenate([phases[-2:] - 1.0, phases, phases[:2] + 1.0])
            values = np.concatenate([values[-2:], values, values[:2]])
        self._curve = Curve(phases, values)

    def __call__(self, phase: float) -> Pose:
        return from_vector(self._curve(phase))
