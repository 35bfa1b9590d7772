"""Windows of recorded movements: made by another body, seen from anywhere, drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from har_live.types import ClipSpec
from training.data.windows import Frames, Variation
from training.people.draw import Looks, draw_person
from training.people.skeletons import (
    SKELETON_FPS,
    Motion,
    View,
    body_build,
    kept_in_view,
    project,
)


def motion_window(
    motion: Motion, spec: ClipSpec, rng: np.random.Generator, settings: Variation
) -> tuple[NDArray[np.float32], View]:
    """A window of a recorded movement from a random side: (T + 1, 13, 2) joints, and the view."""
    view = View.random(rng)
    points = kept_in_view(motion_points(motion, spec, rng, settings), rng)
    return project(points, view), view


def motion_points(
    motion: Motion, spec: ClipSpec, rng: np.random.Generator, settings: Variation
) -> NDArray[np.float32]:
    """(T + 1, 13, 3) metres: a window of a recorded movement, made by another body."""
    joints = body_build(motion.joints, rng)
    duration = (len(joints) - 1) / SKELETON_FPS
    step = rng.uniform(*settings.speed) / spec.grid_fps
    middle = _liveliest(joints, rng) / SKELETON_FPS
    start = np.clip(
        middle - spec.num_frames * step * rng.uniform(0.35, 0.65),
        0,
        max(0.0, duration - spec.num_frames * step),
    )
    instants = np.clip(start + np.arange(-1, spec.num_frames) * step, 0, duration)
    return points_at(joints, instants)


def _liveliest(joints: NDArray[np.float32], rng: np.random.Generator) -> float:
    """A frame where something happens, drawn at random: recordings begin and end standing still."""
    speed = np.linalg.norm(np.diff(joints, axis=0), axis=-1).max(axis=1)
    # Not weighted further: a waver's arm is fastest on its way up, before the waving.
    weight = np.minimum(speed, np.median(speed)) ** 2 + 1e-9
    return float(rng.choice(len(weight), p=weight / weight.sum()))


def points_at(joints: NDArray[np.float32], instants: NDArray[np.float64]) -> NDArray[np.float32]:
    """(F, 13, 3) of a recording → (N, 13, 3) at N instants, in seconds."""
    at = instants * SKELETON_FPS
    low = np.floor(at).astype(int)
    high = np.minimum(low + 1, len(joints) - 1)
    share = (at - low)[:, None, None]
    return (joints[low] * (1 - share) + joints[high] * share).astype(np.float32)


def drawn_window(
    joints: NDArray[np.float32], view: View, background: Frames, rng: np.random.Generator
) -> Frames:
    """(T + 1, S, S, 3): a randomly dressed person moves before a picture (S, S, 3)."""
    looks = Looks.random(rng)
    frames = np.repeat(background[None], len(joints), axis=0)
    for frame, points in zip(frames, joints, strict=True):
        draw_person(frame, points, looks, squeeze=view.squeeze)
    return frames
