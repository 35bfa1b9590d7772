"""Convolutions of 8-bit integers: said, near, and the same however many are scored at once."""

from __future__ import annotations

import numpy as np
import onnx
import pytest

from har_live.card import Weights, open_weights
from har_live.scorers import open_scorer
from training.ship.quantise import MIN_FILTERS, quantise


def pictures(count: int, seed: int = 0) -> np.ndarray:
    """(count, 64, 64, 3) uint8: coarse coloured blocks."""
    blocks = np.random.default_rng(seed).integers(0, 256, (count, 4, 4, 3), np.uint8)
    return blocks.repeat(16, axis=1).repeat(16, axis=2)


@pytest.fixture(scope="module")
def both(small_weights, tmp_path_factory) -> tuple[Weights, Weights]:
    exact = small_weights("lrcn")
    pairs = list(zip(pictures(8), pictures(8, seed=1), strict=True))
    folder = tmp_path_factory.mktemp("quantised")
    quantise(exact, pairs, folder)
    return exact, open_weights(folder)


def test_what_it_computes_with_is_said(both):
    exact, rounded = both
    assert open_scorer(exact, runtime="onnx").runs_on.endswith("fp32")
    assert open_scorer(rounded, runtime="onnx").runs_on.endswith("int8")
    assert rounded.card.accuracy == "not measured"


def test_wide_convolutions_alone_are_rounded(both):
    graph = onnx.load(both[1].onnx_path).graph
    kinds = {i.name: i.data_type for i in graph.initializer}
    rounded = [n for n in graph.node if n.op_type == "DequantizeLinear" and n.input[0] in kinds]
    weights = [n.input[0] for n in rounded if kinds[n.input[0]] == onnx.TensorProto.INT8]
    shapes = {i.name: i.dims for i in graph.initializer}
    assert weights
    assert all(shapes[name][0] >= MIN_FILTERS for name in weights)


def test_scores_are_near_and_do_not_depend_on_the_batch(both):
    shown = pictures(6, seed=2)
    keep = np.ones((6, 2), bool)
    exact, rounded = (open_scorer(w, runtime="onnx") for w in both)
    expected = exact.open_windows(6, 2).advance(shown, shown, keep)
    scores = rounded.open_windows(6, 2).advance(shown, shown, keep)
    np.testing.assert_allclose(scores, expected, atol=0.05, rtol=0)
    assert np.ptp(expected, axis=0).max() > 0.1
    assert not np.array_equal(scores, expected)
    for row, alone in zip(scores, shown[:, None], strict=True):
        windows = rounded.open_windows(1, 2)
        np.testing.assert_allclose(windows.advance(alone, alone, keep[:1])[0], row, atol=1e-5)
