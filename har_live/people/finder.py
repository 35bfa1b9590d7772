"""Finds who is in a picture: a pretrained network on a runtime. It remembers nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import cv2
import numpy as np

from har_live.people.detection import LEAST_PERSON_SCORE, Detection

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from har_live.types import Image

    Net = Callable[[NDArray[np.uint8]], NDArray[np.float32]]
    """(N, h, w, 3) uint8 RGB → (N, 6, 56) float32: see ``har_live.models.movenet.MoveNet``."""


DARK, MOST_GAIN = 50.0, 3.0
"""Pictures of a lower mean are shown brighter, but not more than so many times: of people in the
dark (ARID) 71 % of the joints are found then, 60 % as they are; gamma finds 56, CLAHE 69 %."""


class Finder(Protocol):
    """Finds people in pictures."""

    def find(self, pictures: Sequence[Image], *, aspects: Sequence[float]) -> list[list[Detection]]:
        """Find everybody in each picture, in units of its height, in no order.

        Args:
            pictures: (h, w, 3) uint8 RGB each, from ``to_finder``; those of one size share a batch.
            aspects: width by height of what they were made of.
        """
        ...


class PeopleFinder:
    """Finds up to six people in each of several pictures.

    Args:
        net: the network, on a runtime.
    """

    def __init__(self, net: Net) -> None:
        self._net = net

    def find(self, pictures: Sequence[Image], *, aspects: Sequence[float]) -> list[list[Detection]]:
        found: list[list[Detection]] = [[] for _ in pictures]
        by_size: dict[tuple[int, ...], list[int]] = {}
        for index, picture in enumerate(pictures):
            by_size.setdefault(picture.shape, []).append(index)
        for indices in by_size.values():
            answers = self._net(np.stack([brightened(pictures[index]) for index in indices]))
            for index, answer in zip(indices, answers, strict=True):
                sure = answer[answer[:, -1] >= LEAST_PERSON_SCORE]
                found[index] = [_detection(row, aspects[index]) for row in sure]
        return found


def brightened(picture: Image) -> Image:
    """Brighten a picture taken by little light, as if there had been more; return any other as it
    is."""
    gain = min(DARK / max(float(picture.mean()), 1.0), MOST_GAIN)
    if gain <= 1:
        return picture
    return np.asarray(cv2.convertScaleAbs(picture, alpha=gain), np.uint8)


def _detection(row: NDArray[np.float32], aspect: float) -> Detection:
    """Make a detection of (56,): 17 × (y, x, score), ymin, xmin, ymax, xmax, score, as shares of
    the picture."""
    joints = row[:51].reshape(17, 3)[:, [1, 0, 2]]
    joints[:, 0] *= aspect
    top, left, bottom, right = row[51:55].tolist()
    return Detection(joints, (left * aspect, top, right * aspect, bottom), min(float(row[55]), 1.0))
