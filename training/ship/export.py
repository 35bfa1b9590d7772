"""Write a trained network as a weights folder: safetensors, ONNX and card, proven to agree."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save
from torch import Tensor, nn

from har_live.card import (
    CARD_FILE,
    INT8_FILE,
    ONNX_FILE,
    TENSORS_FILE,
    ModelCard,
    Weights,
    file_sha256,
)
from har_live.errors import WeightsError
from har_live.models.window_model import WindowModel
from har_live.scorers.onnx import OnnxScorer
from training.ship.halves import as_halves, round_to_halves, store_as_halves
from training.ship.onnx_export import write_onnx

PARITY_TOLERANCE = 1e-4
"""Largest difference between torch's and ONNX Runtime's probabilities, fp32."""


class _OneStep(nn.Module):
    """The graph that ships: one grid frame in, every open window advanced and classified."""

    def __init__(self, model: WindowModel) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, frame: Tensor, previous: Tensor, keep: Tensor, *state: Tensor
    ) -> tuple[Tensor, ...]:
        new_state = self.model.step(self.model.encode(frame, previous), state, keep)
        return self.model.classify(new_state), *new_state


def export_weights(model: WindowModel, card: ModelCard, folder: Path) -> Weights:
    """Write ``card.json``, ``model.safetensors`` and ``model.onnx`` into ``folder``.

    Its matrices are rounded to half precision, in which both files keep them, and it is computed
    with in full. Nothing in ``folder`` changes before the ONNX file has given torch's scores.

    Raises:
        WeightsError: the two runtimes disagree.
    """
    model = model.cpu().eval()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".export-") as scratch:
        draft = Path(scratch)
        round_to_halves(model)
        # Not ``save_file``, whose file only its owner may read.
        (draft / TENSORS_FILE).write_bytes(save(as_halves(model)))
        export_onnx(model, draft / ONNX_FILE, image_size=card.clip.image_size)
        store_as_halves(draft / ONNX_FILE)
        names = (TENSORS_FILE, ONNX_FILE)
        card = dataclasses.replace(card, sha256={n: file_sha256(draft / n) for n in names})
        require_parity(model, Weights(draft, card))
        card.write(draft)
        for name in (*names, CARD_FILE):
            (draft / name).replace(folder / name)
    (folder / INT8_FILE).unlink(missing_ok=True)  # made of the network that was there before
    return Weights(folder, card)


def export_onnx(model: WindowModel, path: Path, *, image_size: int) -> None:
    """Write one step as ONNX with the states as inputs and outputs.

    Inputs: frame, previous (B, S, S, 3) uint8; keep (B, W) float; state_i (B, W, …) float.
    Outputs: probabilities (B, W, K); new_state_i. B and W are free.
    """
    # 2 and 3, since the exporter takes a size of 1 for a constant.
    state = model.zero_state(2, 3)
    picture = torch.zeros(2, image_size, image_size, 3, dtype=torch.uint8)
    streams, windows = torch.export.Dim("streams"), torch.export.Dim("windows")
    write_onnx(
        _OneStep(model),
        # Two tensors: the exporter would take one tensor given twice for one input.
        (picture, picture.clone(), torch.ones(2, 3), *state),
        path,
        input_names=["frame", "previous", "keep", *(f"state_{i}" for i in range(len(state)))],
        output_names=["probabilities", *(f"new_state_{i}" for i in range(len(state)))],
        dynamic_shapes={
            "frame": {0: streams},
            "previous": {0: streams},
            "keep": {0: streams, 1: windows},
            "state": tuple({0: streams, 1: windows} for _ in state),
        },
    )


@torch.inference_mode()
def require_parity(model: WindowModel, weights: Weights, *, num_steps: int = 6) -> float:
    """Run the exported file beside torch on random pictures.

    Returns:
        The largest difference of a probability.

    Raises:
        WeightsError: it is above ``PARITY_TOLERANCE``.
    """
    size = weights.card.clip.image_size
    random = np.random.default_rng(0)
    worst = 0.0
    for num_streams, num_windows in ((1, 1), (2, 4)):
        exported = OnnxScorer(weights, device="cpu").open_windows(num_streams, num_windows)
        state = model.zero_state(num_streams, num_windows)
        previous = _pictures(num_streams, size, random)
        for step in range(num_steps):
            frames = _pictures(num_streams, size, random)
            keep = (random.random((num_streams, num_windows)) < 0.8) & (step > 0)
            features = model.encode(torch.from_numpy(frames), torch.from_numpy(previous))
            state = model.step(features, state, torch.from_numpy(keep.astype(np.float32)))
            expected = model.classify(state).numpy()
            scores = exported.advance(frames, previous, keep)
            worst = max(worst, float(np.abs(scores - expected).max()))
            previous = frames
    if not worst <= PARITY_TOLERANCE:
        raise WeightsError(
            f"the exported ONNX file differs from torch by {worst:.2g} (allowed: "
            f"{PARITY_TOLERANCE:g}); nothing was written"
        )
    return worst


def _pictures(count: int, size: int, random: np.random.Generator) -> NDArray[np.uint8]:
    """(N, S, S, 3) uint8, of random colours but smooth, as what a camera sees.

    In white noise every place is as much a joint as its neighbour: rounding would decide.
    """
    coarse = random.integers(0, 256, (count, 12, 12, 3), np.uint8)
    return np.stack([cv2.resize(c, (size, size), interpolation=cv2.INTER_LINEAR) for c in coarse])
