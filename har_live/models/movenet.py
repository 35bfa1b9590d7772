"""MoveNet MultiPose Lightning (Google, 2021): up to six people in a picture, 17 joints each.

A MobileNetV2, a feature pyramid, and heads that say, at every fourth pixel, how much a person's
centre or a joint is there, and what lies where from it. The numbers are the published ones:
``python -m training import-pose``.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from har_live.models.mobilenet_blocks import (
    HalvingConv,
    InvertedResidual,
    convolution,
    depthwise,
    planes,
)

MAX_PEOPLE = 6
JOINTS = (
    "nose",
    "left_eye",
    "right_eye",
    "left_ear",
    "right_ear",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
)
"""COCO's order. Left and right are the person's own."""
SIZE_STEP = 32
"""Height and width of a picture are multiples of it."""

# The published numbers are half-precision, these four too.
_SCALE = 0.007843017578125
"""About 1 / 127.5: pixels become -1 to 1."""
_REACH = 0.300048828125
"""Sets how slowly a joint's score falls with its squared distance from where its person says it
is."""
_SEEN = 0.126953125
"""Joints above it count for their person's score."""
_SAME = 1.0132789611816406e-06
"""A peak may be so much below its neighbourhood's highest value."""

_STAGES = ((40, 2), (48, 3), (96, 4), (144, 3), (240, 3), (480, 1))
"""Channels and blocks after the first one. All halve the map but the fourth and the last."""


class Backbone(nn.Module):
    """MobileNetV2, 1.5 times as wide; maps of 1/4, 1/8, 1/16 and 1/32 of the picture."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(HalvingConv(3, 48), nn.ReLU6(inplace=True))
        self.blocks = nn.ModuleList([InvertedResidual(48, 24, wide=48, spread=depthwise(48))])
        inputs = 24
        for stage, (outputs, count) in enumerate(_STAGES):
            for block in range(count):
                wide = 6 * inputs
                halve = block == 0 and stage not in (3, 5)
                spread = (
                    nn.Sequential(HalvingConv(wide, wide, groups=wide), nn.ReLU6(inplace=True))
                    if halve
                    else depthwise(wide)
                )
                self.blocks.append(InvertedResidual(inputs, outputs, wide=wide, spread=spread))
                inputs = outputs
        self.top = convolution(480, 1280)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        x = self.stem(x)
        maps = []
        for number, block in enumerate(self.blocks):
            x = block(x)
            if number in (2, 5, 9):
                maps.append(x)
        quarter, eighth, sixteenth = maps
        return quarter, eighth, sixteenth, self.top(x)


class Separable(nn.Module):
    """A convolution of each channel by itself, then of each place by itself, ReLU."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.spread = nn.Conv2d(inputs, inputs, 3, padding=1, groups=inputs, bias=False)
        self.mix = nn.Conv2d(inputs, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.mix(self.spread(x)))


class Pyramid(nn.Module):
    """Maps from the coarsest to the finest, each added to the one before at twice its size."""

    def __init__(self) -> None:
        super().__init__()
        self.sides = nn.ModuleList(
            nn.Conv2d(inputs, outputs, 1)
            for inputs, outputs in ((1280, 64), (96, 64), (48, 32), (40, 24))
        )
        self.merges = nn.ModuleList((Separable(64, 32), Separable(32, 24), Separable(24, 24)))

    def forward(self, quarter: Tensor, eighth: Tensor, sixteenth: Tensor, top: Tensor) -> Tensor:
        x: Tensor = self.sides[0](top)
        finer = (sixteenth, eighth, quarter)
        for side, merge, fine in zip(list(self.sides)[1:], self.merges, finer, strict=True):
            x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
            x = merge(x + side(fine))
        return x


class OutputHead(nn.Module):
    """Values at every place of the map, or at some places only, which is far less work."""

    def __init__(self, values: int) -> None:
        super().__init__()
        self.spread = nn.Conv2d(24, 24, 3, padding=1, groups=24, bias=False)
        self.mix = nn.Sequential(
            nn.Conv2d(24, 96, 1), nn.ReLU(inplace=True), nn.Conv2d(96, values, 1)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Compute (N, 24, h, w) → (N, values, h, w)."""
        values: Tensor = self.mix(self.spread(x))
        return values

    def at(self, x: Tensor, places: Tensor) -> Tensor:
        """Compute at places alone: (N, 24, h, w) and places (N, P), row after row of the map → (N,
        values, P)."""
        spread = self.spread(x).flatten(2)  # (N, 24, h*w)
        picked = spread.gather(2, places[:, None].expand(-1, spread.shape[1], -1))
        values: Tensor = self.mix(picked[..., None])
        return values[..., 0]


class MoveNet(nn.Module):
    """Finds who is in a picture.

    ``forward`` takes (N, H, W, 3) uint8 RGB, H and W multiples of 32, and gives (N, 6, 56) float32,
    most certain centres first: 17 × (y, x, score), then ymin, xmin, ymax, xmax and the person's
    score, places as shares of the picture. Rows of a small score are nobody.
    """

    def __init__(self) -> None:
        super().__init__()
        self.backbone = Backbone()
        self.pyramid = Pyramid()
        self.joints_from_centre = OutputHead(2 * len(JOINTS))
        self.joint_shift = OutputHead(2 * len(JOINTS))
        self.joint_heat = OutputHead(len(JOINTS))
        self.centre_heat = OutputHead(1)
        self.box_size = OutputHead(2)
        self.box_shift = OutputHead(2)

    def forward(self, pictures: Tensor) -> Tensor:
        x = self.pyramid(*self.backbone(planes(pictures) * _SCALE - 1))
        height, width = x.shape[-2:]
        scores, places = _peaks(torch.sigmoid(self.centre_heat(x)))
        centres = torch.stack(_row_and_column(places, width), 1).float()  # (N, 2, 6)
        box = self._boxes(x, places, centres)  # (N, 4, 6)
        near = self._nearness(x, places, centres, box)
        heat = torch.sigmoid(self.joint_heat(x))
        down, across, seen = self._joints(x, heat, *near)  # each (N, 6, 17)
        counted = (seen > _SEEN).float()
        person = scores * (seen * counted).sum(2) / counted.sum(2).clamp(min=1)
        joints = torch.stack((down / height, across / width, seen), 3).flatten(2)
        ymin, xmin, ymax, xmax = box.unbind(1)
        edges = (ymin / height, xmin / width, ymax / height, xmax / width)
        return torch.cat((joints, torch.stack((*edges, person), 2)), 2)

    def _boxes(self, x: Tensor, places: Tensor, centres: Tensor) -> Tensor:
        """Return ymin, xmin, ymax, xmax of each person, in places of the map: (N, 4, 6)."""
        middle = centres + self.box_shift.at(x, places)
        half = self.box_size.at(x, places).clamp(min=0) / 2
        height, width = x.shape[-2:]
        edges = []
        for edge in (middle - half, middle + half):
            edges += [edge[:, 0].clamp(0, height), edge[:, 1].clamp(0, width)]
        return torch.stack(edges, 1)

    def _nearness(
        self, x: Tensor, places: Tensor, centres: Tensor, box: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return how much a joint of a person is expected in each row and each column of the map,
        0–1.

        (N, 6, 17, h) and (N, 6, 17, w); their product falls with the distance from where the
        person's centre says the joint is, and is 0 outside of the person's box.
        """
        predicted = self.joints_from_centre.at(x, places).reshape(-1, len(JOINTS), 2, MAX_PEOPLE)
        expected = (predicted + centres[:, None]).permute(2, 0, 3, 1)  # (2, N, 6, 17)
        # min() itself would fix which side is the shorter one when the graph is exported.
        reach = _REACH * torch.sym_min(*x.shape[-2:])  # type: ignore[no-untyped-call]
        shares = []
        for axis, size in enumerate(x.shape[-2:]):
            along = torch.arange(size, device=x.device, dtype=x.dtype)
            share = torch.exp(-((along - expected[axis, ..., None]) ** 2) / reach)
            low, high = (box[:, axis + edge, :, None, None] for edge in (0, 2))
            shares.append(share * ((along >= low) & (along < high)))
        return shares[0], shares[1]

    def _joints(
        self, x: Tensor, heat: Tensor, rows: Tensor, columns: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return where each person's joints are, in places of the map, and how surely.

        A place's score is the highest that any of the people gives it, as in the original.
        """
        width = heat.shape[-1]
        scored = heat[:, None] * rows[..., None] * columns[..., None, :]  # (N, 6, 17, h, w)
        best = scored.flatten(3).argmax(3).transpose(1, 2)  # (N, 17, 6)
        down, across = _row_and_column(best, width)
        seen = heat.flatten(2).gather(2, best)[:, None]
        for share, index in ((rows, down), (columns, across)):
            seen = seen * share.gather(3, index[:, None].expand(-1, MAX_PEOPLE, -1, -1))
        shift = self.joint_shift.at(x, best.flatten(1))  # of all joints, at each joint's place
        shift = shift.reshape(-1, len(JOINTS), 2, len(JOINTS), MAX_PEOPLE)
        own = torch.eye(len(JOINTS), device=x.device)[:, None, :, None]
        shift = (shift * own).sum(1)  # (N, 2, 17, 6)
        down, across = (torch.stack((down, across), 1) + shift).transpose(2, 3).unbind(1)
        return down, across, seen.amax(1).transpose(1, 2)


def _peaks(heat: Tensor) -> tuple[Tensor, Tensor]:
    """Return the six highest places that no place within two steps tops: values and places, (N,
    6)."""
    highest = F.max_pool2d(heat, 5, stride=1, padding=2)
    peaks = torch.where(highest - heat < _SAME, heat, torch.zeros_like(heat))
    values, places = peaks.flatten(1).topk(MAX_PEOPLE)
    return values, places


def _row_and_column(places: Tensor, width: int) -> tuple[Tensor, Tensor]:
    """Return rows and columns of places that are counted row after row."""
    row = places // width
    return row, places - row * width
