"""Weights kept as half-precision numbers: files of half the size, computed with as before.

The network's matrices and filters are rounded first, so that both files hold exactly what scores.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

MIN_NUMBERS = 1024
"""Smaller tensors of an ONNX file stay as they are: a conversion each would cost more."""


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


def store_as_halves(path: Path) -> None:
    """Rewrite an ONNX file: constants that halves can hold exactly become halves and a cast.

    Runtimes do the cast once, while they load.
    """
    model = onnx.load(path)
    graph = model.graph
    casts = []
    for constant in graph.initializer:
        values = numpy_helper.to_array(constant)
        if values.dtype != np.float32 or values.size < MIN_NUMBERS:
            continue
        halves = values.astype(np.float16)
        if np.array_equal(halves, values):
            name = constant.name
            constant.CopyFrom(numpy_helper.from_array(halves, f"{name}.half"))
            casts.append(helper.make_node("Cast", [constant.name], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.save(model, path)
