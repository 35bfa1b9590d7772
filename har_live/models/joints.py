"""A network's view of a person: the body about its own middle, its limbs, how they move.

Nothing hangs on where in the picture somebody is, how large, or how far the camera is away.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from har_live.models.window_model import FrameEncoder
from har_live.people.joints import CONTEXT, LEAST_SCORE, LIMBS
from har_live.people.motion import NUM_MOTION
from har_live.types import NUM_JOINTS

LAGS = (1, 3)
"""Grid frames over which movement is measured."""
_PARTS = ((1, 2), *LIMBS)
_USUAL = (0.75, 0.56, 0.5, 0.56, 0.5, 0.8, 0.75, 0.8, 0.75)
"""Usual distance of those pairs of joints, in trunks: from hips to shoulders."""
DIRECTIONS = (*LIMBS, (1, 2), (7, 8))
"""Pairs of joints whose direction is told, and the trunk's with them."""
NUM_FEATURES = (
    2 * NUM_JOINTS + NUM_JOINTS + 1 + 2 * (len(DIRECTIONS) + 2) + len(LAGS) * (2 * NUM_JOINTS + 1)
)


class MeasuredJoints(NamedTuple):
    """Successive grid frames of N people, (N, C), and what their joints are measured by."""

    places: Tensor
    """(N, C, 13, 2) in the joints' own measure; 0 where not seen."""
    seen: Tensor
    """(N, C, 13) 1 where a joint was seen, else 0."""
    hips: Tensor
    """(N, C, 2) their middle."""
    hips_seen: Tensor
    """(N, C) 1 where there is one."""
    shoulders: Tensor
    """(N, C, 2) their middle."""
    shoulders_seen: Tensor
    """(N, C) 1 where there is one."""
    centre: Tensor
    """(N, C, 2) the person's middle: of the hips, or else of the shoulders, or of what is seen."""
    scale: Tensor
    """(N, C) the trunk's length; 1 where nothing tells it."""

    def now(self) -> Tensor:
        """Return (N, 13, 2) the last joints about the person's middle, in trunks; 0 where not
        seen."""
        ways = (self.places[:, -1] - self.centre[:, -1:]) / self.scale[:, -1, None, None]
        return (ways * self.seen[:, -1].unsqueeze(-1)).clamp(-5, 5)

    def moved(self, lag: int) -> Tensor:
        """Return (N, 13, 2) how far each went in the last ``lag`` grid frames, in trunks."""
        both = self.seen[:, -1] * self.seen[:, -1 - lag]
        ways = (self.places[:, -1] - self.places[:, -1 - lag]) / self.scale[:, -1, None, None]
        return (ways * both.unsqueeze(-1)).clamp(-3, 3)

    def grown(self, lag: int) -> Tensor:
        """Return (N, 1) how much larger the person got, as a logarithm."""
        return (self.scale[:, -1:] / self.scale[:, -1 - lag, None]).log().clamp(-1, 1)

    def directions(self) -> Tensor:
        """Return (N, D, 2) the last unit vector of each of ``DIRECTIONS``; 0 if a joint isn't
        seen."""
        both = _both_seen(self.seen[:, -1], DIRECTIONS)
        return unit(_ways(self.places[:, -1], DIRECTIONS)) * both.unsqueeze(-1)

    def upright(self) -> Tensor:
        """Return (N, 2) the last unit vector from hips to shoulders; 0 if one isn't seen."""
        both = self.hips_seen[:, -1:] * self.shoulders_seen[:, -1:]
        return unit(self.shoulders[:, -1] - self.hips[:, -1]) * both


def measured(joints: Tensor) -> MeasuredJoints:
    """Find each person's middle and size.

    Args:
        joints: (N, C, 13, 3): x and y by any measure that is the same in both directions, and a
            score; where that is below ``LEAST_SCORE`` a joint counts as not seen.
    """
    seen = (joints[..., 2] >= LEAST_SCORE).to(joints.dtype)  # (N, C, J)
    places = joints[..., :2] * seen.unsqueeze(-1)
    hips, hips_seen = _middle(places, seen, 7, 8)
    shoulders, shoulders_seen = _middle(places, seen, 1, 2)
    scale = _scale(places, seen, hips, shoulders, hips_seen * shoulders_seen)
    centre = torch.where(
        hips_seen.unsqueeze(-1) > 0,
        hips,
        torch.where(shoulders_seen.unsqueeze(-1) > 0, shoulders, _mean(places, seen)),
    )
    return MeasuredJoints(places, seen, hips, hips_seen, shoulders, shoulders_seen, centre, scale)


def joint_features(joints: Tensor) -> Tensor:
    """Describe the last of a few successive grid frames of a person.

    Args:
        joints: (N, CONTEXT + 1, 13, 3), see ``measured``.

    Returns:
        (N, NUM_FEATURES), lengths in trunks.
    """
    body = measured(joints)
    parts = [body.now().flatten(1), body.seen[:, -1], body.hips_seen[:, -1:]]
    parts += [body.directions().flatten(1), body.upright()]
    head_seen = body.seen[:, -1, :1] * body.shoulders_seen[:, -1:]
    head = body.places[:, -1, 0] - body.shoulders[:, -1]
    parts.append(head / body.scale[:, -1:] * head_seen)
    for lag in LAGS:
        parts += [body.moved(lag).flatten(1), body.grown(lag)]
    return torch.cat(parts, dim=1)


def _middle(places: Tensor, seen: Tensor, left: int, right: int) -> tuple[Tensor, Tensor]:
    """Return the middle of two joints, (N, C, 2), or the one that is seen; and whether any is, (N,
    C)."""
    count = seen[..., left] + seen[..., right]
    middle = (places[..., left, :] + places[..., right, :]) / count.clamp(min=1).unsqueeze(-1)
    return middle, (count > 0).to(places.dtype)


def _mean(places: Tensor, seen: Tensor) -> Tensor:
    """Return (N, C, 2) the mean of the joints that are seen."""
    return places.sum(2) / seen.sum(2, keepdim=True).clamp(min=1)


def _scale(
    places: Tensor, seen: Tensor, hips: Tensor, shoulders: Tensor, trunk_seen: Tensor
) -> Tensor:
    """Return (N, C) the person's trunk in the joints' measure.

    A part of the body that points towards the camera looks short and none looks long, so the two
    longest, each by its usual length, tell the size.
    """
    trunk = _length(shoulders - hips) * trunk_seen
    parts = _length(_ways(places, _PARTS)) / places.new_tensor(_USUAL) * _both_seen(seen, _PARTS)
    lengths = torch.cat([trunk.unsqueeze(-1), parts], dim=-1)
    longest, next_to_it = lengths.topk(2, dim=-1).values.unbind(-1)
    scale = torch.where(next_to_it > 0, (longest + next_to_it) / 2, longest)
    return torch.where(scale > 0, scale, torch.ones_like(scale))


def _ways(places: Tensor, pairs: Sequence[tuple[int, int]]) -> Tensor:
    """Return the ways from the second joint of each pair to the first: (…, 13, 2) → (…, P, 2)."""
    first, second = map(list, zip(*pairs, strict=True))
    return places[..., first, :] - places[..., second, :]


def _both_seen(seen: Tensor, pairs: Sequence[tuple[int, int]]) -> Tensor:
    """Return 1 where both joints of a pair are seen, else 0: (…, 13) → (…, P)."""
    first, second = map(list, zip(*pairs, strict=True))
    return seen[..., first] * seen[..., second]


def _length(way: Tensor) -> Tensor:
    return (way.square().sum(-1) + 1e-12).sqrt()


def unit(way: Tensor) -> Tensor:
    return way / (_length(way).unsqueeze(-1) + 1e-6)


class PersonEncoder(FrameEncoder):
    """Reads a person's joints over a few grid frames, and what moves around them.

    Args:
        motion_width: length of the vector that the motion becomes.
        dropout: share of its first layer dropped, in training only.
    """

    input_names = ("joints", "motion")

    def __init__(self, *, motion_width: int, dropout: float) -> None:
        super().__init__()
        self.of_motion = two_layers(
            NUM_MOTION + 1, 3 * motion_width // 2, motion_width, dropout=dropout
        )

    def example(self, count: int) -> tuple[Tensor, Tensor]:
        """Return inputs of ``count`` people, nothing of whom is seen: their shapes and dtypes."""
        return torch.zeros(count, CONTEXT + 1, NUM_JOINTS, 3), torch.zeros(count, NUM_MOTION)

    def unroll(self, *clip: Tensor) -> tuple[Tensor, Tensor]:
        """Unroll (B, CONTEXT + T, 13, 3) and (B, T, NUM_MOTION) of whole windows → (B*T, …)."""
        joints, motion = clip
        stacks = joints.unfold(1, CONTEXT + 1, 1).movedim(-1, 2)  # (B, T, CONTEXT + 1, 13, 3)
        return stacks.flatten(0, 1), motion.flatten(0, 1)

    def moving(self, motion: Tensor) -> Tensor:
        """Encode (N, NUM_MOTION), all 0 where it is not known → (N, motion_width)."""
        known = (motion.abs().sum(1, keepdim=True) > 0).to(motion.dtype)
        vectors: Tensor = self.of_motion(torch.cat([motion, known], dim=1))
        return vectors


class JointEncoder(PersonEncoder):
    """A person's joints and what moves around them in, one vector a grid frame out.

    Args:
        width: length of the joints' part of the vector.
        motion_width: length of the motion's part.
        dropout: share of the first layer dropped, in training only; of motion three times that.
    """

    def __init__(
        self,
        *,
        image_size: int,
        width: int = 256,
        motion_width: int = 64,
        dropout: float = 0.1,
    ) -> None:
        super().__init__(motion_width=motion_width, dropout=3 * dropout)
        self.of_joints = two_layers(NUM_FEATURES, width, width, dropout=dropout)
        self.out_features = width + motion_width

    def forward(self, joints: Tensor, motion: Tensor) -> Tensor:
        """Encode (N, CONTEXT + 1, 13, 3), and (N, NUM_MOTION), all 0 where it is not known → (N,
        F)."""
        return torch.cat([self.of_joints(joint_features(joints)), self.moving(motion)], dim=1)


def two_layers(inputs: int, inner: int, outputs: int, *, dropout: float) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(inputs, inner),
        nn.ReLU(),
        nn.Dropout(dropout),
        nn.Linear(inner, outputs),
        nn.ReLU(),
    )
