"""Takes as a camera in somebody's home would record them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from har_live.lessons.recordings import Recording
from har_live.lessons.variation import Views
from training.recipe.takes import LEAST_FRAMES, Take

AROUND = 0.3
"""Deviation of the angle from which somebody is filmed, in radians."""


def recordings_by_camera(takes: Sequence[Take], rng: np.random.Generator) -> list[Recording]:
    """Show takes to one camera, whose place is drawn."""
    view = replace(Views.random(1, rng), turn=_nearly_ahead(rng)[None])
    return [recording_of(take, view) for take in takes if len(take.joints) >= LEAST_FRAMES]


def recording_of(take: Take, view: Views | None = None) -> Recording:
    """Return what a camera would have recorded; None looks from where the take was seen."""
    places = take.joints[None, ..., :3]
    if take.is_3d and view is not None:
        flat = view.project(places, np.array([True]))[0]
    else:
        flat = take.joints[..., :2]
    seen = np.isfinite(flat).all(axis=-1, keepdims=True)
    scores = np.where(seen, np.float32(1), np.float32(0))
    joints = np.concatenate([np.where(seen, flat, 0), scores], axis=-1).astype(np.float32)
    return Recording(take.label, joints, take.fps, origin=take.name, recorded_on="")


def _nearly_ahead(rng: np.random.Generator) -> NDArray[np.float32]:
    """(3, 3) a camera before somebody, a little to the side and above."""
    side, down = rng.normal(0, AROUND), rng.normal(0.1, 0.1)
    around = np.eye(3)
    around[0, 0] = around[2, 2] = np.cos(side)
    around[0, 2], around[2, 0] = np.sin(side), -np.sin(side)
    above = np.eye(3)
    above[1, 1] = above[2, 2] = np.cos(down)
    above[1, 2], above[2, 1] = -np.sin(down), np.sin(down)
    return (above @ around).astype(np.float32)
