"""Weights kept as halves: smaller files, the scores of the rounded network."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import load_file

from har_live.models.build import build_model
from har_live.scorers.torch import load_model
from tests.weights_made import CONFIGS
from training.ship.halves import MIN_NUMBERS, round_to_halves, store_as_halves


@pytest.mark.parametrize("kind", ["lrcn", "convlstm"])
def test_both_files_keep_large_matrices_as_halves(small_weights, kind):
    weights = small_weights(kind)
    tensors = load_file(weights.tensors_path)
    stored = load_model(weights).state_dict()
    for name, weight in load_model(weights).named_parameters():
        assert tensors[name].dtype == (torch.float16 if weight.dim() > 1 else torch.float32), name
        assert torch.equal(stored[name], tensors[name].float())
    constants = onnx.load(weights.onnx_path).graph.initializer
    large = {c.data_type for c in constants if np.prod(c.dims) >= MIN_NUMBERS}
    assert large <= {TensorProto.FLOAT16}


def test_only_what_halves_hold_exactly_becomes_halves(tmp_path):
    exact = np.arange(2 * MIN_NUMBERS, dtype=np.float32).reshape(2, -1) / 8
    names = {"exact": exact, "inexact": exact + 1e-6, "small": exact[:, :4]}
    constants = [numpy_helper.from_array(values, name) for name, values in names.items()]
    output = helper.make_tensor_value_info("out", TensorProto.FLOAT, None)
    node = helper.make_node("Concat", list(names), ["out"], axis=1)
    graph = helper.make_graph([node], "test", [], [output], constants)
    path = tmp_path / "model.onnx"
    opset = [helper.make_opsetid("", 20)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=10), path)
    store_as_halves(path)
    kinds = {c.name: c.data_type for c in onnx.load(path).graph.initializer}
    assert kinds == {
        "exact.half": TensorProto.FLOAT16,
        "inexact": TensorProto.FLOAT,
        "small": TensorProto.FLOAT,
    }
    (out,) = onnxruntime.InferenceSession(path).run(None, {})
    np.testing.assert_array_equal(out, np.concatenate(list(names.values()), axis=1))


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
