"""Pictures as video files store them: brightness for every pixel, colour for every 2×2 of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Matrix = Literal["bt601", "bt709"]
"""Matrix by which brightness and colour are made of red, green and blue."""

MAX_SD_HEIGHT = 576
"""Pixels: up to it video that names no matrix is BT.601, above it BT.709, as players take it."""

# The shares of red and of blue in brightness.
_SHARES: dict[Matrix, tuple[float, float]] = {"bt601": (0.299, 0.114), "bt709": (0.2126, 0.0722)}


@dataclass(frozen=True, slots=True, eq=False)
class YuvImage:
    """An upright picture with square pixels, 8 bits, limited range, sides even."""

    planes: NDArray[np.uint8]
    """(3/2 height, width) uint8, contiguous: Y; below it U, then V, each of a quarter's bytes."""
    matrix: Matrix

    def __post_init__(self) -> None:
        planes = self.planes
        rows, width = planes.shape
        if planes.dtype != np.uint8 or rows % 3 or width % 2 or not planes.flags.c_contiguous:
            raise ValueError(
                f"planes are {planes.dtype} {planes.shape}; "
                "expected contiguous uint8 (3/2 height, width), height and width even"
            )

    @property
    def shape(self) -> tuple[int, int, int]:
        """(height, width, 3), as of the RGB picture."""
        rows, width = self.planes.shape
        return 2 * rows // 3, width, 3

    def split(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
        """Y (H, W), U and V (H/2, W/2): views."""
        height, width, _ = self.shape
        u, v = self.planes[height:].reshape(2, height // 2, width // 2)
        return self.planes[:height], u, v


def usual_matrix(height: int) -> Matrix:
    """Return the matrix of video so many pixels high."""
    return "bt709" if height > MAX_SD_HEIGHT else "bt601"


@cache
def from_rgb(matrix: Matrix) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(3, 3) and (3,) float32: YUV = first @ RGB + second, all of them 0–255."""
    red, blue = _SHARES[matrix]
    brightness = np.array([red, 1 - red - blue, blue])
    of_blue = (np.array([0, 0, 1]) - brightness) / (2 * (1 - blue))
    of_red = (np.array([1, 0, 0]) - brightness) / (2 * (1 - red))
    weights = np.stack([219 * brightness, 224 * of_blue, 224 * of_red]) / 255
    return weights.astype(np.float32), np.array([16, 128, 128], np.float32)


def half_size(image: YuvImage) -> NDArray[np.uint8]:
    """(H/2, W/2, 3) uint8, Y, U and V of each pixel: nothing of the colour is lost."""
    y, u, v = image.split()
    half = u.shape[1], u.shape[0]
    merged = cv2.merge([cv2.resize(y, half, interpolation=cv2.INTER_AREA), u, v])
    return np.asarray(merged, np.uint8)


def to_rgb(yuv: NDArray[np.uint8], matrix: Matrix) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 RGB of Y, U and V of each pixel."""
    weights, offsets = from_rgb(matrix)
    inverse = np.linalg.inv(weights)
    converted = cv2.transform(yuv, np.column_stack([inverse, -inverse @ offsets]))
    return np.asarray(converted, np.uint8)
