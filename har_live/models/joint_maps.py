"""A person's joints as small heatmaps about their own middle: what a ConvLSTM reads.

Duan et al., "Revisiting Skeleton-based Action Recognition", CVPR 2022. A joint that is seen is a
round spot. Where it went, and where limbs point, are spots too, as bright as it went far.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from har_live.models.joints import DIRECTIONS, LAGS, MeasuredJoints, PersonEncoder, measured
from har_live.types import NUM_JOINTS

REACH = 2.0
"""Trunks from the person's middle to the edge of a map; what is farther off stands there."""
SPREAD = 0.7
"""Deviation of a spot, in cells."""
JOINT, WAY, LIMB = 4.0, 8.0, 3.0
"""Brightness of the spots: a joint, one that moved by a trunk, a limb. What enters the first
convolution then has about unit size, and learning starts ten times faster."""
NUM_MAPS = NUM_JOINTS * (1 + 2 * len(LAGS)) + 2 * (len(DIRECTIONS) + 1)


class JointMapEncoder(PersonEncoder):
    """A person's joints and what moves around them in, a small feature map a grid frame out.

    Args:
        side: cells along the heatmaps; the feature map has half as many.
        inner: channels of the first convolution.
        width: channels of the feature map.
        motion_width: length of the motion's vector, from which each place takes what it needs.
        dropout: share of the motion's first layer dropped, in training only.
    """

    cells: Tensor

    def __init__(
        self,
        *,
        image_size: int,
        side: int = 8,
        inner: int = 64,
        width: int = 48,
        motion_width: int = 64,
        dropout: float = 0.3,
    ) -> None:
        super().__init__(motion_width=motion_width, dropout=dropout)
        half = -(-side // 2)
        self.register_buffer("cells", torch.linspace(-REACH, REACH, side), persistent=False)
        self.look = nn.Sequential(nn.Conv2d(NUM_MAPS, inner, 3, stride=2, padding=1), nn.ReLU())
        self.of_local = nn.Conv2d(inner, width, 1, bias=False)
        self.of_common = nn.Linear(motion_width + len(LAGS), width * half**2)
        for layer in (self.look[0], self.of_local, self.of_common):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")  # type: ignore[arg-type]
        self.out_shape = (width, half, half)

    def forward(self, joints: Tensor, motion: Tensor) -> Tensor:
        """Encode (N, CONTEXT + 1, 13, 3); (N, NUM_MOTION), all 0 where it is not known → (N, C, h,
        w)."""
        body = measured(joints)
        local = self.look(self.draw(body))  # (N, NUM_MAPS, side, side) → (N, inner, h, w)
        grown = [body.grown(lag) for lag in LAGS]
        common = torch.cat([self.moving(motion), *grown], dim=1)
        of_all = self.of_common(common).unflatten(1, self.out_shape)
        return torch.relu(self.of_local(local) + of_all)

    def draw(self, body: MeasuredJoints) -> Tensor:
        """Draw (N, NUM_MAPS, side, side): joints, where they went, and where limbs point."""
        now, seen = body.now(), body.seen[:, -1]
        bright = [JOINT * seen.unsqueeze(-1), *(WAY * body.moved(lag) for lag in LAGS)]
        trunk = (body.shoulders[:, -1] - body.centre[:, -1]) / body.scale[:, -1:]
        first, second = map(list, zip(*DIRECTIONS, strict=True))
        middles = (now[:, first] + now[:, second]) / 2
        limbs = torch.cat([middles, trunk.unsqueeze(1) / 2], dim=1)
        ways = torch.cat([body.directions(), body.upright().unsqueeze(1)], dim=1)
        spots = [
            self._spots(now, torch.cat(bright, dim=2)),
            self._spots(limbs, LIMB * ways),
        ]
        return torch.cat(spots, dim=1)

    def _spots(self, places: Tensor, bright: Tensor) -> Tensor:
        """Draw V spots at each of P places: (N, P, 2) and (N, P, V) → (N, P*V, side, side)."""
        ways = self.cells - places.clamp(-REACH, REACH).unsqueeze(-1)  # (N, P, 2, side)
        cell = self.cells[1] - self.cells[0]
        across, down = (ways / (SPREAD * cell)).square().div(-2).exp().unbind(2)
        rows = bright.unsqueeze(-1) * down.unsqueeze(2)  # (N, P, V, side)
        return (rows.unsqueeze(-1) * across[:, :, None, None]).flatten(1, 2)
