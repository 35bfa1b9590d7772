"""The frame encoders of the notebook that this project grew from, kept to repeat its comparison."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from har_live.models.window_model import FrameEncoder


def as_planes(pictures: Tensor) -> Tensor:
    """Convert (N, S, S, 3) uint8 RGB → (N, 3, S, S) float, 0–1."""
    return pictures.permute(0, 3, 1, 2).float() / 255


class PictureEncoder(FrameEncoder):
    """Reads a grid frame, (N, S, S, 3) uint8 RGB, and the one before it, which may be ignored."""

    input_names = ("frame", "previous")

    def __init__(self, image_size: int) -> None:
        super().__init__()
        self.image_size = image_size

    def example(self, count: int) -> tuple[Tensor, ...]:
        """Return inputs of ``count`` subjects, all black: their shapes and dtypes."""
        shape = (count, self.image_size, self.image_size, 3)
        return tuple(torch.zeros(shape, dtype=torch.uint8) for _ in self.input_names)

    def unroll(self, *clip: Tensor) -> tuple[Tensor, Tensor]:
        """Unroll (B, T + 1, S, S, 3) of whole windows → the T frames and those before, (B*T, S, S,
        3)."""
        (frames,) = clip
        return frames[:, 1:].flatten(0, 1), frames[:, :-1].flatten(0, 1)


class SeedCNN(PictureEncoder):
    """Four convolutions, 16-32-64-64, with pooling 4-4-2-2: one vector of 64 for 64×64 pixels."""

    def __init__(self, *, image_size: int, dropout: float = 0.25) -> None:
        super().__init__(image_size)
        layers: list[nn.Module] = []
        before = 3
        for width, pool, drop in ((16, 4, dropout), (32, 4, dropout), (64, 2, dropout), (64, 2, 0)):
            layers += [nn.Conv2d(before, width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(pool)]
            layers += [nn.Dropout(drop)]
            before = width
        self.layers = nn.Sequential(*layers, nn.Flatten())
        self.out_features = 64 * (image_size // 64) ** 2
        if self.out_features == 0:
            raise ValueError(f"image_size is {image_size}; the seed CNN needs at least 64 pixels")

    def forward(self, frame: Tensor, previous: Tensor) -> Tensor:
        features: Tensor = self.layers(as_planes(frame))
        return features


class Pixels(PictureEncoder):
    """No encoder: the ConvLSTM cells read the pixels themselves."""

    def __init__(self, *, image_size: int) -> None:
        super().__init__(image_size)
        self.out_shape = (3, image_size, image_size)

    def forward(self, frame: Tensor, previous: Tensor) -> Tensor:
        return as_planes(frame)
