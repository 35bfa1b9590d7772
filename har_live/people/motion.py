"""Motion between two grid frames: optical flow by Lucas and Kanade, coarse to fine.

Lucas and Kanade, "An Iterative Image Registration Technique with an Application to Stereo Vision",
IJCAI 1981. Nothing in here is learnt: it tells of movement where joints can't be seen, in the dark
and in a heap of fighters, and it can't learn places by heart.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from har_live.types import Image

    Plane = NDArray[np.float32]
    """(h, w) float32."""

FLOW_SIDE = 48
"""Side of the flow field, in cells, whatever the picture's shape."""
SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Cells per grid step; the share of the picture above each is told."""
PARTS = 4
"""Means are taken over 4×4 parts."""
_NUM_OF_PARTS = 4 * PARTS**2
NUM_MOTION = len(SPEEDS) + 8 + 10 + 2 * _NUM_OF_PARTS
_LIFTED = np.sqrt(np.arange(256, dtype=np.float32) + 1.0)
"""Dark parts are lifted."""
_MEAN_OF_COLOURS = np.full((1, 3), 1 / 3, np.float32)
_ANGLES = np.arange(8, dtype=np.float32) * np.float32(np.pi / 4)


class MotionSeen:
    """The flow field between two grid frames.

    Args:
        before: ``grey_levels`` of the grid frame before.
        now: of this one.
    """

    def __init__(self, before: list[Plane], now: list[Plane]) -> None:
        self.field = motion_field(before, now)

    def features(self) -> Plane:
        """Return (NUM_MOTION,) float32 numbers that describe it, large ones compressed."""
        parts = _means_of_parts(self.field).ravel()
        # Told twice, as the networks learnt them: means of a coarser field are the same.
        values = np.concatenate([_whole_features(self.field), parts, parts])
        compressed: Plane = np.sign(values) * np.log1p(4 * np.abs(values))
        return compressed.astype(np.float32)


def grey_levels(picture: Image) -> list[Plane]:
    """Convert (h, w, 3) uint8 RGB → locally equalised grey, 12, 24 and 48 cells a side."""
    lifted = cv2.transform(cv2.LUT(picture, _LIFTED), _MEAN_OF_COLOURS)
    levels = [cv2.resize(lifted, (FLOW_SIDE, FLOW_SIDE), interpolation=cv2.INTER_AREA)]
    for _ in range(2):
        smaller = len(levels[0]) // 2
        levels.insert(0, cv2.resize(levels[0], (smaller, smaller), interpolation=cv2.INTER_AREA))
    return [_equalised(np.asarray(level, np.float32)) for level in levels]


def motion_field(before: list[Plane], now: list[Plane]) -> Plane:
    """Return (4, 48, 48): flow x, flow y, its speed (cells a grid step), change of grey."""
    flow = [_smooth(shift, 3) for shift in _shift_between(before[0], now[0])]
    for earlier, later in zip(before[1:], now[1:], strict=True):
        size = len(earlier), len(earlier)
        flow = [np.asarray(cv2.resize(x, size) * 2, np.float32) for x in flow]
        shifts = _shift_between(earlier, _warped(later, flow))
        flow = [_smooth(x + shift, 3) for x, shift in zip(flow, shifts, strict=True)]
    across, down = flow
    speed = np.sqrt(across**2 + down**2 + np.float32(1e-6))
    return np.stack([across, down, speed, np.abs(now[-1] - before[-1])])


def _equalised(grey: Plane) -> Plane:
    """Bring each place to the mean 0 and deviation 1 of its surroundings: the dark shows as
    much."""
    width = 13 if len(grey) > 20 else 7
    centred = grey - _smooth(grey, width)
    # The 0.02 keeps the noise of flat, dark places small.
    equal: Plane = centred / np.sqrt(_smooth(centred**2, width) + np.float32(0.02))
    return equal


@cache
def _num_around(side: int, width: int) -> Plane:
    """Return (side, side): how many cells the square around each one has; fewer at the ends."""
    return _sum_around(np.ones((side, side), np.float32), width)


def _sum_around(x: Plane, width: int) -> Plane:
    total = cv2.boxFilter(x, -1, (width, width), normalize=False, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(total, np.float32)


def _smooth(x: Plane, width: int) -> Plane:
    """Return (s, s): the mean over a square around each place."""
    return _sum_around(x, width) / _num_around(len(x), width)


def _slopes(x: Plane) -> tuple[Plane, Plane]:
    """Return half the difference of the neighbours along x and along y, (h, w) each; ends stand for
    what is beyond."""
    across, down = (
        cv2.Sobel(x, -1, *axis, ksize=1, scale=0.5, borderType=cv2.BORDER_REPLICATE)
        for axis in ((1, 0), (0, 1))
    )
    return np.asarray(across, np.float32), np.asarray(down, np.float32)


def _shift_between(before: Plane, after: Plane) -> tuple[Plane, Plane]:
    """Return one step, cells right and down that lead from before to after where it is near: (h, w)
    each."""
    dx, dy = _slopes((after + before) * np.float32(0.5))
    dt = after - before
    products = dx * dx, dx * dy, dy * dy, dx * dt, dy * dt
    xx, xy, yy, xt, yt = (_smooth(product, 5) for product in products)
    xx, yy = xx + np.float32(0.05), yy + np.float32(0.05)
    steepness = xx * yy - xy * xy
    right, down = (xy * yt - yy * xt) / steepness, (xy * xt - xx * yt) / steepness
    return right.clip(-3, 3), down.clip(-3, 3)


def _warped(x: Plane, flow: Sequence[Plane]) -> Plane:
    """Look at ``x`` where ``flow``, in cells, points."""
    at = np.arange(len(x), dtype=np.float32)
    across, down = flow[0] + at, flow[1] + at[:, None]
    warped = cv2.remap(x, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(warped, np.float32)


def _means_of_parts(x: Plane) -> Plane:
    """Average (4, s, s) → (4, PARTS, PARTS)."""
    step = x.shape[-1] // PARTS
    means: Plane = x.reshape(len(x), PARTS, step, PARTS, step).mean(axis=(2, 4))
    return means


def _whole_features(field: Plane) -> Plane:
    """Describe the whole field."""
    flow, speed, change = field[:2], field[2], field[3]
    steepness = 4 / np.array(SPEEDS, np.float32)[:, None, None]
    above = 1 / (1 + np.exp(-(speed - np.array(SPEEDS, np.float32)[:, None, None]) * steepness))
    along = np.cos(_ANGLES)[:, None, None] * flow[0] + np.sin(_ANGLES)[:, None, None] * flow[1]
    towards = np.maximum(along, 0) ** 2 / (speed + np.float32(0.1))
    spread = [np.abs(slope).mean() for way in flow for slope in _slopes(way)]
    means = [*above.mean(axis=(1, 2)), *towards.mean(axis=(1, 2)), *flow.mean(axis=(1, 2))]
    return np.array(
        [
            *means,
            speed.mean(),
            np.sqrt((speed**2).mean()),
            speed.max(),
            change.mean(),
            *spread,
        ],
        np.float32,
    )
