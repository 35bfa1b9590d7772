"""MoveNet MultiPose as it was published, for measurements of what follows it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import onnxruntime

from har_live.people.detection import NUM_JOINTS, Detection

if TYPE_CHECKING:
    from har_live.types import Image

FILE = Path("models", "movenet-multipose.onnx")
"""Path in the data folder."""
HEIGHT, WIDTH = 192, 256
"""Pixels of the picture that the network sees."""


class MultiPose:
    """Finds up to six people in a picture."""

    def __init__(self, data: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(data / FILE, options)

    def __call__(self, image: Image) -> list[Detection]:
        """Find everybody, however unsure, in pixels of the image."""
        height, width, _ = image.shape
        scale = min(HEIGHT / height, WIDTH / width)
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        small = cv2.resize(image, (round(width * scale), round(height * scale)), None, 0, 0, method)
        canvas = np.zeros((1, HEIGHT, WIDTH, 3), np.int32)
        canvas[0, : small.shape[0], : small.shape[1]] = small
        (answers,) = self._session.run(None, {"input": canvas})
        return [_person(answer, scale) for answer in answers[0] if answer[55] > 0]


def _person(answer: np.ndarray, scale: float) -> Detection:
    """Make a person of one of the network's rows: 17 × (y, x, score), ymin, xmin, ymax, xmax,
    score."""
    sides = np.array([HEIGHT, WIDTH]) / scale
    joints = answer[:51].reshape(NUM_JOINTS, 3) * [*sides, 1.0]
    top, left, bottom, right = (answer[51:55].reshape(2, 2) * sides).ravel().tolist()
    box = min(left, right), min(top, bottom), max(left, right), max(top, bottom)
    return Detection(joints[:, [1, 0, 2]].astype(np.float32), box, float(min(answer[55], 1.0)))
