"""How other people's joints become ours (``har_live.models.pose.JOINTS``)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MEDIAPIPE = (0, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28)
"""Indices of our joints among MediaPipe Pose's 33."""
BANDAI = (5, 7, 11, 8, 12, 9, 13, 14, 18, 15, 19, 16, 20)
"""Indices of our joints among the Bandai Namco set's 22; an UpperArm begins at the shoulder."""
MSR = (19, 0, 1, 7, 8, 9, 10, 4, 5, 13, 14, 15, 16)
"""Indices of our joints among MSR Action3D's 20, which were recorded as in a mirror: the hand that
nearly everybody throws and punches with is number 12, seen on the right of the picture."""


def from_mediapipe(keypoints: NDArray[np.floating]) -> NDArray[np.float32]:
    """(…, 33, 3) x, y, visibility → (…, 13, 3), NaN where no person was found."""
    return keypoints[..., MEDIAPIPE, :].astype(np.float32)
