"""From a picture to the small square that the network sees: one function for training and live."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from har_live.types import ClipSpec, Image


def to_network(image: Image, spec: ClipSpec) -> Image:
    """Scale a picture to the network's size.

    Args:
        image: (H, W, 3) uint8 RGB.
        spec: gives the size and how the picture is made square.

    Returns:
        (S, S, 3) uint8 RGB, contiguous.
    """
    size = spec.image_size
    if spec.fit == "stretch":
        return _resize(image, size, size)
    height, width = image.shape[:2]
    scale = size / max(height, width)
    small = _resize(image, max(1, round(width * scale)), max(1, round(height * scale)))
    canvas = np.zeros((size, size, 3), np.uint8)
    top, left = (size - small.shape[0]) // 2, (size - small.shape[1]) // 2
    canvas[top : top + small.shape[0], left : left + small.shape[1]] = small
    return canvas


def _resize(image: Image, width: int, height: int) -> Image:
    shrinking = image.shape[0] >= height and image.shape[1] >= width
    # Area averaging keeps thin limbs from flickering when shrinking; it is blocky when enlarging.
    method = cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (width, height), interpolation=method), np.uint8)
