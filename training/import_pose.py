"""The two published pose networks as weights of ours: read, checked against the originals, written.

    python -m training import-pose ../shared/data/models --out weights/pose

Needs what runs the originals: ``pip install -e '.[train,import-pose]'``. Originals and our modules
list their convolutions in the order in which they run: that is the whole mapping.
"""

from __future__ import annotations

import json
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import nn

from har_live.card import file_sha256
from har_live.errors import WeightsError
from har_live.models.movenet import SIZE_STEP, MoveNet
from training.published_pose import NETWORKS, Network, Numbers, Outputs, Runs, open_session
from training.ship.shared_numbers import export_sharing

PARITY = 1e-3
"""Largest difference to the original, in shares of the picture."""
RUNTIME_PARITY = 1e-4
"""Largest difference between torch and ONNX Runtime."""
SURE = 0.1
"""A person's score in MoveNet: rows below it are nobody, and rounding decides what is in them."""
NUM_PICTURES = 24
ORIGIN_FILE = "origin.json"
"""Whose the numbers are; no card: these weights name no labels."""


def import_pose(models: Path, out: Path, *, pictures: Path) -> None:
    """Write ``<name>.safetensors`` and ``<name>.onnx`` of each network, and ``origin.json``.

    Args:
        models: folder of the originals.
        out: folder to write.
        pictures: a tar of photos of people that all are compared on.

    Raises:
        WeightsError: ours does not say what the original says; nothing was written.
    """
    out.mkdir(parents=True, exist_ok=True)
    photos = read_photos(pictures, count=NUM_PICTURES)
    origin: dict[str, Any] = {"licence": "Apache-2.0", "networks": {}}
    with tempfile.TemporaryDirectory(dir=out, prefix=".import-") as scratch:
        draft = Path(scratch)
        for name, network in NETWORKS.items():
            origin["networks"][name] = _import_one(name, network, models, draft, photos)
        (draft / ORIGIN_FILE).write_text(json.dumps(origin, indent=2) + "\n", "utf-8")
        for path in draft.iterdir():
            path.replace(out / path.name)


def _import_one(
    name: str, network: Network, models: Path, folder: Path, photos: Sequence[NDArray[np.uint8]]
) -> dict[str, Any]:
    """Its two files, and what ``origin.json`` says of it."""
    source = models / network.file
    module = network.build().eval()
    fill(module, network.numbers(source))
    tensors, graph = folder / f"{name}.safetensors", folder / f"{name}.onnx"
    # The published numbers are halves: nothing is rounded here.
    save_file({key: value.half() for key, value in module.state_dict().items()}, tensors)
    _export(module, network, tensors, graph)
    shown = [fitted(photo, size) for photo in photos for size in network.sizes]
    ours, exported = in_torch(module), in_onnxruntime(graph)
    original = network.original(source)
    gap = max(difference(ours(x), original(x)) for x in shown)
    _require(gap, PARITY, f"{name} differs from {network.file}")
    runtime_gap = max(difference(exported(x), ours(x)) for x in shown)
    _require(runtime_gap, RUNTIME_PARITY, f"{graph.name} differs from torch")
    return {
        "origin": network.origin,
        "made_from": {network.file: file_sha256(source)},
        "sha256": {path.name: file_sha256(path) for path in (tensors, graph)},
        "differs_from_original_by": float(f"{gap:.1g}"),
    }


@torch.no_grad()
def fill(module: nn.Module, numbers: Sequence[Numbers]) -> None:
    """Copy published numbers into a module's convolutions, one after the other.

    Raises:
        WeightsError: they don't fit, or are no halves.
    """
    convolutions = [part for part in module.modules() if isinstance(part, nn.Conv2d)]
    if len(convolutions) != len(numbers):
        raise WeightsError(f"{len(numbers)} convolutions in the file, expected {len(convolutions)}")
    for part, pair in zip(convolutions, numbers, strict=True):
        for own, given in zip((part.weight, part.bias), pair, strict=True):
            if own is None and given is None:
                continue
            if own is None or given is None or own.shape != given.shape:
                raise WeightsError(f"{part} does not fit the file's next convolution")
            if not np.array_equal(given, given.astype(np.float16)):
                raise WeightsError("the file's numbers are no halves; expected the published ones")
            own.copy_(torch.from_numpy(np.array(given, np.float32)))


def in_torch(module: nn.Module) -> Runs:
    """Ours, by PyTorch."""

    @torch.inference_mode()
    def run(pictures: NDArray[np.uint8]) -> Outputs:
        outputs = module(torch.from_numpy(pictures))
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        return tuple(output.numpy() for output in outputs)

    return run


def in_onnxruntime(path: Path) -> Runs:
    """Ours, by ONNX Runtime."""
    session = open_session(path)
    (given,) = session.get_inputs()
    return lambda pictures: tuple(session.run(None, {given.name: pictures}))


def difference(some: Outputs, others: Outputs) -> float:
    """The largest of a place or a score; where there are people, in MoveNet's rows."""
    if len(some) == 1:
        sure = others[0][..., -1] > SURE
        some, others = (some[0][sure],), (others[0][sure],)
    return max(float(np.abs(a - b).max(initial=0)) for a, b in zip(some, others, strict=True))


def read_photos(path: Path, *, count: int) -> list[NDArray[np.uint8]]:
    """Photos evenly from all over a tar, (H, W, 3) uint8 RGB."""
    with tarfile.open(path) as tar:
        members = [member for member in tar if member.isfile()]
        data = [tar.extractfile(m).read() for m in members[:: max(1, len(members) // count)]]
    pictures = (cv2.imdecode(np.frombuffer(d, np.uint8), cv2.IMREAD_COLOR) for d in data[:count])
    return [cv2.cvtColor(picture, cv2.COLOR_BGR2RGB) for picture in pictures]


def _export(module: nn.Module, network: Network, tensors: Path, graph: Path) -> None:
    count = torch.export.Dim("count")
    height, width = (
        SIZE_STEP * torch.export.Dim(side, min=2, max=64) for side in ("rows", "columns")
    )
    free = {0: count, 1: height, 2: width} if network.build is MoveNet else {0: count}
    example = torch.zeros(2, *network.sizes[0], 3, dtype=torch.uint8)
    export_sharing(
        module,
        (example,),
        tensors,
        graph,
        input_names=(network.inputs,),
        output_names=network.outputs,
        dynamic_shapes={network.inputs: free},
    )


def fitted(photo: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """As a network sees it, (1, H, W, 3), whatever shape that gives the person."""
    return cv2.resize(photo, size[::-1], interpolation=cv2.INTER_LINEAR)[None]


def _require(gap: float, allowed: float, message: str) -> None:
    if not gap <= allowed:
        raise WeightsError(f"{message} by {gap:.2g} (allowed: {allowed:g}); nothing was written")
