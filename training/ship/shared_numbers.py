"""An ONNX graph whose numbers lie in the safetensors file beside it, so that both are there once.

ONNX keeps a tensor's bytes in another file when told its place, and safetensors is a header and
then bytes. Halves are cast to full floats in the graph; ONNX Runtime does that once, as it loads.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from har_live.errors import WeightsError
from training.ship.onnx_export import write_onnx

KINDS = {"F16": (np.dtype("<f2"), TensorProto.FLOAT16), "F32": (np.dtype("<f4"), TensorProto.FLOAT)}
"""What safetensors calls a kind of number, to what NumPy and ONNX call it."""


class Place(NamedTuple):
    """Where a tensor's bytes lie in a safetensors file."""

    kind: str
    shape: tuple[int, ...]
    offset: int
    """In bytes, from the start of the file."""
    length: int
    """In bytes."""


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
    named = {_key(_values(data, place)): name for name, place in places.items()}
    casts, found = [], set()
    for constant in graph.initializer:
        if constant.data_type != TensorProto.FLOAT:
            continue
        name = named.get(_key(numpy_helper.to_array(constant)))
        if name is None:
            continue
        found.add(name)
        own_name = constant.name
        if places[name].kind == "F16":
            casts.append(
                helper.make_node("Cast", [f"{own_name}.half"], [own_name], to=TensorProto.FLOAT)
            )
            own_name = f"{own_name}.half"
        constant.CopyFrom(_outside(own_name, places[name], tensors_path.name))
    missing = {key: name for key, name in named.items() if name not in found}
    if missing:
        raise WeightsError(
            f"the exporter changed {', '.join(sorted(missing.values()))}: the ONNX file would hold "
            f"them a second time"
        )
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)


def read_places(path: Path) -> dict[str, Place]:
    """Where each tensor of a safetensors file lies."""
    with path.open("rb") as file:
        header_length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(header_length))
    header.pop("__metadata__", None)
    start = 8 + header_length
    return {
        name: Place(
            entry["dtype"],
            tuple(entry["shape"]),
            start + entry["data_offsets"][0],
            entry["data_offsets"][1] - entry["data_offsets"][0],
        )
        for name, entry in header.items()
    }


def _drop_notes(graph: Any) -> None:
    """The exporter notes at each node which lines of Python it stems from: most of the file."""
    del graph.value_info[:]
    for part in (*graph.node, *graph.input, *graph.output, *graph.initializer, graph):
        part.doc_string = ""
        del part.metadata_props[:]


def _values(data: bytes, place: Place) -> NDArray[np.float32]:
    kind, _ = KINDS[place.kind]
    stored = np.frombuffer(data, kind, place.length // kind.itemsize, place.offset)
    return stored.reshape(place.shape).astype(np.float32)


def _key(values: NDArray[np.float32]) -> tuple[tuple[int, ...], bytes]:
    return values.shape, values.tobytes()


def _outside(name: str, place: Place, file_name: str) -> TensorProto:
    tensor = TensorProto(name=name, data_type=KINDS[place.kind][1], dims=place.shape)
    tensor.data_location = TensorProto.EXTERNAL
    where = {"location": file_name, "offset": place.offset, "length": place.length}
    for key, value in where.items():
        tensor.external_data.add(key=key, value=str(value))
    return tensor
