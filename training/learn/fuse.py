"""Several LRCNs become one: what reads the pose alone and what reads the motion too.

Trained together, the part that is learnt by heart fastest drowns the others; trained apart and
averaged, none does. At run time they are one layer of blocks, and a classifier on all their states
averages their logits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from har_live.models.build import build_model
from har_live.models.config import ModelConfig
from har_live.models.window_model import WindowModel

GATES = 4


def fused(
    models: Sequence[WindowModel], config: ModelConfig, *, image_size: int
) -> tuple[WindowModel, ModelConfig]:
    """One network whose logits are the mean of the models'.

    Args:
        models: one-layer LRCNs with the same labels behind the same encoder; they may have measured
            the features' mean and deviation on different windows.
        config: of the first; of the network's blocks each is one of them.
    """
    first = models[0]
    widths = tuple(m.cells.state_shapes[0][0] for m in models)
    config = replace(config, hidden=(sum(widths),), blocks=(widths,))
    model = build_model(config, image_size=image_size, num_labels=first.classifier.out_features)
    model.encoder.load_state_dict(first.encoder.state_dict())
    cells, classifier = model.cells, model.classifier
    with torch.no_grad():
        inputs = [_behind(first, one) for one in models]
        cells.from_input[0].weight.copy_(_by_gate([weight for weight, _ in inputs]))
        cells.from_input[0].bias.copy_(_by_gate([bias for _, bias in inputs]))
        for block, one in zip(cells.from_hidden[0].blocks, models, strict=True):
            block.load_state_dict(one.cells.from_hidden[0].state_dict())
        weights = [m.classifier.weight / len(models) for m in models]
        classifier.weight.copy_(torch.cat(weights, dim=1))
        classifier.bias.copy_(torch.stack([m.classifier.bias for m in models]).mean(dim=0))
    return model.eval(), config


def _behind(first: WindowModel, model: WindowModel) -> tuple[Tensor, Tensor]:
    """Weight and bias with which ``model`` reads features that ``first`` has standardised.

    (x − m₂) / d₂ = ((x − m₁) / d₁) · d₁/d₂ + (m₁ − m₂) / d₂.
    """
    one, other = first.encoder, model.encoder
    layer = model.cells.from_input[0]
    shift = (one.mean - other.mean) / other.deviation
    return layer.weight * (one.deviation / other.deviation), layer.bias + layer.weight @ shift


def _by_gate(parts: Sequence[Tensor]) -> Tensor:
    """Rows of the same gate side by side: (4·a, …), (4·b, …) … → (4·(a + b + …), …)."""
    gates = zip(*(part.chunk(GATES) for part in parts), strict=True)
    return torch.cat([block for gate in gates for block in gate])
