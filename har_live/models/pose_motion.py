"""The shipped weights' frame encoder: where the body's joints are, and what moved.

It looks twice with the same small network. The first look, at the whole picture, finds the person;
the second, at a crop around them, finds their joints well even when they are small. It keeps no
state, so a grid frame is still one pass and streaming stays exact.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from har_live.models.motion import (
    NUM_MOTION_FEATURES,
    motion_features,
    motion_field,
)
from har_live.models.planes import along_axes, between
from har_live.models.pose import JOINTS, LOOK_SIZE, PLACES, PoseNet, keypoints_of

NUM_POSE_FEATURES = 3 * len(JOINTS) + 4
NUM_FEATURES = NUM_POSE_FEATURES + NUM_MOTION_FEATURES
MAP_SIZE = PLACES // 2
"""Side of the feature maps for ConvLSTM."""
NUM_MAPS = len(JOINTS) + 4 + 4 + 3


class PoseMotion(nn.Module):
    """Pictures in, pose and motion out: as one vector (LRCN) or as maps (ConvLSTM).

    Args:
        image_size: S, side in pixels of the pictures; a multiple of 96.
        maps: give maps instead of vectors.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, *, image_size: int, maps: bool = False) -> None:
        super().__init__()
        if image_size % LOOK_SIZE:
            raise ValueError(f"image_size is {image_size}; expected a multiple of {LOOK_SIZE}")
        self.pose = PoseNet()
        self.maps = maps
        self.out_features = NUM_FEATURES
        self.out_shape = (NUM_MAPS, MAP_SIZE, MAP_SIZE)
        shape = (NUM_MAPS, 1, 1) if maps else (self.out_features,)
        # Measured on the training clips, so that every feature weighs the same at first.
        self.register_buffer("mean", torch.zeros(shape))
        self.register_buffer("deviation", torch.ones(shape))

    def forward(self, frame: Tensor, previous: Tensor) -> Tensor:
        """(N, S, S, 3) uint8 RGB twice → (N, 203) vectors, or (N, 24, 12, 12) maps."""
        vectors, maps = self.describe(frame, previous)
        return ((maps if self.maps else vectors) - self.mean) / self.deviation

    def describe(self, frame: Tensor, previous: Tensor) -> tuple[Tensor, Tensor]:
        """Both forms at once, before they are standardised."""
        picture = frame.permute(0, 3, 1, 2).float()  # (N, S, S, 3) → (N, 3, S, S)
        field = motion_field(picture, previous.permute(0, 3, 1, 2).float())
        joints, places, square = self.find_person(picture)
        around_person = cut_out(field, square, PLACES)
        vectors = torch.cat([pose_features(joints), motion_features(field, around_person)], dim=1)
        where = square.unsqueeze(2).unsqueeze(3).expand(-1, -1, MAP_SIZE, MAP_SIZE)
        small = [F.adaptive_avg_pool2d(x, MAP_SIZE) for x in (around_person, field)]
        maps = torch.cat([F.max_pool2d(places, 2), *small, where], dim=1)
        return vectors, maps

    def find_person(self, picture: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Look at the whole picture, then again at the person.

        Args:
            picture: (N, 3, S, S) float, 0–255.

        Returns:
            joints (N, J, 3): x, y as shares of the picture, and confidence;
            places (N, J, 24, 24): each joint's probabilities in the second look;
            square (N, 3): middle x, y and side of the second look, as shares of the picture.
        """
        whole = F.avg_pool2d(picture, picture.shape[-1] // LOOK_SIZE)
        square = square_around(keypoints_of(self.pose(whole)))
        answer = self.pose(cut_out(picture, square, LOOK_SIZE))
        found = keypoints_of(answer)
        corner = square[:, None, :2] - square[:, None, 2:] / 2
        at = corner + found[:, :, :2] * square[:, None, 2:]
        places = answer[:, :, :-1].exp().reshape(-1, len(JOINTS), PLACES, PLACES)
        return torch.cat([at, found[:, :, 2:]], dim=2), places, square


def square_around(joints: Tensor, *, margin: float = 1.35) -> Tensor:
    """(N, J, 3) joints → (N, 3) middle x, y and side of a square that holds those seen.

    The whole picture where fewer than three are seen.
    """
    seen = joints[:, :, 2:] > 0.4
    points = joints[:, :, :2]
    low = torch.where(seen, points, 1.0).amin(dim=1)
    high = torch.where(seen, points, 0.0).amax(dim=1)
    side = ((high - low).amax(dim=1, keepdim=True) * margin).clamp(0.2, 1.0)
    square = torch.cat([(low + high) / 2, side], dim=1)
    whole = torch.tensor([0.5, 0.5, 1.0], device=joints.device, dtype=joints.dtype)
    return torch.where(seen.sum(dim=1) >= 3, square, whole)


def cut_out(x: Tensor, square: Tensor, size: int) -> Tensor:
    """(N, C, s, s) → (N, C, size, size): the part of each picture inside its square."""
    length = x.shape[-1]
    middle, side = square[:, :2, None].to(x.dtype), square[:, 2:, None].to(x.dtype)
    share = (torch.arange(size, device=x.device, dtype=x.dtype) + 0.5) / size - 0.5
    places = (middle + share * side) * length - 0.5  # (N, 2, size): x, y
    columns, rows = between(places, length).split_with_sizes([1, 1], dim=1)
    return along_axes(x, rows, columns)


def pose_features(joints: Tensor) -> Tensor:
    """(N, J, 3) x, y, confidence → (N, 43): the body about its own middle, its size and place.

    A joint that is not seen lies in the middle: it says nothing.
    """
    confidence = joints[:, :, 2:]
    # Shoulders and hips hold still while arms and legs move or leave the picture.
    steady = [1.0 if "shoulder" in joint or "hip" in joint else 0.2 for joint in JOINTS]
    weight = torch.tensor(steady, device=joints.device, dtype=joints.dtype).unsqueeze(1)
    weight = weight * (confidence + 1e-3)
    weight = weight / weight.sum(dim=1, keepdim=True)
    middle = (weight * joints[:, :, :2]).sum(dim=1, keepdim=True)
    offset = joints[:, :, :2] - middle
    size = (weight * offset.square()).sum(dim=(1, 2), keepdim=True).sqrt() + 0.02
    body = (offset / size * confidence).clamp(-8.0, 8.0)
    place = [middle[:, 0], size[:, 0].log(), confidence.mean(dim=1)]
    return torch.cat([body.flatten(1), confidence.flatten(1), *place], dim=1)
