"""Two LRCNs become one: what reads the pose and what reads the motion, side by side.

Trained together, the part that is learnt by heart fastest drowns the other. Trained apart, each by
itself, and added up at the end, neither does. It needs nothing new at run time: an LSTM whose
weights are two blocks is two LSTMs, and a classifier on both states adds their logits.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from har_live.models.build import build_model
from har_live.models.config import ModelConfig
from har_live.models.window_model import WindowModel

GATES = 4


def fused(
    first: WindowModel,
    second: WindowModel,
    config: ModelConfig,
    *,
    image_size: int,
    second_weight: float = 1.0,
) -> tuple[WindowModel, ModelConfig]:
    """One network whose logits are ``first``'s plus ``second_weight`` times ``second``'s.

    Args:
        first, second: one-layer LRCNs with the same labels behind the same encoder; they may have
            measured the features' mean and deviation on different windows.
        config: of ``first``; its width is the sum of both.
    """
    widths = [model.cells.state_shapes[0][0] for model in (first, second)]
    config = replace(config, hidden=(sum(widths),))
    model = build_model(config, image_size=image_size, num_labels=first.classifier.out_features)
    model.encoder.load_state_dict(first.encoder.state_dict())
    with torch.no_grad():
        _fill(model, first, second, second_weight)
        _standardise_alike(model, first, second)
    return model.eval(), config


def _fill(
    model: WindowModel, first: WindowModel, second: WindowModel, second_weight: float
) -> None:
    cells, one, other = model.cells, first.cells, second.cells
    cells.from_input[0].weight.copy_(_by_gate(one.from_input[0].weight, other.from_input[0].weight))
    cells.from_input[0].bias.copy_(_by_gate(one.from_input[0].bias, other.from_input[0].bias))
    blocks = [
        torch.block_diag(a, b)
        for a, b in zip(
            one.from_hidden[0].weight.chunk(GATES),
            other.from_hidden[0].weight.chunk(GATES),
            strict=True,
        )
    ]
    cells.from_hidden[0].weight.copy_(torch.cat(blocks))
    weights = [first.classifier.weight, second_weight * second.classifier.weight]
    model.classifier.weight.copy_(torch.cat(weights, dim=1))
    model.classifier.bias.copy_(first.classifier.bias + second_weight * second.classifier.bias)


def _standardise_alike(model: WindowModel, first: WindowModel, second: WindowModel) -> None:
    """Give the second's block, in weights and bias, what it would see with its own mean and
    deviation: (x − m₂) / d₂ = ((x − m₁) / d₁) · d₁/d₂ + (m₁ − m₂) / d₂."""
    one, other = first.encoder, second.encoder
    scale, shift = one.deviation / other.deviation, (one.mean - other.mean) / other.deviation
    weight = second.cells.from_input[0].weight
    bias = second.cells.from_input[0].bias + weight @ shift
    layer, width = model.cells.from_input[0], first.cells.state_shapes[0][0]
    rows = layer.weight.unflatten(0, (GATES, -1))[:, width:]
    rows.copy_((weight * scale).unflatten(0, (GATES, -1)))
    layer.bias.unflatten(0, (GATES, -1))[:, width:].copy_(bias.unflatten(0, (GATES, -1)))


def _by_gate(first: Tensor, second: Tensor) -> Tensor:
    """Rows of the same gate side by side: (4·a, …) and (4·b, …) → (4·(a + b), …)."""
    pairs = zip(first.chunk(GATES), second.chunk(GATES), strict=True)
    return torch.cat([part for pair in pairs for part in pair])
