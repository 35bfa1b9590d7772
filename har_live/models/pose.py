"""A small network that finds a person's joints in a picture."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from har_live.models.planes import product

JOINTS = (
    "head",
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
"""Left and right are the person's own."""
MIRRORED = (0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11)
"""The joint that each one becomes when the picture is mirrored."""

LOOK_SIZE = 96
"""Side in pixels of the square that the network looks at."""
PLACES = LOOK_SIZE // 4
"""Side of the grid of places that a joint can be at."""


class Residual(nn.Module):
    """Two 3×3 convolutions beside a shortcut."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            convolution(channels, channels),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.layers(x))


def convolution(inputs: int, outputs: int, *, kernel: int = 3, stride: int = 1) -> nn.Sequential:
    """Convolution, batch normalisation, ReLU."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


def normalised(picture: Tensor) -> Tensor:
    """Each picture at its own mean 0 and deviation 1, dark parts lifted: night looks like day.

    ``picture`` is (N, 3, H, W) float, 0–255; so is the shape of the result.
    """
    lifted = (picture + 1.0).sqrt()
    mean = lifted.mean(dim=(1, 2, 3), keepdim=True)
    variance = (lifted - mean).square().mean(dim=(1, 2, 3), keepdim=True)
    return (lifted - mean) / (variance + 0.05).sqrt()


class PoseNet(nn.Module):
    """A residual network with a way down and a way up again (an hourglass of one).

    For each joint it answers with one softmax over the 24×24 places *and* "not in the picture".
    """

    def __init__(self, widths: tuple[int, int, int, int] = (24, 40, 80, 144)) -> None:
        super().__init__()
        half, quarter, eighth, sixteenth = widths
        self.down4 = nn.Sequential(
            convolution(3, half, kernel=5, stride=2),
            convolution(half, quarter, stride=2),
            Residual(quarter),
        )
        self.down8 = nn.Sequential(convolution(quarter, eighth, stride=2), Residual(eighth))
        self.down16 = nn.Sequential(
            convolution(eighth, sixteenth, stride=2), Residual(sixteenth), Residual(sixteenth)
        )
        self.up8 = nn.Conv2d(sixteenth, eighth, 1)
        self.up4 = nn.Conv2d(eighth, quarter, 1)
        self.refine8 = Residual(eighth)
        self.refine4 = Residual(quarter)
        self.places = nn.Conv2d(quarter, len(JOINTS), 1)
        self.absent = nn.Linear(sixteenth, len(JOINTS))

    def forward(self, picture: Tensor) -> Tensor:
        """(N, 3, 96, 96) float 0–255 → (N, J, 24·24 + 1) log-probabilities, the last "absent"."""
        x4 = self.down4(normalised(picture))
        x8 = self.down8(x4)
        x16 = self.down16(x8)
        x8 = self.refine8(x8 + F.interpolate(self.up8(x16), scale_factor=2.0))
        x4 = self.refine4(x4 + F.interpolate(self.up4(x8), scale_factor=2.0))
        places = self.places(x4).flatten(2)  # (N, J, 24, 24) → (N, J, 576)
        absent = self.absent(x16.amax(dim=(2, 3))).unsqueeze(2)
        return torch.cat([places, absent], dim=2).log_softmax(dim=2)


def keypoints_of(log_probabilities: Tensor, *, sharpness: float = 4.0) -> Tensor:
    """(N, J, 24·24 + 1) log-probabilities → (N, J, 3): x, y as shares of the look, confidence."""
    # Sharpened, a second person or the other leg pulls the mean less.
    places = (log_probabilities[:, :, :-1] * sharpness).softmax(dim=2)
    centres = (torch.arange(PLACES, device=places.device, dtype=places.dtype) + 0.5) / PLACES
    y, x = torch.meshgrid(centres, centres, indexing="ij")
    at = product(places, torch.stack([x.flatten(), y.flatten()], dim=1))  # → (N, J, 2)
    confidence = 1.0 - log_probabilities[:, :, -1:].exp()
    return torch.cat([at, confidence], dim=2)
