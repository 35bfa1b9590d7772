"""Runtimes: what is chosen, what is refused, and that nothing is substituted in silence."""

from __future__ import annotations

import shutil

import numpy as np
import onnxruntime
import pytest
import torch

import har_live.scorers
import har_live.scorers.torch
from har_live.card import open_weights
from har_live.errors import BackendError, WeightsError
from har_live.scorers import open_scorer
from har_live.scorers.onnx import PROVIDERS
from training.export.weights import export_weights


@pytest.fixture(scope="module")
def weights(small_weights):
    return small_weights("lrcn")


def test_auto_without_a_gpu_is_onnx_on_the_cpu(weights, monkeypatch):
    monkeypatch.setattr(har_live.scorers, "_driver_has_gpu", lambda: False)
    assert open_scorer(weights).runs_on == f"ONNX Runtime {onnxruntime.__version__}, cpu, fp32"
    assert open_scorer(weights, runtime="torch").runs_on.endswith("cpu, fp32")


def test_auto_with_a_gpu_that_torch_can_use_is_torch(weights, monkeypatch):
    monkeypatch.setattr(har_live.scorers, "_torch_has_gpu", lambda: True)
    seen = {}

    class Spy:
        def __init__(self, weights, *, device, **_):
            seen["device"] = device

    monkeypatch.setattr(har_live.scorers.torch, "TorchScorer", Spy)
    assert isinstance(open_scorer(weights), Spy)
    assert seen == {"device": "cuda"}


def test_a_driver_whose_gpu_torch_can_not_use_is_not_taken(weights, monkeypatch):
    monkeypatch.setattr(har_live.scorers, "_driver_has_gpu", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert open_scorer(weights).runs_on.startswith("ONNX Runtime")


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
@pytest.mark.parametrize("device", ["cuda", "cuda:1"])
def test_cuda_that_is_not_there_is_an_error(weights, device):
    with pytest.raises(BackendError, match="sees no GPU; install"):
        open_scorer(weights, device=device)


@pytest.mark.parametrize("device", sorted(PROVIDERS))
def test_a_provider_is_used_or_refused_with_what_to_install(weights, device):
    provider, package = PROVIDERS[device]
    if provider in onnxruntime.get_available_providers():
        assert f", {device}," in open_scorer(weights, runtime="onnx", device=device).runs_on
    else:
        with pytest.raises(BackendError, match=f"no {provider}; install {package}"):
            open_scorer(weights, runtime="onnx", device=device)


def test_a_provider_that_does_not_load_is_an_error(weights, monkeypatch):
    """ONNX Runtime itself would go on with the CPU after a mere warning."""
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CUDAExecutionProvider"])
    with pytest.raises((BackendError, WeightsError), match="CUDAExecutionProvider"):
        open_scorer(weights, runtime="onnx", device="cuda")


@pytest.mark.parametrize("file", ["model.onnx", "model.safetensors"])
def test_onnx_trusts_no_file_that_changed(weights, tmp_path, file):
    """The graph's numbers lie in the other file."""
    shutil.copytree(weights.folder, tmp_path / "copy")
    data = bytearray((tmp_path / "copy" / file).read_bytes())
    data[-1] ^= 1
    (tmp_path / "copy" / file).write_bytes(data)
    with pytest.raises(WeightsError, match=f"{file} is not the file its card was written for"):
        open_scorer(open_weights(tmp_path / "copy"), runtime="onnx", device="cpu")


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"runtime": "tflite"}, "choose auto, torch or onnx"),
        ({"device": "tpu"}, "choose one of cpu, cuda"),
        ({"runtime": "torch", "device": "openvino"}, "not on 'openvino'"),
    ],
)
def test_unknown_choices_name_the_known(weights, choice, message):
    with pytest.raises(BackendError, match=message):
        open_scorer(weights, **choice)


def test_scores_are_the_callers_own(weights):
    """A result must not change when the next frame is scored."""
    for runtime in ("torch", "onnx"):
        windows = open_scorer(weights, runtime=runtime, device="cpu").open_windows(1, 2)
        random = np.random.default_rng(0)
        picture = random.integers(0, 256, (1, 64, 64, 3), np.uint8)
        keep = np.ones((1, 2), bool)
        first = windows.advance((picture, picture), keep, np.array([0]))
        before = first.copy()
        windows.advance((255 - picture, picture), keep, np.array([0]))
        np.testing.assert_array_equal(first, before)


def test_the_exporter_refuses_an_onnx_file_that_differs(weights, monkeypatch, tmp_path):
    import training.export.weights
    from har_live.scorers.torch import load_model

    def export_another(model, path, *, tensors_path):
        real(model, path, tensors_path=tensors_path)
        with torch.no_grad():
            model.classifier.bias.add_(torch.tensor([0.0, 0.01, 0.0, 0.0]))

    real = training.export.weights.export_onnx
    monkeypatch.setattr(training.export.weights, "export_onnx", export_another)
    with pytest.raises(WeightsError, match="differs from torch"):
        export_weights(load_model(weights), weights.card, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_the_captured_graph_on_cuda_gives_the_cpus_scores(weights):
    on_cpu = open_scorer(weights, runtime="torch", device="cpu").open_windows(3, 4)
    on_gpu = open_scorer(weights, runtime="torch", device="cuda").open_windows(3, 4)
    random = np.random.default_rng(0)
    pictures = random.integers(0, 256, (20, 3, 64, 64, 3), np.uint8)
    for step in range(1, 20):
        rows = random.permutation(3)[: 1 + step % 3]
        inputs = pictures[step, rows], pictures[step - 1, rows]
        keep = random.random((len(rows), 4)) < 0.8
        expected = on_cpu.advance(inputs, keep, rows)
        scores = on_gpu.advance(inputs, keep, rows)
        # Half precision in the encoder: the tolerance that the fast path is held to.
        np.testing.assert_allclose(scores, expected, atol=2e-2, rtol=0)
