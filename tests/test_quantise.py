"""Convolutions of 8-bit integers: said, near, and the same however many are scored at once."""

from __future__ import annotations

import shutil

import numpy as np
import onnx
import pytest

from har_live.bench.steps import open_subjects
from har_live.card import Weights, open_weights
from har_live.errors import BackendError
from har_live.recognizer import Recognizer
from har_live.scorers import open_scorer
from training.ship.quantise import MIN_FILTERS, quantise


def pictures(count: int, seed: int = 0) -> np.ndarray:
    """(count, 64, 64, 3) uint8: coarse coloured blocks."""
    blocks = np.random.default_rng(seed).integers(0, 256, (count, 4, 4, 3), np.uint8)
    return blocks.repeat(16, axis=1).repeat(16, axis=2)


@pytest.fixture(scope="module")
def weights(small_weights, tmp_path_factory) -> Weights:
    folder = tmp_path_factory.mktemp("quantised") / "small"
    shutil.copytree(small_weights("lrcn").folder, folder)
    pairs = list(zip(pictures(8), pictures(8, seed=1), strict=True))
    quantise(open_weights(folder), pairs)
    return open_weights(folder)


def test_it_is_chosen_by_name_and_said(weights: Weights):
    assert Recognizer(weights, device="cpu").runs_on.endswith("fp32")
    assert Recognizer(weights, precision="int8").runs_on.endswith("cpu, int8")
    names = [subject.name for subject in open_subjects([weights])]
    assert any(name.endswith("cpu, int8") for name in names)


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"precision": "int4"}, "choose usual or int8"),
        ({"precision": "int8", "runtime": "torch"}, "int8 is for ONNX Runtime on the CPU"),
        ({"precision": "int8", "device": "cuda"}, "int8 is for ONNX Runtime on the CPU"),
    ],
)
def test_what_can_not_be_is_refused(weights: Weights, choice: dict, message: str):
    with pytest.raises(BackendError, match=message):
        open_scorer(weights, **choice)


def test_weights_without_it_say_how_it_is_made(small_weights):
    with pytest.raises(BackendError, match="no int8 file; make one with `python -m training quant"):
        open_scorer(small_weights("lrcn"), precision="int8")


def test_wide_convolutions_alone_are_rounded(weights: Weights):
    constants = {item.name: item for item in onnx.load(weights.int8_path).graph.initializer}
    filters = [c for c in constants.values() if c.data_type == onnx.TensorProto.INT8]
    rounded = [item.dims for item in filters if len(item.dims) == 4]
    assert rounded
    assert all(dims[0] >= MIN_FILTERS for dims in rounded)


def test_scores_are_near_and_do_not_depend_on_the_batch(weights: Weights):
    shown = pictures(6, seed=2)
    keep = np.ones((6, 2), bool)
    exact = open_scorer(weights, runtime="onnx", device="cpu")
    rounded = open_scorer(weights, precision="int8")
    expected = exact.open_windows(6, 2).advance(shown, shown, keep)
    scores = rounded.open_windows(6, 2).advance(shown, shown, keep)
    np.testing.assert_allclose(scores, expected, atol=0.05, rtol=0)
    assert np.ptp(expected, axis=0).max() > 0.1
    assert not np.array_equal(scores, expected)
    for row, alone in zip(scores, shown[:, None], strict=True):
        windows = rounded.open_windows(1, 2)
        np.testing.assert_allclose(windows.advance(alone, alone, keep[:1])[0], row, atol=1e-5)
