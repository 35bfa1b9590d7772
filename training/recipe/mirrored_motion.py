"""What moves in a picture, as in a mirror."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from har_live.people.motion import NUM_MOTION, PARTS, SPEEDS

Floats = NDArray[np.float32]


def _motion_in_a_mirror() -> tuple[NDArray[np.int64], Floats]:
    """Return where each of a motion's numbers comes from, and its sign; see
    ``MotionSeen.features``."""
    order, signs = np.arange(NUM_MOTION), np.ones(NUM_MOTION, np.float32)
    towards = len(SPEEDS)
    order[towards : towards + 8] = towards + (4 - np.arange(8)) % 8  # eight directions
    signs[towards + 8] = -1  # to the right
    parts = order[-2 * 4 * PARTS**2 :].reshape(2, 4, PARTS, PARTS).copy()
    order[parts] = parts[..., ::-1]
    signs[parts[:, 0]] = -1  # to the right
    return order, signs


_MOTION_ORDER, _MOTION_SIGNS = _motion_in_a_mirror()


def mirrored_motion(motion: Floats) -> Floats:
    """(…, NUM_MOTION): what moves in the mirrored picture."""
    flipped: Floats = motion[..., _MOTION_ORDER] * _MOTION_SIGNS
    return flipped
