"""Films whose pictures show a number, and a network that finds the person whom it stands for."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from har_live.people.finder import PeopleFinder
from tests.support.make_media import make_clip, number_in, numbered
from tests.support.people_made import STANDING

NUM_PHASES = 20
GESTURES: dict[str, tuple[int, ...]] = {"none": (), "left_arm": (9, 7), "right_arm": (10, 8)}
"""Joints of COCO that go up and down."""
NUM_SLOTS = 6


def number_of(gesture: str, phase: int) -> int:
    """Numbers from 1 on: in the picture of 0 nobody is seen."""
    return 1 + list(GESTURES).index(gesture) * NUM_PHASES + phase % NUM_PHASES


def save_gesture(path: Path, gesture: str, *, num_frames: int = 24, phase: int = 0) -> Path:
    """A film of ten pictures a second."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return make_clip(
        path,
        pts_seconds=[index / 10 for index in range(num_frames)],
        picture=lambda index, width, height: numbered(
            number_of(gesture, phase + index), width, height
        ),
    )


def joints_of(number: int) -> np.ndarray:
    """(17, 2) x and y of the person in the picture of that number, in its heights."""
    kind, phase = divmod(number - 1, NUM_PHASES)
    joints = STANDING * 0.8 + np.float32([0.6, 0.1])
    for joint in tuple(GESTURES.values())[kind]:
        joints[joint, 1] -= 0.25 * (1 - np.cos(2 * np.pi * phase / NUM_PHASES))
    return joints


def find(pictures: np.ndarray) -> np.ndarray:
    """The network: (N, h, w, 3) → (N, 6, 56); the upper joints of phase 3 are guesses."""
    answers = np.zeros((len(pictures), NUM_SLOTS, 56), np.float32)
    for answer, picture in zip(answers, pictures, strict=True):
        if (number := number_in(picture)) == 0:
            continue
        joints = joints_of(number)
        joints[:, 0] /= picture.shape[1] / picture.shape[0]
        sure = np.full(17, 0.9, np.float32)
        sure[: 7 if number % NUM_PHASES == 3 else 0] = 0.15
        (left, top), (right, bottom) = joints.min(axis=0), joints.max(axis=0)
        three = np.column_stack([joints[:, ::-1], sure])
        answer[2] = [*three.ravel(), top, left, bottom, right, 0.8]
    return answers


def finder() -> PeopleFinder:
    return PeopleFinder(find)
