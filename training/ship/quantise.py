"""The same weights with convolutions of 8-bit integers: quicker, a little less exact.

    python -m training quantise weights/everyday-lrcn ../shared/data
    python -m training evaluate everyday-lrcn ../shared/data --precision int8
    har-live bench --only grid-frame

Calibrated on pictures of training clips. All but the wide convolutions is computed as before, and
so is what PyTorch computes. What it gains and loses stands in ``training/bench/speed.md``.
"""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from rich.progress import track

from har_live.card import Weights, file_sha256
from har_live.grid import frames_played_at, grid_instants
from har_live.scorers.torch import load_model
from har_live.sources.media import MediaSource
from har_live.transforms import to_network
from har_live.types import ClipSpec
from training.data.layouts import read_clips
from training.data.split import split_clips
from training.ship.export import export_onnx
from training.ship.halves import store_as_halves

NUM_CLIPS = 100
"""Training clips that it is calibrated on, one pair of grid frames of each."""

MIN_FILTERS = 64
"""Convolutions of fewer find the joints on the finest maps, where small errors move a hand."""

Pair = tuple[NDArray[np.uint8], NDArray[np.uint8]]
"""A grid frame and the one before, (S, S, 3) uint8 RGB."""


def quantise(weights: Weights, pairs: Sequence[Pair]) -> Weights:
    """Write the file with 8-bit convolutions beside the others, and name it in the card."""
    target = weights.int8_path
    with tempfile.TemporaryDirectory(prefix="har-live-quantise-") as scratch:
        whole, folded = Path(scratch, "whole.onnx"), Path(scratch, "folded.onnx")
        export_onnx(load_model(weights), whole, image_size=weights.card.clip.image_size)
        quant_pre_process(str(whole), str(folded), skip_symbolic_shape=True)
        graph = onnx.load(folded).graph
        quantize_static(
            str(folded),
            str(target),
            _Shown(graph, pairs),
            quant_format=QuantFormat.QDQ,
            nodes_to_quantize=_wide_convolutions(graph),
            per_channel=True,
            # Without VNNI, sums of two products saturate where weights have all 8 bits.
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
    model = onnx.load(target)
    _share_equal(model.graph)
    onnx.save(model, target)
    store_as_halves(target)
    hashes = {**weights.card.sha256, target.name: file_sha256(target)}
    card = dataclasses.replace(weights.card, sha256=hashes)
    card.write(weights.folder)
    return Weights(weights.folder, card)


def calibration_pairs(data: Path, spec: ClipSpec, *, num_clips: int = NUM_CLIPS) -> list[Pair]:
    """Two grid frames in a row of the middle of training clips, evenly spread over all."""
    root, clips = read_clips(data)
    train = [clip for clip in split_clips(clips) if clip.split == "train"]
    chosen = train[:: max(1, len(train) // num_clips)]
    return [_middle_of(root / clip.path, spec) for clip in track(chosen, "looking at clips")]


def _middle_of(video: Path, spec: ClipSpec) -> Pair:
    with MediaSource(video) as source:
        frames = list(source)
    pts = [frame.pts_seconds for frame in frames]
    played = frames_played_at(pts, grid_instants(pts, spec.grid_fps))
    middle = len(played) // 2
    now, before = played[middle], played[max(0, middle - 1)]
    return to_network(frames[now].image, spec), to_network(frames[before].image, spec)


def _wide_convolutions(graph: Any) -> list[str]:
    filters = {constant.name: constant.dims for constant in graph.initializer}
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    return [node.name for node in convolutions if filters[node.input[1]][0] >= MIN_FILTERS]


def _share_equal(graph: Any) -> None:
    """One copy of each constant: a network that looks twice would hold its filters twice."""
    names: dict[tuple[int, tuple[int, ...], bytes], str] = {}
    known_as: dict[str, str] = {}
    for constant in list(graph.initializer):
        key = constant.data_type, tuple(constant.dims), constant.raw_data
        known_as[constant.name] = names.setdefault(key, constant.name)
        if known_as[constant.name] != constant.name and constant.raw_data:
            graph.initializer.remove(constant)
    there = {constant.name for constant in graph.initializer}
    for node in graph.node:
        node.input[:] = [n if n in there else known_as.get(n, n) for n in node.input]


class _Shown(CalibrationDataReader):
    """One window each, of states that have seen nothing: no convolution depends on them."""

    def __init__(self, graph: Any, pairs: Sequence[Pair]) -> None:
        states = [item for item in graph.input if item.name.startswith("state_")]
        self._empty = {
            item.name: np.zeros(
                (1, 1, *(d.dim_value for d in item.type.tensor_type.shape.dim[2:])), np.float32
            )
            for item in states
        }
        self._pairs: Iterator[Pair] = iter(pairs)

    def get_next(self) -> dict[str, Any] | None:
        pair = next(self._pairs, None)
        if pair is None:
            return None
        frame, previous = pair
        keep = np.ones((1, 1), np.float32)
        return {"frame": frame[None], "previous": previous[None], "keep": keep, **self._empty}
