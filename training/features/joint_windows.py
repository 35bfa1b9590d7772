"""Movements as joints alone, as if the pose network had found them: they cost next to nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from rich.progress import track
from torch import Tensor

from har_live.models.config import Architecture
from har_live.models.pose import MIRRORED, PLACES
from har_live.models.pose_motion import (
    MAP_SIZE,
    NUM_FEATURES,
    NUM_MAPS,
    NUM_POSE_FEATURES,
    pose_features,
    square_around,
)
from har_live.types import ClipSpec
from training.data.windows import Variation
from training.features.arrays import SavedArrays
from training.people.motion_windows import motion_window
from training.people.skeletons import Motion, balance


@dataclass
class JointWindows(SavedArrays):
    """Windows without a picture; what the encoder would say of them is computed when asked."""

    joints: NDArray[np.float16]
    """(N, T, 13, 3): x, y as fractions of the picture, confidence."""
    labels: NDArray[np.str_]
    datasets: NDArray[np.str_]

    def features(self, rows: Tensor, architecture: Architecture) -> Tensor:
        """(n,) rows → (n, T, …) as this architecture reads them; motion, unknown here, is NaN."""
        found = torch.from_numpy(self.joints[rows.numpy()]).float()
        answer = _vectors if architecture == "lrcn" else _maps
        flat = answer(found.flatten(0, 1))  # (n, T, J, 3) → (n·T, J, 3)
        return flat.reshape(*found.shape[:2], *flat.shape[1:])


def joint_windows(
    motions: Sequence[Motion],
    count: int,
    spec: ClipSpec,
    rng: np.random.Generator,
    settings: Variation,
    *,
    what: str = "joints",
) -> JointWindows:
    """``count`` windows: each label equally often, and within a label each data set."""
    weights = balance(motions)
    chosen = rng.choice(len(motions), count, p=weights)
    joints = [
        as_found(motion_window(motions[i], spec, rng, settings)[0][1:], rng)
        for i in track(chosen, total=count, description=what)
    ]
    return JointWindows(
        joints=np.stack(joints).astype(np.float16),
        labels=np.array([motions[i].label for i in chosen]),
        datasets=np.array([motions[i].dataset for i in chosen]),
    )


def misplaced(
    points: NDArray[np.float32],
    rng: np.random.Generator,
    *,
    jitter: tuple[float, float],
    offset: float,
) -> NDArray[np.float64]:
    """(T, 13, 2) with errors, as shares of the person's height.

    Args:
        jitter: range of the deviation from frame to frame.
        offset: deviation of what stays the same in all frames.
    """
    height = float(np.ptp(points[..., 1], axis=1).mean())
    points = points + rng.normal(0, rng.uniform(*jitter) * height, points.shape)
    return points + rng.normal(0, offset * height, (1, *points.shape[1:]))


def as_found(points: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """(T, 13, 2) → (T, 13, 3): with the errors, losses and doubts of a network that looks.

    Half of them mirrored.
    """
    points = misplaced(points, rng, jitter=(0.003, 0.025), offset=0.02)
    inside = ((points > 0) & (points < 1)).all(axis=-1)
    seen = inside & (rng.random(inside.shape) > rng.uniform(0, 0.1))
    if rng.random() < 0.2:
        seen &= rng.random((1, inside.shape[1])) > 0.2
    confidence = np.where(seen, rng.uniform(0.75, 1.0, seen.shape), rng.uniform(0, 0.3, seen.shape))
    if rng.random() < 0.5:
        points = points[:, list(MIRRORED)] * [-1, 1] + [1, 0]
        confidence = confidence[:, list(MIRRORED)]
    found = np.concatenate([np.clip(points, 0, 1), confidence[..., None]], axis=-1)
    return found.astype(np.float32)


def _vectors(found: Tensor) -> Tensor:
    """(n, J, 3) → (n, F)"""
    vectors = torch.full((len(found), NUM_FEATURES), torch.nan)
    vectors[:, :NUM_POSE_FEATURES] = pose_features(found)
    return vectors


def _maps(found: Tensor) -> Tensor:
    """(n, J, 3) → (n, C, 12, 12): where each joint is in the second look, and where that is."""
    square = square_around(found)
    corner = square[:, None, :2] - square[:, None, 2:] / 2
    at = ((found[:, :, :2] - corner) / square[:, None, 2:]).unsqueeze(3)
    centres = (torch.arange(PLACES) + 0.5) / PLACES
    blob = (-((at - centres) ** 2) * (PLACES**2 / 2)).exp()  # (n, J, 2, 24)
    places = blob[:, :, 1].unsqueeze(3) * blob[:, :, 0].unsqueeze(2)
    places = places / places.sum(dim=(2, 3), keepdim=True).clamp(min=1e-6)
    places = places * found[:, :, 2:].unsqueeze(3)
    maps = torch.full((len(found), NUM_MAPS, MAP_SIZE, MAP_SIZE), torch.nan)
    maps[:, : found.shape[1]] = torch.nn.functional.max_pool2d(places, 2)
    maps[:, -3:] = square[:, :, None, None]
    return maps
