"""A person found in one grid frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

NUM_JOINTS = 17
"""COCO's: nose, eyes, ears, shoulders, elbows, wrists, hips, knees, ankles; the person's left
before the right."""
MAX_PEOPLE = 6
"""The finder finds no more in one picture."""
LEAST_PERSON_SCORE = 0.1
"""Score below which somebody the finder reports is nobody."""
LEAST_JOINT_SCORE = 0.1
"""A joint that is less sure than this is a guess: nothing is measured by it."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Detection:
    """A finder's answer: where somebody is in a picture, and how sure that is."""

    joints: NDArray[np.float32]
    """(17, 3) float32, COCO order: x, y in pixels from the picture's upper left corner, score 0–1.
    Any unit will do that is the same in both directions."""
    box: tuple[float, float, float, float]
    """Left, top, right, bottom, in the same unit."""
    score: float
    """0–1."""

    def __post_init__(self) -> None:
        if self.joints.dtype != np.float32 or self.joints.shape != (NUM_JOINTS, 3):
            raise ValueError(
                f"joints are {self.joints.dtype} {self.joints.shape}; expected float32 (17, 3)"
            )
        if not np.isfinite(self.joints).all():
            raise ValueError("joints hold a number that is not finite; expected x, y and a score")
        left, top, right, bottom = self.box
        if not (np.isfinite(self.box).all() and left <= right and top <= bottom):
            raise ValueError(f"box is {self.box}; expected left ≤ right and top ≤ bottom")
        if not 0 <= self.score <= 1:
            raise ValueError(f"score is {self.score}; expected 0–1")

    @property
    def is_sure(self) -> NDArray[np.bool_]:
        """(17,) bool: the joints that were seen rather than guessed."""
        sure: NDArray[np.bool_] = self.joints[:, 2] > LEAST_JOINT_SCORE
        return sure

    @property
    def size(self) -> float:
        """The side of a square as large as the box."""
        left, top, right, bottom = self.box
        return float(np.sqrt((right - left) * (bottom - top)))

    @property
    def middle(self) -> NDArray[np.float32]:
        """(2,) float32: the box's, x and y."""
        left, top, right, bottom = self.box
        return np.array([(left + right) / 2, (top + bottom) / 2], np.float32)

    def moved(self, by: NDArray[np.float32]) -> Detection:
        """Return the same person elsewhere: ``by`` is (2,) float32, right and down."""
        joints = self.joints.copy()
        joints[:, :2] += by
        across, down = map(float, by)
        left, top, right, bottom = self.box
        box = left + across, top + down, right + across, bottom + down
        return Detection(joints, box, self.score)

    def __repr__(self) -> str:
        box = ", ".join(f"{side:.0f}" for side in self.box)
        return f"Detection(box=({box}), score={self.score:.2f}, {self.is_sure.sum()} joints sure)"
