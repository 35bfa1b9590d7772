"""An ONNX graph whose numbers lie in the safetensors file beside it, so that both are there once.

ONNX keeps a tensor's bytes in another file when told its place, and safetensors is a header and
then bytes. Halves are cast to full floats in the graph; ONNX Runtime does that once, as it loads.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from har_live.errors import WeightsError
from har_live.lessons.tensors_file import Place, read_places, values_at
from training.export.onnx_export import write_onnx

KINDS: dict[str, int] = {"F16": TensorProto.FLOAT16, "F32": TensorProto.FLOAT}
"""Kinds of numbers by their names in safetensors: their names in ONNX."""


def export_sharing(
    module: nn.Module,
    example_inputs: tuple[Tensor, ...],
    tensors_path: Path,
    onnx_path: Path,
    *,
    input_names: Sequence[str],
    output_names: Sequence[str],
    dynamic_shapes: Any,
) -> None:
    """Write ``module`` as an ONNX file that finds its numbers in ``tensors_path``.

    Args:
        module: its numbers must be exactly those of the safetensors file, as full floats.
        example_inputs: see ``write_onnx``, as for what follows.
        tensors_path: a safetensors file, in halves or full floats, in the folder of ``onnx_path``.
            The two files must be moved together and neither changed without the other.
        onnx_path: the file to write.

    Raises:
        WeightsError: a tensor of the file is not in the graph as it is.
    """
    if tensors_path.parent.resolve() != onnx_path.parent.resolve():
        raise ValueError(f"{tensors_path} and {onnx_path} must lie in one folder")
    write_onnx(
        module,
        example_inputs,
        onnx_path,
        input_names=input_names,
        output_names=output_names,
        dynamic_shapes=dynamic_shapes,
    )
    model = onnx.load(onnx_path)
    share_numbers(model.graph, tensors_path)
    _drop_notes(model.graph)
    onnx.save(model, onnx_path)


def share_numbers(graph: Any, tensors_path: Path) -> None:
    """Let a graph's constants lie in a safetensors file, wherever that holds the same numbers.

    Numbers decide, not names, which exporters change.

    Raises:
        WeightsError: a tensor of the file is not in the graph, which would carry it once more.
    """
    places = read_places(tensors_path)
    data = tensors_path.read_bytes()
    stored = {name: values_at(data, place) for name, place in places.items()}
    named = {_key(values): name for name, values in stored.items()}
    # The exporter multiplies three-dimensional inputs by matrices that it has turned.
    turned = {_key(values.T): name for name, values in stored.items() if values.ndim == 2}
    changes, found = [], set()
    for constant in graph.initializer:
        if constant.data_type != TensorProto.FLOAT:
            continue
        key = _key(numpy_helper.to_array(constant))
        name = named.get(key) or turned.get(key)
        if name is None:
            continue
        found.add(name)
        outside, nodes = _from_outside(constant.name, places[name], is_turned=key not in named)
        changes += nodes
        constant.CopyFrom(_outside(outside, places[name], tensors_path.name))
    # One number alone may be part of another one in the graph: its place costs nothing.
    missing = sorted(
        name
        for name, values in stored.items()
        if values.size > 1 and named[_key(values)] not in found
    )
    if missing:
        raise WeightsError(
            f"the exporter changed {', '.join(missing)}: the ONNX file would hold them a second "
            "time"
        )
    nodes = [*changes, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)


def _from_outside(name: str, place: Place, *, is_turned: bool) -> tuple[str, list[Any]]:
    """The name of the numbers as they are stored, and the nodes that make the constant of them.

    ONNX Runtime does it once, as it loads.
    """
    steps: list[tuple[str, str, dict[str, Any]]] = []
    if place.kind == "F16":
        steps.append(("half", "Cast", {"to": TensorProto.FLOAT}))
    if is_turned:
        steps.append(("turned", "Transpose", {"perm": [1, 0]}))
    nodes: list[Any] = []
    for suffix, kind, options in reversed(steps):
        before = f"{name}.{suffix}"
        nodes.insert(0, helper.make_node(kind, [before], [name], **options))
        name = before
    return name, nodes


def _drop_notes(graph: Any) -> None:
    """The exporter notes at each node which lines of Python it stems from: most of the file."""
    del graph.value_info[:]
    for part in (*graph.node, *graph.input, *graph.output, *graph.initializer, graph):
        part.doc_string = ""
        del part.metadata_props[:]


def _key(values: NDArray[np.float32]) -> tuple[tuple[int, ...], bytes]:
    return values.shape, values.tobytes()


def _outside(name: str, place: Place, file_name: str) -> TensorProto:
    tensor = TensorProto(name=name, data_type=KINDS[place.kind], dims=place.shape)
    tensor.data_location = TensorProto.EXTERNAL
    where = {"location": file_name, "offset": place.offset, "length": place.length}
    for key, value in where.items():
        tensor.external_data.add(key=key, value=str(value))
    return tensor
