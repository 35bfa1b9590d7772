"""Reduction of a picture to the small square that the network sees, in training and live alike."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

from har_live.types import Picture
from har_live.yuv import half_size, to_rgb

if TYPE_CHECKING:
    from har_live.types import ClipSpec, Image

LEAST_REDUCTION = 1.5
"""Reduction that is left when the rest is done by halving. Halving takes a quarter of the time for
each pixel, and what it leaves is a quarter; with less left than this, edges would be blurred."""


def to_network(picture: Image | Picture, spec: ClipSpec) -> Image:
    """Scale a picture to the network's size.

    A picture that is stored as YUV and much larger is made small first, and RGB then.

    Args:
        picture: (H, W, 3) uint8 RGB, or what makes that when asked.
        spec: gives the size and how the picture is made square.

    Returns:
        (S, S, 3) uint8 RGB, contiguous.
    """
    size = spec.image_size
    if spec.fit == "stretch":
        return _small(picture, size, size)
    height, width, _ = picture.shape
    scale = size / max(height, width)
    small = _small(picture, max(1, round(width * scale)), max(1, round(height * scale)))
    canvas = np.zeros((size, size, 3), np.uint8)
    top, left = (size - small.shape[0]) // 2, (size - small.shape[1]) // 2
    canvas[top : top + small.shape[0], left : left + small.shape[1]] = small
    return canvas


SIZE_STEP = 32
"""Height and width of a picture for the finder are multiples of it."""


def to_finder(picture: Image | Picture, longest: int) -> Image:
    """Scale a picture to the finder's size, about in its own shape.

    Args:
        picture: as for ``to_network``.
        longest: pixels of the longer side, a multiple of ``SIZE_STEP``.

    Returns:
        (h, w, 3) uint8 RGB, contiguous; both sides multiples of ``SIZE_STEP``.
    """
    height, width, _ = picture.shape
    scale = longest / max(height, width) / SIZE_STEP
    # A shorter side a little above a multiple becomes that: it is not worth a fifth more work.
    steps = (max(1, math.ceil(side * scale - 0.2)) for side in (width, height))
    across, down = (step * SIZE_STEP for step in steps)
    return _small(picture, across, down)


def _small(picture: Image | Picture, width: int, height: int) -> Image:
    if not isinstance(picture, Picture):
        return _resized(picture, width, height)
    yuv = picture.yuv() if _can_be_halved(picture, width, height) else None
    if yuv is None:
        return _resized(picture.rgb(), width, height)
    return to_rgb(_resized(half_size(yuv), width, height), yuv.matrix)


def _resized(image: Image, width: int, height: int) -> Image:
    while _can_be_halved(image, width, height):
        half = image.shape[1] // 2, image.shape[0] // 2
        image = np.asarray(cv2.resize(image, half, interpolation=cv2.INTER_AREA), np.uint8)
    shrinking = image.shape[0] >= height and image.shape[1] >= width
    # Area averaging keeps thin limbs from flickering when shrinking; it is blocky when enlarging.
    method = cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (width, height), interpolation=method), np.uint8)


def _can_be_halved(picture: Image | Picture, width: int, height: int) -> bool:
    least = 2 * LEAST_REDUCTION
    old_height, old_width, _ = picture.shape
    return bool(old_height >= least * height and old_width >= least * width)
