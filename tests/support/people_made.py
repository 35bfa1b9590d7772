"""People found in made-up grid frames: a body that stands, walks and is covered as a test says."""

from __future__ import annotations

import numpy as np

from har_live.people.detection import Detection

STANDING = np.array(
    [
        *((0.00, 0.06), (-0.02, 0.04), (0.02, 0.04), (-0.04, 0.05), (0.04, 0.05)),
        *((0.11, 0.20), (-0.11, 0.20), (0.15, 0.37), (-0.15, 0.37), (0.16, 0.52), (-0.16, 0.52)),
        *((0.07, 0.53), (-0.07, 0.53), (0.08, 0.75), (-0.08, 0.75), (0.08, 0.97), (-0.08, 0.97)),
    ],
    np.float32,
)
"""(17, 2) COCO joints of somebody one unit tall: x from the middle, y from the top."""
GRID_FPS = 10.0


def person_at(
    x: float, y: float = 100.0, *, tall: float = 100.0, score: float = 0.6, sure: float = 0.8
) -> Detection:
    """Somebody who stands with the middle at ``x`` and the top of the head at ``y``."""
    joints = np.column_stack([STANDING * tall + np.float32([x, y]), np.full(17, sure)])
    box = x - 0.2 * tall, y, x + 0.2 * tall, y + tall
    return Detection(joints.astype(np.float32), box, score)


def scaled(person: Detection, times: float) -> Detection:
    """The same person in a picture of another size."""
    joints = person.joints * np.float32([times, times, 1.0])
    left, top, right, bottom = (side * times for side in person.box)
    return Detection(joints, (left, top, right, bottom), person.score)


def jittered(person: Detection, rng: np.random.Generator, share: float = 0.01) -> Detection:
    """The same person as a finder finds them: no joint quite where it is."""
    joints = person.joints.copy()
    joints[:, :2] += rng.normal(0.0, share * person.size, (17, 2))
    return Detection(joints, person.box, person.score)
