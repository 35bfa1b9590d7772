"""The 13 joints that the networks know, and how much of them is shown at once."""

from __future__ import annotations

import numpy as np

JOINT_NAMES = (
    "nose",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
)
"""The joints, in this order everywhere; left and right are the person's own."""
FROM_COCO = np.array([0, *range(5, 17)])
"""Indices of the joints among COCO's 17."""
MIRRORED = np.array([0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11])
"""Index of each joint after left and right have changed places."""
LIMBS = ((1, 3), (3, 5), (2, 4), (4, 6), (7, 9), (9, 11), (8, 10), (10, 12))
"""Upper and lower arms and legs, as pairs of joints."""
CONTEXT = 3
"""Grid frames before the one that is shown, shown along with it: what moves is seen by them."""
LEAST_SCORE = 0.2
"""A joint less sure than this counts as not seen."""
