"""Weights kept as halves: smaller files, the scores of the rounded network."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto
from safetensors.torch import load_file

from har_live.models.build import build_model
from har_live.scorers.torch import load_model
from tests.support.weights_made import CONFIGS
from training.export.half_precision import round_to_halves


@pytest.mark.parametrize("kind", sorted(CONFIGS))
def test_matrices_are_kept_as_halves_and_once(small_weights, kind):
    weights = small_weights(kind)
    tensors = load_file(weights.tensors_path)
    stored = load_model(weights).state_dict()
    for name, weight in load_model(weights).named_parameters():
        assert tensors[name].dtype == (torch.float16 if weight.dim() > 1 else torch.float32), name
        assert torch.equal(stored[name], tensors[name].float())
    graph = onnx.load(weights.onnx_path, load_external_data=False).graph
    inside = [c for c in graph.initializer if c.data_location != TensorProto.EXTERNAL]
    assert sum(np.prod(c.dims) for c in inside) < 128  # which joints make a limb, and the like
    outside = [c for c in graph.initializer if c.data_location == TensorProto.EXTERNAL]
    assert {c.data_type for c in outside if len(c.dims) > 1} == {TensorProto.FLOAT16}


def test_rounding_moves_a_score_by_little_and_keeps_what_is_not_a_matrix():
    torch.manual_seed(0)
    model = build_model(CONFIGS["lrcn"], image_size=64, num_labels=4).eval()
    clip = torch.randint(0, 256, (2, 9, 64, 64, 3), dtype=torch.uint8)
    with torch.inference_mode():
        before = model(clip)
    biases = {n: p.clone() for n, p in model.named_parameters() if p.dim() == 1}
    round_to_halves(model)
    with torch.inference_mode():
        after = model(clip)
    torch.testing.assert_close(after, before, atol=1e-3, rtol=0)
    for name, weight in model.named_parameters():
        if weight.dim() > 1:
            assert torch.equal(weight, weight.half().float())
        else:
            assert torch.equal(weight, biases[name])
