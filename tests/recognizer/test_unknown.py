"""The unknown: probability that no label gets, the same offline, streaming and in ONNX."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from har_live.card import Weights, file_sha256
from har_live.errors import WeightsError
from har_live.models.config import NO_UNKNOWN
from har_live.models.window_model import WindowModel
from har_live.recognizer import Recognizer
from har_live.scorers.torch import load_model
from tests.recognizer.test_streaming_law import assert_same, offline, random_frames
from tests.support.laws import stream_all
from training.export.weights import export_weights

LOGITS = torch.tensor([[2.0, -1, 0.5, 0], [30, -40, 3, 1], [-50, -60, -70, -80]])


@pytest.fixture
def model(small_weights) -> WindowModel:
    return load_model(small_weights("lrcn"))


@pytest.fixture(scope="module")
def wary(small_weights, tmp_path_factory) -> Weights:
    """Small weights with an unknown that takes a clear share of most windows."""
    plain = small_weights("lrcn")
    model = load_model(plain)
    model.unknown_logit.fill_(1.0)
    return export_weights(model, plain.card, tmp_path_factory.mktemp("wary"))


def test_off_it_leaves_the_softmax_alone(model):
    assert float(model.unknown_logit) == NO_UNKNOWN
    expected = torch.softmax(LOGITS / model.temperature, dim=-1)
    torch.testing.assert_close(model.probabilities(LOGITS), expected)


def test_what_is_missing_is_the_energys_share(model):
    """softmax × sigmoid(energy − unknown logit), as in Liu et al. 2020."""
    model.unknown_logit.fill_(1.5)
    calm = LOGITS / model.temperature
    known = torch.sigmoid(calm.logsumexp(dim=-1, keepdim=True) - 1.5)
    torch.testing.assert_close(model.probabilities(LOGITS), calm.softmax(dim=-1) * known)


def test_it_keeps_the_labels_order_and_takes_more_from_weak_windows(model):
    plain = model.probabilities(LOGITS)
    model.unknown_logit.fill_(1.5)
    wary = model.probabilities(LOGITS)
    assert torch.equal(wary[:2].argsort(-1), plain[:2].argsort(-1))
    missing = 1 - wary.sum(-1)
    assert missing[1] < 1e-6 < missing[0] < missing[2]
    assert missing[2] == 1
    assert wary.isfinite().all()


@pytest.mark.parametrize("runtime", ["torch", "onnx"])
def test_streaming_equals_offline_with_an_unknown(wary, runtime):
    frames = random_frames(np.arange(60) / 30, seed=4)
    expected = offline(wary, frames, wary.card.clip, wary.card.hop)
    predictions = stream_all(
        Recognizer(wary, runtime=runtime, device="cpu", cut_reset=False), frames
    )
    assert_same(predictions, expected)
    sums = np.array([p.scores.sum() for p in predictions])
    assert (sums < 0.95).all()
    assert np.ptp(sums) > 0.01


def test_weights_from_before_the_unknown_still_load(small_weights, tmp_path):
    weights = small_weights("lrcn")
    tensors = load_file(weights.tensors_path)
    before = without(weights, tensors, "unknown_logit", tmp_path / "before")
    model = load_model(before)
    assert float(model.unknown_logit) == NO_UNKNOWN
    torch.testing.assert_close(model.classifier.bias, tensors["classifier.bias"])
    with pytest.raises(WeightsError, match=r"does not fit its card: .*classifier\.bias"):
        load_model(without(weights, tensors, "classifier.bias", tmp_path / "broken"))


def without(weights: Weights, tensors: dict, name: str, folder: Path) -> Weights:
    """The same weights whose file lacks one tensor."""
    folder.mkdir()
    path = folder / weights.tensors_path.name
    save_file({key: value for key, value in tensors.items() if key != name}, path)
    card = dataclasses.replace(weights.card, sha256={path.name: file_sha256(path)})
    return Weights(folder, card)
