"""Takes of bodies made here: what is done, by whom and when can be read off them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from har_live.people.motion import NUM_MOTION
from training.recipe.takes import Take

BODY = np.array(
    [
        *((0.0, -1.5), (0.35, -1.0), (-0.35, -1.0), (0.5, -0.5), (-0.5, -0.5)),
        *((0.5, 0.0), (-0.5, 0.0), (0.2, 0.0), (-0.2, 0.0)),
        *((0.2, 0.8), (-0.2, 0.8), (0.2, 1.6), (-0.2, 1.6)),
    ],
    np.float32,
)
"""(13, 2) somebody who faces the camera, arms hanging, in trunks."""
LEFT_ARM, RIGHT_ARM = (3, 5), (4, 6)


def raised(*arms: tuple[int, int]) -> np.ndarray:
    """(13, 2) the same with arms up."""
    body = BODY.copy()
    for elbow, wrist in arms:
        body[elbow, 1], body[wrist, 1] = -1.5, -2.0
    return body


def take(
    label: str,
    *,
    body: np.ndarray = BODY,
    num_frames: int = 60,
    dataset: str = "made",
    group: str = "anna",
    film: int | None = None,
    fps: float = 10.0,
    **options,
) -> Take:
    """Somebody who keeps still.

    Args:
        film: its number, 1 or more: the first two of a frame's motion then say which film and
            which frame, counted from 1, it is of; the mirror leaves them alone.
    """
    joints = np.concatenate([body, np.zeros((13, 1))], axis=1).astype(np.float32)
    motion = None
    if film is not None:
        motion = np.zeros((num_frames, NUM_MOTION), np.float16)
        motion[:, 0], motion[:, 1] = film, np.arange(1, num_frames + 1)
    frames = np.repeat(joints[None], num_frames, axis=0)
    return Take(frames, fps, label, dataset, group, motion=motion, **options)


def labels_of(takes: Sequence[Take]) -> tuple[str, ...]:
    return tuple(sorted({take.label for take in takes}))
