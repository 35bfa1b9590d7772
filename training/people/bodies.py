"""A body that stands, bends and reaches: what the invented movements are made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.people.skeletons import SKELETON_FPS

STANDING = np.array(
    [
        [0.0, 1.60, 0.02],
        [0.19, 1.42, 0.0],
        [-0.19, 1.42, 0.0],
        [0.24, 1.13, -0.02],
        [-0.24, 1.13, -0.02],
        [0.25, 0.88, 0.05],
        [-0.25, 0.88, 0.05],
        [0.10, 0.92, 0.0],
        [-0.10, 0.92, 0.0],
        [0.11, 0.49, 0.02],
        [-0.11, 0.49, 0.02],
        [0.12, 0.07, -0.02],
        [-0.12, 0.07, -0.02],
    ],
    np.float32,
)
"""(13, 3) metres, facing +z."""
Body = NDArray[np.float64]
"""(F, 13, 3) metres, 15 a second."""
LENGTH_SECONDS = 6.0
"""Of most invented movements."""
LEFT, RIGHT = 1.0, -1.0
UPPER, HIPS, KNEES, ANKLES = slice(0, 7), slice(7, 9), slice(9, 11), slice(11, 13)
THIGH = SHIN = 0.44
UPPER_ARM, FOREARM = 0.29, 0.25


def bend(
    drop: NDArray[np.float64], back: NDArray[np.float64], lean: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(F,) metres that the hips sink and move back, radians that the trunk leans → (F, 13, 3)."""
    body = np.repeat(STANDING[None].astype(np.float64), len(drop), axis=0)
    shift = np.stack([np.zeros_like(drop), -drop, -back], axis=1)[:, None]
    middle = body[:, HIPS].mean(axis=1, keepdims=True)
    cos, sin = np.cos(lean)[:, None], np.sin(lean)[:, None]
    y, z = np.moveaxis(body[:, UPPER, 1:] - middle[:, :, 1:], -1, 0)
    body[:, UPPER, 1] = middle[:, :, 1] + y * cos - z * sin
    body[:, UPPER, 2] = middle[:, :, 2] + y * sin + z * cos
    body[:, :9] += shift
    body[:, KNEES] = knees(body[:, HIPS], body[:, ANKLES])
    return body


def knees(hips: NDArray[np.float64], ankles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where knees are, (F, 2, 3), when thigh and shin keep their length: forward of the middle."""
    between = ankles - hips
    distance = np.clip(np.linalg.norm(between, axis=-1, keepdims=True), 0.1, THIGH + SHIN)
    forward = np.stack([0 * between[..., 0], between[..., 2], -between[..., 1]], axis=-1)
    forward /= np.linalg.norm(forward, axis=-1, keepdims=True)
    return hips + between / 2 + forward * np.sqrt(THIGH**2 - (distance / 2) ** 2)


def swing_arms(body: NDArray[np.float64], raised: NDArray[np.float64]) -> None:
    """Swing both arms forward by ``raised`` radians, in place: 0 hang down, π point up."""
    for shoulder, elbow, wrist in ((1, 3, 5), (2, 4, 6)):
        outward = np.sign(STANDING[shoulder, 0]) * 0.15
        direction = np.stack([0 * raised + outward, -np.cos(raised), np.sin(raised)], axis=-1)
        body[:, elbow] = body[:, shoulder] + 0.29 * direction
        body[:, wrist] = body[:, shoulder] + 0.54 * direction


def smooth(position: NDArray[np.float64]) -> NDArray[np.float64]:
    """0 below 0, 1 above 1, and a gentle way between."""
    inside = np.clip(position, 0, 1)
    return inside * inside * (3 - 2 * inside)


def seconds(length: float) -> NDArray[np.float64]:
    """The instants of a recording of that length."""
    return np.arange(int(length * SKELETON_FPS)) / SKELETON_FPS


def reach(body: NDArray[np.float64], side: float, target: NDArray[np.float64]) -> None:
    """Bring a hand to ``target`` (F, 3), metres from its own shoulder, in place.

    ``side`` is 1 for the left arm and −1 for the right. What is too far is reached for as far as
    the arm goes; the elbow points down and outward.
    """
    shoulder, elbow, wrist = (1, 3, 5) if side > 0 else (2, 4, 6)
    distance = np.linalg.norm(target, axis=1, keepdims=True)
    length = np.clip(distance, 0.1, 0.995 * (UPPER_ARM + FOREARM))
    along = target / np.maximum(distance, 1e-6)
    hand = along * length
    # The elbow lies on a circle about the line from shoulder to hand.
    on_line = (UPPER_ARM**2 - FOREARM**2 + length**2) / (2 * length)
    off_line = np.sqrt(np.maximum(UPPER_ARM**2 - on_line**2, 0.0))
    down = np.array([0.6 * side, -1.0, -0.3])
    aside = down - (along @ down)[:, None] * along
    aside /= np.maximum(np.linalg.norm(aside, axis=1, keepdims=True), 1e-6)
    body[:, elbow] = body[:, shoulder] + along * on_line + aside * off_line
    body[:, wrist] = body[:, shoulder] + hand
