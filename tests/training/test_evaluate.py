"""Measuring weights on clips: any frame rate, any layout, one decoding."""

from __future__ import annotations

import json

import numpy as np
import pytest

from har_live.recognizer import Recognizer
from tests.support.make_media import make_clip
from training.__main__ import app
from training.measure.evaluate import answers_at, rates


@pytest.fixture
def folder(tmp_path):
    """Two labels of the weights, four clips of each, no split."""
    for label in ("wave", "none"):
        for number in range(4):
            (tmp_path / "data" / label).mkdir(parents=True, exist_ok=True)
            make_clip(
                tmp_path / "data" / label / f"v_{label}_g{number}_c0.mp4",
                pts_seconds=[i / 24 for i in range(40)],
                size=(96, 72),
            )
    return tmp_path / "data"


def test_more_frames_a_second_change_nothing(folder, small_weights):
    recognizer = Recognizer(small_weights("lrcn"), runtime="onnx", device="cpu")
    own, twice, few = answers_at(recognizer, folder, [None, 48.0, 2.0], split="")
    assert len(own.clips) == 8
    assert own.scores == pytest.approx(twice.scores, abs=1e-6)
    assert np.abs(own.scores - few.scores).max() > 1e-6  # other frames were seen
    reported = rates(own, {48.0: twice, 2.0: few})
    assert reported["48"]["agreement"] == 1.0
    right = np.array(own.labels)[own.scores.argmax(axis=1)] == own.truths
    assert reported["48"]["top1"] == pytest.approx(right.mean())


def test_clips_without_a_split_are_split_as_in_training(folder, small_weights):
    recognizer = Recognizer(small_weights("lrcn"), runtime="onnx", device="cpu")
    (learnt,) = answers_at(recognizer, folder, [None], split="train")
    (measured,) = answers_at(recognizer, folder, [None], split="val")
    names = [{clip.path for clip in part.clips} for part in (learnt, measured)]
    assert not names[0] & names[1]
    assert len(names[0] | names[1]) == 8
    assert set(measured.truths) == {"wave", "none"}


def test_the_command_writes_what_is_promised(folder, small_weights, tmp_path):
    from typer.testing import CliRunner

    weights, target = small_weights("lrcn").folder, tmp_path / "figures.json"
    command = ["evaluate", str(weights), str(folder), "--split", "all", "--rates", "12,48"]
    done = CliRunner().invoke(app, [*command, "--json", str(target)])
    assert done.exit_code == 0, done.output
    figures = json.loads(target.read_text())
    assert figures["clips"] == 8
    assert {"top1", "top5", "macro_f1", "ece", "per_class", "datasets"} <= figures.keys()
    assert figures["rates"]["48"]["agreement"] == 1.0
    assert all(0 <= row["top1_within"] <= 1 for row in figures["datasets"].values())
