"""People in pictures, made by hand: who is where, their joints, what was predicted of them."""

from __future__ import annotations

import numpy as np

from har_live.types import Box, Person, Prediction

LABELS = ("none", "wave", "clap", "walk")
BOXES: tuple[Box, ...] = (
    (0.02, 0.34, 0.16, 0.86),
    (0.18, 0.38, 0.31, 0.85),
    (0.34, 0.33, 0.48, 0.87),
    (0.51, 0.39, 0.64, 0.86),
    (0.67, 0.35, 0.81, 0.86),
    (0.84, 0.38, 0.97, 0.87),
)
"""Six people side by side."""
# Shares of the box: a person who waves with the right hand, on the picture's left.
_STANDING = [
    (0.5, 0.09),
    (0.66, 0.22),
    (0.34, 0.22),
    (0.78, 0.36),
    (0.2, 0.34),
    (0.86, 0.5),
    (0.1, 0.2),
    (0.61, 0.53),
    (0.4, 0.53),
    (0.64, 0.75),
    (0.37, 0.75),
    (0.66, 0.96),
    (0.35, 0.96),
]


def make_person(number: int, box: Box | None = None, *, score: float = 0.9) -> Person:
    left, top, right, bottom = box = box or BOXES[(number - 1) % len(BOXES)]
    joints = np.full((13, 3), score, np.float32)
    joints[:, :2] = np.array(_STANDING) * (right - left, bottom - top) + (left, top)
    return Person(number, box, joints)


def make_prediction(
    person: int, label: str, *, start: float = 0.0, end: float = 2.0, confidence: float = 0.7
) -> Prediction:
    scores = np.full(len(LABELS), (1 - confidence) / (len(LABELS) - 1), np.float32)
    scores[LABELS.index(label) if label in LABELS else 0] = confidence
    box = BOXES[person - 1] if person else None
    return Prediction(start, end, scores, label, confidence, scores, person=person, box=box)
