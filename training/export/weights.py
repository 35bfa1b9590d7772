"""Write a trained network as a weights folder: safetensors, ONNX and card, proven to agree.

The numbers are on disk once: the ONNX file finds them in the safetensors file.
"""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save
from torch import Tensor, nn

from har_live.card import (
    CARD_FILE,
    ONNX_FILE,
    TENSORS_FILE,
    ModelCard,
    Weights,
    file_sha256,
)
from har_live.errors import WeightsError
from har_live.models.cells import State
from har_live.models.window_model import WindowModel
from har_live.scorers.onnx import OnnxScorer
from training.export.half_precision import as_halves, round_to_halves
from training.export.onnx_external_data import export_sharing

PARITY_TOLERANCE = 1e-4
"""Largest difference between torch's and ONNX Runtime's probabilities, fp32."""


class _OneStep(nn.Module):
    """The graph that ships: one grid frame in, every open window advanced and classified."""

    def __init__(self, model: WindowModel) -> None:
        super().__init__()
        self.model = model
        self.num_inputs = len(model.encoder.input_names)

    def forward(self, *given: Tensor) -> tuple[Tensor, ...]:
        inputs, (keep, *state) = given[: self.num_inputs], given[self.num_inputs :]
        new_state = self.model.step(self.model.encode(*inputs), tuple(state), keep)
        return self.model.classify(new_state), *new_state


def export_weights(model: WindowModel, card: ModelCard, folder: Path) -> Weights:
    """Write ``card.json``, ``model.safetensors`` and ``model.onnx`` into ``folder``.

    Its matrices are rounded to half precision, in which the numbers are kept, and it is computed
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
        export_onnx(model, draft / ONNX_FILE, tensors_path=draft / TENSORS_FILE)
        names = (TENSORS_FILE, ONNX_FILE)
        card = dataclasses.replace(card, sha256={n: file_sha256(draft / n) for n in names})
        require_parity(model, Weights(draft, card))
        card.write(draft)
        for name in (*names, CARD_FILE):
            (draft / name).replace(folder / name)
    return Weights(folder, card)


def export_onnx(model: WindowModel, path: Path, *, tensors_path: Path) -> None:
    """Write one step as ONNX with the states as inputs and outputs.

    Inputs: what the encoder reads, (B, …) each, by its ``input_names``; keep (B, W) float; state_i
    (B, W, …) float. Outputs: probabilities (B, W, K); new_state_i. B and W are free.

    Args:
        tensors_path: see ``export_sharing``.
    """
    # 2 and 3, since the exporter takes a size of 1 for a constant.
    state = model.zero_state(2, 3)
    inputs = model.encoder.example(2)
    subjects, windows = torch.export.Dim("subjects"), torch.export.Dim("windows")
    each, each_window = {0: subjects}, {0: subjects, 1: windows}
    export_sharing(
        _OneStep(model),
        (*inputs, torch.ones(2, 3), *state),
        tensors_path,
        path,
        input_names=[*model.encoder.input_names, "keep", *_numbered("state", state)],
        output_names=["probabilities", *_numbered("new_state", state)],
        dynamic_shapes={"given": (*[each] * len(inputs), *[each_window] * (1 + len(state)))},
    )


def _numbered(name: str, state: State) -> list[str]:
    return [f"{name}_{index}" for index in range(len(state))]


@torch.inference_mode()
def require_parity(model: WindowModel, weights: Weights, *, num_steps: int = 6) -> float:
    """Run the exported file beside torch on random inputs.

    Returns:
        The largest difference of a probability.

    Raises:
        WeightsError: it is above ``PARITY_TOLERANCE``.
    """
    random = np.random.default_rng(0)
    worst = 0.0
    for num_subjects, num_windows in ((1, 1), (2, 4)):
        rows = np.arange(num_subjects)
        exported = OnnxScorer(weights, device="cpu").open_windows(num_subjects, num_windows)
        state = model.zero_state(num_subjects, num_windows)
        for step in range(num_steps):
            inputs = [_noise(like, random) for like in model.encoder.example(num_subjects)]
            keep = (random.random((num_subjects, num_windows)) < 0.8) & (step > 0)
            features = model.encode(*inputs)
            state = model.step(features, state, torch.from_numpy(keep.astype(np.float32)))
            expected = model.classify(state).numpy()
            scores = exported.advance(tuple(given.numpy() for given in inputs), keep, rows)
            worst = max(worst, float(np.abs(scores - expected).max()))
    if not worst <= PARITY_TOLERANCE:
        raise WeightsError(
            f"the exported ONNX file differs from torch by {worst:.2g} (allowed: "
            f"{PARITY_TOLERANCE:g}); nothing was written"
        )
    return worst


def _noise(like: Tensor, random: np.random.Generator) -> Tensor:
    """Bytes of a picture, or places and scores of joints, 0–1."""
    if like.dtype == torch.uint8:
        return torch.from_numpy(random.integers(0, 256, like.shape, np.uint8))
    return torch.from_numpy(random.random(like.shape, np.float32))
