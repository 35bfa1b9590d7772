"""The square around a person, cut out of the picture for a network that looks closer, and the way
back from points in it to the picture.

A picture's coordinates begin at the upper left corner of its first pixel, whose middle is (0.5,
0.5); so do a crop's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from har_live.people.person import Person
    from har_live.types import Image

SURROUNDINGS = 1.4
"""Side of the square by the longer side of what the joints take up."""
FEWEST_JOINTS = 4
"""With fewer sure joints, the box tells where somebody is."""
LEAST_SIDE = 2.0


class Square(NamedTuple):
    """Where a crop lies in the picture, in its pixels; it may reach beyond the picture."""

    centre_x: float
    centre_y: float
    side: float


def square_of(person: Person) -> Square:
    """The square that shows a person with some room around."""
    points = person.joints[person.is_sure, :2]
    if len(points) < FEWEST_JOINTS:
        points = np.reshape(person.box, (2, 2))
    low, high = points.min(axis=0), points.max(axis=0)
    centre_x, centre_y = ((low + high) / 2).tolist()
    side = max(SURROUNDINGS * float((high - low).max()), LEAST_SIDE)
    return Square(centre_x, centre_y, side)


def cut(
    picture: Image, squares: Sequence[tuple[float, float, float]], *, size: int = 256
) -> NDArray[np.uint8]:
    """Cut squares out of a picture; what lies outside of it is black.

    Args:
        picture: (H, W, 3) uint8 RGB.
        squares: (P,) ``Square``.

    Returns:
        (P, size, size, 3) uint8 RGB.
    """
    crops = np.zeros((len(squares), size, size, 3), np.uint8)
    for crop, square in zip(crops, squares, strict=True):
        _cut(picture, Square(*square), crop)
    return crops


def to_picture(
    points: NDArray[np.float32], square: tuple[float, float, float], *, size: int = 256
) -> NDArray[np.float32]:
    """Points of a crop as points of the picture.

    Args:
        points: (..., 2 or more) float32: x, y in pixels of the crop, and what else there is (z, by
            the same measure, comes with the scale; scores belong into another array).
        size: the crop's side in pixels.
    """
    centre_x, centre_y, side = square
    placed = points * np.float32(side / size)
    placed[..., 0] += np.float32(centre_x - side / 2)
    placed[..., 1] += np.float32(centre_y - side / 2)
    return placed


def _cut(picture: Image, square: Square, crop: NDArray[np.uint8]) -> None:
    """Fill ``crop``. What is much larger is made smaller by a whole number first, by areas: taking
    every so manieth pixel makes thin limbs flicker."""
    size = len(crop)
    times = max(1, int(square.side / size))
    left, top = square.centre_x - square.side / 2, square.centre_y - square.side / 2
    if times > 1:
        picture, corner = _reduced(picture, square, times)
        left, top = (left - corner[0]) / times, (top - corner[1]) / times
    scale = square.side / times / size
    # OpenCV counts from the middle of the first pixel: middle 0 of the crop → the picture's.
    middle = 0.5 * scale - 0.5
    back = np.array([[scale, 0, left + middle], [0, scale, top + middle]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    cv2.warpAffine(picture, back, (size, size), crop, flags, cv2.BORDER_CONSTANT)


def _reduced(picture: Image, square: Square, times: int) -> tuple[Image, tuple[int, int]]:
    """The part of the picture that the square touches, made smaller; and where that part begins.

    It begins at a multiple of ``times``, so that a person who moves is averaged over the same
    pixels in every picture.
    """
    height, width, _ = picture.shape
    spans = []
    for centre, length in ((square.centre_y, height), (square.centre_x, width)):
        begin = int((centre - square.side / 2) // times - 1) * times
        end = int((centre + square.side / 2) // times + 2) * times
        begin, end = max(begin, 0), min(end, length)
        spans.append((min(begin, length), max(begin, end)))
    (top, bottom), (left, right) = spans
    part = picture[top:bottom, left:right]
    if 0 in part.shape:
        return np.zeros((1, 1, 3), np.uint8), (left, top)
    below, beside = -part.shape[0] % times, -part.shape[1] % times
    whole = cv2.copyMakeBorder(part, 0, below, 0, beside, cv2.BORDER_CONSTANT)
    sides = whole.shape[1] // times, whole.shape[0] // times
    small = cv2.resize(whole, sides, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8), (left, top)
