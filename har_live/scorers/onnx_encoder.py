"""Cuts out of an exported network what is done once a grid frame, whatever the windows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from har_live.errors import BackendError

if TYPE_CHECKING:
    from pathlib import Path

PICTURES = ("frame", "previous")


def encoder_alone(path: Path) -> bytes:
    """The part of an exported network that depends on the pictures alone, as an ONNX file.

    That is the encoder and the input part of the first gates. Inputs: frame, previous; output:
    what the rest of the network takes from it.

    Raises:
        BackendError: the package that reads ONNX files is not installed.
    """
    try:
        import onnx
    except ImportError as error:
        raise BackendError(
            "the encoder alone can't be had from model.onnx without the package onnx; "
            "pip install onnx"
        ) from error
    model = onnx.load(path)
    graph = model.graph
    nodes, outputs = _split(graph)
    inputs = [item for item in graph.input if item.name in PICTURES]
    for field, kept in (
        (graph.node, nodes),
        (graph.input, inputs),
        (
            graph.output,
            [onnx.helper.make_tensor_value_info(n, onnx.TensorProto.FLOAT, None) for n in outputs],
        ),
    ):
        del field[:]
        field.extend(kept)
    return bytes(model.SerializeToString())


def _split(graph: Any) -> tuple[list[Any], list[str]]:
    """Nodes that no window has a part in, and the tensors that cross over to those that do."""
    of_pictures = set(PICTURES)
    of_windows = {item.name for item in graph.input} - of_pictures
    nodes, crossing = [], []
    for node in graph.node:  # in the order of execution
        names = set(node.input)
        if names & of_windows:
            of_windows |= set(node.output)
            crossing += [name for name in node.input if name in of_pictures]
        else:
            nodes.append(node)
            if names & of_pictures:
                of_pictures |= set(node.output)
    return nodes, list(dict.fromkeys(crossing))
