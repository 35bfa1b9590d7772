"""Weights kept as half-precision numbers: files of half the size, computed with as before.

The network's matrices and filters are rounded first, so that the file holds exactly what scores.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


@torch.no_grad()
def round_to_halves(model: nn.Module) -> None:
    """Round all matrices and filters, in place. Biases and what normalises stay exact."""
    for weight in model.parameters():
        if weight.dim() > 1:
            weight.copy_(weight.half())


def as_halves(model: nn.Module) -> dict[str, Tensor]:
    """The state to be stored: what ``round_to_halves`` rounded in half precision, the rest in
    full."""
    rounded = {name for name, weight in model.named_parameters() if weight.dim() > 1}
    return {
        name: (value.half() if name in rounded else value).contiguous()
        for name, value in model.state_dict().items()
    }
