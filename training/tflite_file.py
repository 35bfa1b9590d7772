"""What a TensorFlow Lite file is made of, by the reader that ai-edge-litert brings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

_KINDS = {schema.TensorType.FLOAT16: np.float16, schema.TensorType.FLOAT32: np.float32}


def read_convolutions(
    path: Path, *, outputs: Sequence[str]
) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Filters, (out, in, h, w), and bias of the convolutions that some outputs depend on.

    In the order in which they run.
    """
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(path.read_bytes(), 0))
    graph = model.subgraphs[0]
    wanted = {i for i in graph.outputs if graph.tensors[i].name.decode() in outputs}
    halves_of = {}
    needed: list[tuple[bool, Any]] = []
    for operator in reversed(graph.operators):
        if not wanted & set(operator.outputs):
            continue
        wanted |= set(operator.inputs)
        kind = _kind(model, operator)
        if kind == schema.BuiltinOperator.DEQUANTIZE:
            halves_of[operator.outputs[0]] = operator.inputs[0]
        elif kind == schema.BuiltinOperator.CONV_2D:
            needed.append((False, operator))
        elif kind == schema.BuiltinOperator.DEPTHWISE_CONV_2D:
            needed.append((True, operator))
    found = []
    for depthwise, operator in reversed(needed):
        filters, bias = (_constant(model, halves_of[i]) for i in operator.inputs[1:])
        # (out, h, w, in), and (1, h, w, out) where each channel is by itself.
        found.append((filters.transpose((3, 0, 1, 2) if depthwise else (0, 3, 1, 2)), bias))
    return found


def _kind(model: Any, operator: Any) -> int:
    code = model.operatorCodes[operator.opcodeIndex]
    return max(code.builtinCode, code.deprecatedBuiltinCode)


def _constant(model: Any, index: int) -> NDArray[np.float32]:
    tensor = model.subgraphs[0].tensors[index]
    data = bytes(model.buffers[tensor.buffer].data)
    return np.frombuffer(data, _KINDS[tensor.type]).reshape(tensor.shape).astype(np.float32)
