"""The parts that the published pose network is built of. Normalisation is folded into them."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F


def planes(pictures: Tensor) -> Tensor:
    """Convert (N, H, W, 3) uint8 → (N, 3, H, W) float, still 0–255."""
    return pictures.permute(0, 3, 1, 2).float()


def convolution(inputs: int, outputs: int, *, kernel: int = 1, stride: int = 1) -> nn.Sequential:
    """Build a convolution and ReLU6."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2), nn.ReLU6(inplace=True)
    )


def depthwise(channels: int, *, kernel: int = 3, stride: int = 1) -> nn.Sequential:
    """Build a convolution of each channel by itself and ReLU6."""
    return nn.Sequential(
        nn.Conv2d(channels, channels, kernel, stride, kernel // 2, groups=channels),
        nn.ReLU6(inplace=True),
    )


class HalvingConv(nn.Conv2d):
    """3×3, stride 2, on maps of even size, padded right and below only, as TensorFlow pads."""

    def __init__(self, inputs: int, outputs: int, *, groups: int = 1) -> None:
        super().__init__(inputs, outputs, 3, 2, groups=groups)

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(F.pad(x, (0, 1, 0, 1)))


class InvertedResidual(nn.Module):
    """Widen, convolve each channel by itself, narrow; added to what came in where shapes allow.

    Args:
        spread: the convolution of each channel by itself; ``wide`` channels in and out.
        wide: ``inputs`` leaves the widening out.
    """

    def __init__(self, inputs: int, outputs: int, *, wide: int, spread: nn.Module) -> None:
        super().__init__()
        self.widen = nn.Identity() if wide == inputs else convolution(inputs, wide)
        self.spread = spread
        self.narrow = nn.Conv2d(wide, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.narrow(self.spread(self.widen(x)))
        return x + y if y.shape == x.shape else y
