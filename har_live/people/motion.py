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
    from numpy.typing import NDArray

    from har_live.types import Image

    Plane = NDArray[np.float32]
    """(h, w) float32."""

FLOW_SIDE = 48
"""Side of the flow field, in cells, whatever the picture's shape."""
COARSE_SIDE = 24
"""Side of the same field, seen less sharply."""
SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Cells per grid step; the share of the picture above each is told."""
PARTS = 4
"""Means are taken over 4×4 parts."""
_NUM_OF_PARTS = 4 * PARTS**2
NUM_MOTION = len(SPEEDS) + 8 + 10 + 2 * _NUM_OF_PARTS
_LIFTED = np.sqrt(np.arange(256, dtype=np.float32) + 1.0)
"""Dark parts are lifted."""
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
        parts = [_means_of_parts(x).ravel() for x in (self.field, _coarser(self.field))]
        values = np.concatenate([_whole_features(self.field), *parts])
        compressed: Plane = np.sign(values) * np.log1p(4 * np.abs(values))
        return compressed.astype(np.float32)


def grey_levels(picture: Image) -> list[Plane]:
    """Convert (h, w, 3) uint8 RGB → locally equalised grey, 12, 24 and 48 cells a side."""
    lifted = _LIFTED[picture].mean(axis=2)
    levels = [cv2.resize(lifted, (FLOW_SIDE, FLOW_SIDE), interpolation=cv2.INTER_AREA)]
    for _ in range(2):
        smaller = len(levels[0]) // 2
        levels.insert(0, cv2.resize(levels[0], (smaller, smaller), interpolation=cv2.INTER_AREA))
    return [_equalised(np.asarray(level, np.float32)) for level in levels]


def motion_field(before: list[Plane], now: list[Plane]) -> Plane:
    """Return (4, 48, 48): flow x, flow y, its speed (cells a grid step), change of grey."""
    flow = _smooth(_shift_between(before[0], now[0]), 3)
    for earlier, later in zip(before[1:], now[1:], strict=True):
        side = len(earlier)
        flow = np.stack([cv2.resize(x, (side, side)) for x in flow]) * np.float32(2)
        flow = _smooth(flow + _shift_between(earlier, _warped(later, flow)), 3)
    speed = np.sqrt((flow**2).sum(axis=0, keepdims=True) + np.float32(1e-6))
    change = np.abs(now[-1] - before[-1])[None]
    return np.concatenate([flow, speed, change])


def _equalised(grey: Plane) -> Plane:
    """Bring each place to the mean 0 and deviation 1 of its surroundings: the dark shows as
    much."""
    width = 13 if len(grey) > 20 else 7
    centred = grey - _smooth(grey, width)
    # The 0.02 keeps the noise of flat, dark places small.
    equal: Plane = centred / np.sqrt(_smooth(centred**2, width) + np.float32(0.02))
    return equal


@cache
def _mean_around(length: int, width: int) -> Plane:
    """Return (length, length): at each place the mean of the ``width`` around it, of fewer at the
    ends."""
    at = np.arange(length)
    near = np.abs(at - at[:, None]) <= width // 2
    mean: Plane = (near / near.sum(axis=1, keepdims=True)).astype(np.float32)
    return mean


def _smooth(x: Plane, width: int) -> Plane:
    """Return (…, s, s): the mean over a square around each place."""
    around = _mean_around(x.shape[-1], width)
    return np.asarray(around @ x @ around.T, np.float32)


def _slopes(x: Plane) -> tuple[Plane, Plane]:
    """Return half the difference of the neighbours along x and along y; ends stand for what is
    beyond."""
    wide = np.pad(x, [(0, 0)] * (x.ndim - 2) + [(1, 1), (1, 1)], mode="edge")
    half = np.float32(0.5)
    across = (wide[..., 1:-1, 2:] - wide[..., 1:-1, :-2]) * half
    down = (wide[..., 2:, 1:-1] - wide[..., :-2, 1:-1]) * half
    return across, down


def _shift_between(before: Plane, after: Plane) -> Plane:
    """Return one step: (2, h, w) cells that lead from before to after where it is near."""
    dx, dy = _slopes((after + before) * np.float32(0.5))
    dt = after - before
    xx, xy, yy, xt, yt = _smooth(np.stack([dx * dx, dx * dy, dy * dy, dx * dt, dy * dt]), 5)
    xx, yy = xx + np.float32(0.05), yy + np.float32(0.05)
    step: Plane = np.stack([xy * yt - yy * xt, xy * xt - xx * yt]) / (xx * yy - xy * xy)
    return step.clip(-3, 3)


def _warped(x: Plane, flow: Plane) -> Plane:
    """Look at ``x`` where ``flow``, in cells, points."""
    at = np.arange(len(x), dtype=np.float32)
    across, down = flow[0] + at, flow[1] + at[:, None]
    warped = cv2.remap(x, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(warped, np.float32)


def _coarser(field: Plane) -> Plane:
    """Reduce (4, 48, 48) → (4, 24, 24): the field between its cells."""
    share = (np.arange(COARSE_SIDE, dtype=np.float32) + 0.5) / COARSE_SIDE
    along = _between(share * FLOW_SIDE - 0.5)
    return np.asarray(along @ field @ along.T, np.float32)


def _between(places: NDArray[np.floating]) -> Plane:
    """Interpolate at (n,) places, in cells → (n, 48): the value there, between the two cells
    nearest."""
    at = np.arange(FLOW_SIDE, dtype=np.float32)
    inside = np.clip(places, 0, FLOW_SIDE - 1).astype(np.float32)
    weights: Plane = np.maximum(1 - np.abs(inside[:, None] - at), 0)
    return weights


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
    spread = [np.abs(slope[axis]).mean() for axis in (0, 1) for slope in _slopes(flow)]
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
