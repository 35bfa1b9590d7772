"""Bodies put together of two people: arms that do something on legs that do nothing.

What arms alone do was recorded of few people, nearly all of them standing; others do it sitting,
with crossed legs, or while they shift their weight.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from har_live.lessons.variation import HIPS

OF_ARMS = frozenset(
    {
        *("beckon", "bicep_curl", "clap", "cross_arms", "draw_in_air", "drink", "phone"),
        *("play_guitar", "point", "stop_sign", "swipe", "wave"),
    }
)
"""Labels that say nothing of the legs."""
_LEGS = [9, 10, 11, 12]


def with_legs_of(joints: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """Put bodies on other people's legs: (N, K, 13, 3) in 3D and in trunks, and likewise theirs.

    The legs are turned about the vertical, so that they fit the hips; where the other's hips aren't
    seen, there are no legs.
    """
    own, theirs = _hips(joints), _hips(others)
    angle = _facing(joints) - _facing(others)
    cos, sin = np.cos(angle)[:, None, None], np.sin(angle)[:, None, None]
    legs = others[:, :, _LEGS] - theirs
    x, y, z = np.moveaxis(legs, -1, 0)
    turned = np.stack([cos * x - sin * z, y, sin * x + cos * z], axis=-1)
    result = joints.copy()
    result[:, :, _LEGS] = own + turned
    return result


def _hips(joints: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N, K, 1, 3) the middle of the hips."""
    middle: NDArray[np.float32] = joints[:, :, HIPS].mean(axis=2, keepdims=True)
    return middle


def _facing(joints: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N,) angle of the way from the right hip to the left one, seen from above."""
    way = np.nan_to_num(joints[:, :, 7] - joints[:, :, 8]).mean(axis=1)
    angle: NDArray[np.float32] = np.arctan2(way[:, 2], way[:, 0])
    return angle
