"""What moved between two grid frames: optical flow by Lucas and Kanade, coarse to fine.

Nothing in here is learnt. With few clips, a known formula for motion beats filters that have to be
found first, and it cannot learn by heart the places where the clips were filmed.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from har_live.models.planes import along_axes, difference, mean_around, product

FLOW_SIZE = 48
"""Side of the flow field."""
LEVELS = 3
"""Sizes at which the flow is estimated: 12, 24, 48."""


def grey_levels(picture: Tensor, previous: Tensor) -> list[Tensor]:
    """(N, 3, S, S) float 0–255 twice → locally equalised grey, before and now, small first.

    Returns:
        (N, 2, s, s) for each size.
    """
    levels = [torch.cat([_grey(previous), _grey(picture)], dim=1)]
    for _ in range(LEVELS - 1):
        levels.insert(0, F.avg_pool2d(levels[0], 2))
    return [equalised(level) for level in levels]


def _grey(picture: Tensor) -> Tensor:
    """(N, 3, S, S) → (N, 1, 48, 48): the mean of the colours, dark parts lifted."""
    mean = torch.full((1, 3), 1 / 3, device=picture.device, dtype=picture.dtype)
    grey = product(mean, picture.flatten(2)).reshape(-1, 1, *picture.shape[2:])
    lifted = (grey + 1.0).sqrt()
    return F.avg_pool2d(lifted, lifted.shape[-1] // FLOW_SIZE)


def equalised(grey: Tensor) -> Tensor:
    """Each place at the mean 0 and deviation 1 of its surroundings: the dark shows as much."""
    width = 13 if grey.shape[-1] > 20 else 7
    centred = grey - box(grey, width)
    # The 0.02 keeps the noise of flat, dark places small.
    return centred / (box(centred.square(), width) + 0.02).sqrt()


def box(x: Tensor, width: int) -> Tensor:
    """Mean over a square around each place; (N, C, s, s) stays (N, C, s, s)."""
    around = mean_around(x.shape[-1], width, x)
    return along_axes(x, around, around)


def gradient(x: Tensor) -> tuple[Tensor, Tensor]:
    """Central differences along x and along y of (N, C, s, s), each of that shape."""
    change = difference(x.shape[-1], x)
    return product(x, change.mT), product(change, x)


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


def shift_between(before: Tensor, after: Tensor) -> Tensor:
    """One Lucas–Kanade step: (N, 1, h, w) twice → (N, 2, h, w) cells that lead from before to after
    where it is near."""
    dx, dy = gradient((after + before) / 2)
    dt = after - before
    products = torch.cat([dx * dx, dx * dy, dy * dy, dx * dt, dy * dt], dim=1)
    xx, xy, yy, xt, yt = box(products, 5).split_with_sizes([1] * 5, dim=1)
    xx, yy = xx + 0.05, yy + 0.05
    determinant = xx * yy - xy * xy
    step = torch.cat([xy * yt - yy * xt, xy * xt - xx * yt], dim=1) / determinant
    return step.clamp(-3.0, 3.0)


def motion_field(picture: Tensor, previous: Tensor) -> Tensor:
    """(N, 3, S, S) twice → (N, 4, 48, 48): flow x, flow y, its speed (cells), change of grey."""
    pairs = [pair.split_with_sizes([1, 1], dim=1) for pair in grey_levels(picture, previous)]
    flow = box(shift_between(*pairs[0]), 3)
    for before, after in pairs[1:]:
        flow = F.interpolate(flow, scale_factor=2.0, mode="bilinear") * 2
        flow = box(flow + shift_between(before, warp(after, flow)), 3)
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
    flow, speed, change = field.split_with_sizes([2, 1, 1], dim=1)
    spread = torch.stack([part.abs() for part in gradient(flow)], dim=2).flatten(1, 2)
    seen = [_above(speed), _directions(flow, speed), flow, speed, speed.square(), change, spread]
    # All means at once: a small operation costs a runtime as much as the numbers it works on.
    means = torch.cat(seen, dim=1).mean(dim=(2, 3))
    first, square, last = means.split_with_sizes([len(SPEEDS) + 8 + 3, 1, 5], dim=1)
    whole = [first, square.sqrt(), speed.amax(dim=(2, 3)), last]
    parts = [F.adaptive_avg_pool2d(x, PARTS).flatten(1) for x in (field, around_person)]
    features = torch.cat([*whole, *parts], dim=1)
    return features.sign() * (4 * features.abs()).log1p()


def _above(speed: Tensor) -> Tensor:
    """(N, 5, h, w): whether each place is faster than each of ``SPEEDS``, softly."""
    speeds = torch.tensor(SPEEDS, device=speed.device, dtype=speed.dtype).view(1, -1, 1, 1)
    return torch.sigmoid((speed - speeds) * (4 / speeds))


def _directions(flow: Tensor, speed: Tensor) -> Tensor:
    """(N, 8, h, w): how much moves towards each of eight directions."""
    angles = torch.arange(8, device=flow.device, dtype=flow.dtype) * (torch.pi / 4)
    along = flow[:, :1] * angles.cos().view(1, 8, 1, 1) + flow[:, 1:] * angles.sin().view(
        1, 8, 1, 1
    )
    return F.relu(along).square() / (speed + 0.1)
