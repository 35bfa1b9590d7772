"""BlazePose landmarks (Google, 2020; MediaPipe Pose): 33 points of the one person in a crop.

Only what the points come from: the published files also draw a mask and heatmaps, which the points
don't depend on, and six more points that steer a tracker. The numbers are the published ones:
``python -m training import-pose``.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from har_live.models.mobile import (
    HalvingConv,
    InvertedResidual,
    convolution,
    depthwise,
    planes,
)

Variant = Literal["lite", "full"]

CROP_SIZE = 256
"""Side in pixels of a crop."""
POINTS = (
    "nose",
    "left_eye_inner",
    "left_eye",
    "left_eye_outer",
    "right_eye_inner",
    "right_eye",
    "right_eye_outer",
    "left_ear",
    "right_ear",
    "mouth_left",
    "mouth_right",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_pinky",
    "right_pinky",
    "left_index",
    "right_index",
    "left_thumb",
    "right_thumb",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
    "left_heel",
    "right_heel",
    "left_foot_index",
    "right_foot_index",
)
"""Left and right are the person's own."""
VALUES = 4
"""Of each point: x, y, z, visibility."""


class _Size(NamedTuple):
    widths: tuple[int, int, int, int, int, int]
    """Channels of each stage."""
    head: int
    """Channels of the head."""
    steps: tuple[int, int]
    """The head's residual blocks at each size of its map."""


_SIZES: dict[Variant, _Size] = {
    "lite": _Size((8, 16, 24, 40, 56, 96), 192, (2, 3)),
    "full": _Size((16, 24, 32, 64, 88, 144), 288, (4, 5)),
}
_STAGES = ((3, 2, 2), (5, 2, 2), (3, 2, 3), (5, 1, 3), (5, 2, 4))
"""Kernel, stride of the first block, and blocks of each stage after the first."""


class Step(nn.Module):
    """A residual block of the head; the first at each size halves the map."""

    def __init__(self, channels: int, *, halve: bool) -> None:
        super().__init__()
        self.halve = halve
        self.spread = (
            nn.Sequential(HalvingConv(channels, channels, groups=channels), nn.ReLU6(inplace=True))
            if halve
            else depthwise(channels)
        )
        self.mix = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        kept = F.max_pool2d(x, 2) if self.halve else x
        return F.relu6(kept + self.mix(self.spread(x)))


class BlazePose(nn.Module):
    """Where the points of a person are.

    ``forward`` takes (N, 256, 256, 3) uint8 RGB, one person in the middle of each crop, and gives

    - points, (N, 33, 4) float32: x and y as shares of the crop (outside of 0–1 where a point is
      beyond it), z towards the camera in the same unit, 0 at the hips, and the visibility, 0–1;
    - people, (N,) float32: how likely it is that a person is there, 0–1.
    """

    def __init__(self, variant: Variant) -> None:
        super().__init__()
        size = _SIZES[variant]
        self.stem = convolution(3, 24, kernel=3, stride=2)
        self.blocks = nn.Sequential(*_blocks(size.widths))
        deepest = 6 * size.widths[-1]
        self.top = nn.Sequential(
            convolution(size.widths[-1], deepest),
            depthwise(deepest),
            depthwise(deepest),
            convolution(deepest, size.head),
        )
        self.steps = nn.Sequential(
            *(Step(size.head, halve=i == 0) for count in size.steps for i in range(1 + count))
        )
        self.points = nn.Conv2d(size.head, len(POINTS) * VALUES, 2)
        self.person = nn.Conv2d(size.head, 1, 2)

    def forward(self, crops: Tensor) -> tuple[Tensor, Tensor]:
        x = self.steps(self.top(self.blocks(self.stem(planes(crops) / 255))))  # (N, C, 2, 2)
        points = self.points(x).reshape(-1, len(POINTS), VALUES)
        places, visible = points[..., :3] / CROP_SIZE, torch.sigmoid(points[..., 3:])
        return torch.cat((places, visible), 2), torch.sigmoid(self.person(x)).flatten()


def _blocks(widths: tuple[int, ...]) -> list[InvertedResidual]:
    first, *others = widths
    blocks = [InvertedResidual(24, first, wide=24, spread=depthwise(24))]
    inputs = first
    for (kernel, stride, count), outputs in zip(_STAGES, others, strict=True):
        for block in range(count):
            wide = inputs * (4 if len(blocks) == 1 else 6)
            spread = depthwise(wide, kernel=kernel, stride=stride if block == 0 else 1)
            blocks.append(InvertedResidual(inputs, outputs, wide=wide, spread=spread))
            inputs = outputs
    return blocks
