"""What moved between two grid frames: optical flow by Lucas and Kanade, coarse to fine.

Nothing in here is learnt. With few clips, a known formula for motion beats filters that have to be
found first, and it cannot learn by heart the places where the clips were filmed.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

FLOW_SIZE = 48
"""Side of the flow field."""
LEVELS = 3
"""Sizes at which the flow is estimated: 12, 24, 48."""


def grey_levels(picture: Tensor) -> list[Tensor]:
    """(N, 3, S, S) float 0–255 → its locally equalised grey pictures, (N, 1, s, s), small first."""
    grey = (picture.mean(dim=1, keepdim=True) + 1.0).sqrt()
    grey = F.avg_pool2d(grey, grey.shape[-1] // FLOW_SIZE)
    levels = [grey]
    for _ in range(LEVELS - 1):
        levels.insert(0, F.avg_pool2d(levels[0], 2))
    return [equalised(level) for level in levels]


def equalised(grey: Tensor) -> Tensor:
    """Each place at the mean 0 and deviation 1 of its surroundings: the dark shows as much."""
    width = 13 if grey.shape[-1] > 20 else 7
    centred = grey - box(grey, width)
    # The 0.02 keeps the noise of flat, dark places small.
    return centred / (box(centred.square(), width) + 0.02).sqrt()


def box(x: Tensor, width: int) -> Tensor:
    """Mean over a square around each place; (N, C, h, w) stays (N, C, h, w)."""
    # The mean of rows and then of columns is the same and touches 2·width places, not width².
    rows = F.avg_pool2d(x, (1, width), 1, (0, width // 2), count_include_pad=False)
    return F.avg_pool2d(rows, (width, 1), 1, (width // 2, 0), count_include_pad=False)


def gradient(x: Tensor) -> tuple[Tensor, Tensor]:
    """Central differences along x and along y, each of the input's shape."""
    padded = F.pad(x, (1, 1, 1, 1), mode="replicate")
    along_x = (padded[:, :, 1:-1, 2:] - padded[:, :, 1:-1, :-2]) / 2
    along_y = (padded[:, :, 2:, 1:-1] - padded[:, :, :-2, 1:-1]) / 2
    return along_x, along_y


def positions(height: int, width: int, like: Tensor) -> Tensor:
    """(h, w, 2) x, y of each cell's middle, −1 to 1, as ``grid_sample`` counts."""
    y = (torch.arange(height, device=like.device, dtype=like.dtype) + 0.5) / height * 2 - 1
    x = (torch.arange(width, device=like.device, dtype=like.dtype) + 0.5) / width * 2 - 1
    return torch.stack([x.expand(height, width), y.unsqueeze(1).expand(height, width)], dim=-1)


def warp(x: Tensor, flow: Tensor) -> Tensor:
    """``x`` (N, C, h, w) looked at where ``flow`` (N, 2, h, w), in cells, points."""
    height, width = x.shape[-2:]
    shift = flow.permute(0, 2, 3, 1) * (2.0 / width)
    return F.grid_sample(
        x, positions(height, width, x) + shift, padding_mode="border", align_corners=False
    )


def refine(flow: Tensor, before: Tensor, after: Tensor) -> Tensor:
    """One Lucas–Kanade step: (N, 2, h, w) cells that carry before to after a little better."""
    warped = warp(after, flow)
    dx, dy = gradient((warped + before) / 2)
    dt = warped - before
    xx, xy, yy = box(dx * dx, 5) + 0.05, box(dx * dy, 5), box(dy * dy, 5) + 0.05
    xt, yt = -box(dx * dt, 5), -box(dy * dt, 5)
    determinant = xx * yy - xy * xy
    step = torch.cat([yy * xt - xy * yt, xx * yt - xy * xt], dim=1) / determinant
    return box(flow + step.clamp(-3.0, 3.0), 3)


def motion_field(picture: Tensor, previous: Tensor) -> Tensor:
    """(N, 3, S, S) twice → (N, 4, 48, 48): flow x, flow y, its speed (cells), change of grey."""
    pairs = list(zip(grey_levels(previous), grey_levels(picture), strict=True))
    flow = torch.zeros_like(torch.cat(pairs[0], dim=1))
    for level, (before, after) in enumerate(pairs):
        if level:
            flow = F.interpolate(flow, scale_factor=2.0, mode="bilinear") * 2
        flow = refine(flow, before, after)
    before, after = pairs[-1]
    speed = (flow.square().sum(dim=1, keepdim=True) + 1e-6).sqrt()
    return torch.cat([flow, speed, (after - before).abs()], dim=1)


SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Cells per grid step; the share of the picture above each is a feature."""
PARTS = 4
"""The field's means are taken over 4×4 parts."""
NUM_MOTION_FEATURES = len(SPEEDS) + 8 + 10 + 2 * 4 * PARTS**2


def motion_features(field: Tensor, around_person: Tensor) -> Tensor:
    """Numbers that describe a motion field, (N, 160), large ones compressed.

    Args:
        field: (N, 4, 48, 48) from ``motion_field``.
        around_person: (N, 4, 24, 24) the same, cut out around the person.
    """
    flow, speed, change = field[:, :2], field[:, 2:3], field[:, 3:]
    shares = [torch.sigmoid((speed - s) * (4 / s)).mean(dim=(2, 3)) for s in SPEEDS]
    spread = [
        part.abs().mean(dim=(2, 3))
        for axis in (0, 1)
        for part in gradient(flow[:, axis : axis + 1])
    ]
    whole = [
        flow.mean(dim=(2, 3)),
        speed.mean(dim=(2, 3)),
        speed.square().mean(dim=(2, 3)).sqrt(),
        speed.amax(dim=(2, 3)),
        change.mean(dim=(2, 3)),
        *spread,
    ]
    parts = [F.adaptive_avg_pool2d(x, PARTS).flatten(1) for x in (field, around_person)]
    features = torch.cat([*shares, *_directions(flow, speed), *whole, *parts], dim=1)
    return features.sign() * (4 * features.abs()).log1p()


def _directions(flow: Tensor, speed: Tensor) -> list[Tensor]:
    """How much moves towards each of eight directions, (N, 1) each."""
    angles = torch.arange(8, device=flow.device, dtype=flow.dtype) * (torch.pi / 4)
    along = flow[:, :1] * angles.cos().view(1, 8, 1, 1) + flow[:, 1:] * angles.sin().view(
        1, 8, 1, 1
    )
    return [(F.relu(along).square() / (speed + 0.1)).mean(dim=(2, 3))]
