"""Writes weights that are others with another classifier: the same network, other labels."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from har_live.card import (
    CARD_FILE,
    ONNX_FILE,
    TENSORS_FILE,
    ModelCard,
    Weights,
    file_sha256,
)
from har_live.errors import SinkError, WeightsError
from har_live.lessons.head import Head
from har_live.lessons.network import Summaries
from har_live.lessons.onnx_labels import with_tensors_at
from har_live.lessons.tensors_file import read_places, values_at, with_values
from har_live.people.joints import CONTEXT
from har_live.people.motion import NUM_MOTION
from har_live.scorers.onnx import OnnxScorer
from har_live.sinks.file_checks import reason
from har_live.types import NUM_JOINTS

if TYPE_CHECKING:
    from har_live.lessons.calibration import Calibration

README_FILE = "README.md"
TOLERANCE = 1e-4
"""Largest difference between what is written and what was learnt, in probabilities."""
_WEIGHT, _BIAS = "classifier.weight", "classifier.bias"


def classifier_of(weights: Weights) -> Head:
    """Read the classifier of a weights folder. Raises ``WeightsError``: it is damaged."""
    path = weights.verify(weights.tensors_path)
    places, data = read_places(path), path.read_bytes()
    return Head(*(values_at(data, places[name]) for name in (_WEIGHT, _BIAS)))


def temperature_of(weights: Weights) -> float:
    """Read the temperature of a weights folder, which stays as it is whatever is taught: where it
    is 1, its graph has that number for other ends, too."""
    path = weights.verify(weights.tensors_path)
    return float(values_at(path.read_bytes(), read_places(path)["temperature"]))


def write_weights(
    base: Weights,
    head: Head,
    calibration: Calibration,
    card: ModelCard,
    folder: Path,
    *,
    readme: str,
) -> Weights:
    """Write a weights folder; nothing in it changes before all of it is there and agrees.

    Raises:
        SinkError: it can't be written.
        WeightsError: what was written gives other scores than what was learnt.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".export-") as scratch:
            draft = Path(scratch)
            card = _write(base, head, calibration, card, draft)
            (draft / README_FILE).write_text(readme, "utf-8")
            _require_parity(base, head, calibration, Weights(draft, card))
            for name in (TENSORS_FILE, ONNX_FILE, README_FILE, CARD_FILE):
                (draft / name).replace(folder / name)
    except OSError as error:
        raise SinkError(f"can't write {folder}: {reason(error)}") from error
    return Weights(folder, card)


def _write(
    base: Weights, head: Head, calibration: Calibration, card: ModelCard, draft: Path
) -> ModelCard:
    before = base.verify(base.tensors_path)
    values = {
        _WEIGHT: head.weight,
        _BIAS: head.bias,
        "unknown_logit": np.array(calibration.unknown_logit, np.float32),
    }
    tensors, graph = draft / TENSORS_FILE, draft / ONNX_FILE
    tensors.write_bytes(with_values(before, values))
    model = base.verify(base.onnx_path).read_bytes()
    places = read_places(before), read_places(tensors)
    graph.write_bytes(with_tensors_at(model, *places, len(card.labels)))
    card = replace(card, sha256={path.name: file_sha256(path) for path in (tensors, graph)})
    card.write(draft)
    return card


def _require_parity(base: Weights, head: Head, calibration: Calibration, written: Weights) -> None:
    rng, count, length = np.random.default_rng(0), 4, 6
    joints = rng.random((count, CONTEXT + length, NUM_JOINTS, 3), np.float32)
    summaries = Summaries(base).of(joints, None, [length])[:, 0]
    expected = calibration.probabilities(head.logits(summaries))
    windows, rows = OnnxScorer(written, device="cpu").open_windows(count, 1), np.arange(count)
    for number in range(length):
        shown = joints[:, number : number + CONTEXT + 1], np.zeros((count, NUM_MOTION), np.float32)
        scores = windows.advance(shown, np.full((count, 1), number > 0), rows)
    worst = float(np.abs(scores[:, 0] - expected).max())
    if not worst <= TOLERANCE:
        raise WeightsError(
            f"the weights written differ from those learnt by {worst:.2g} (allowed: "
            f"{TOLERANCE:g}); nothing was changed"
        )
