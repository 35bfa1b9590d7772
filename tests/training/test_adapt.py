"""A user's own folder: weights that know other labels, made from weights that read joints."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

import training.recipe.adapt
from har_live.card import ModelCard, Weights, open_weights
from har_live.errors import HarLiveError
from har_live.models.build import build_model
from har_live.models.config import ModelConfig
from har_live.recognizer import Recognizer
from har_live.sources import open_source
from tests.support.joints_made import GESTURES, finder, save_gesture
from training.export.weights import export_weights
from training.provenance import chain
from training.recipe.adapt import FEW_CLIPS, adapt, gather
from training.recipe.find_joints import CLIP, look_at

torch.set_num_threads(1)
FASTER = replace(FEW_CLIPS, epochs=12, learning_rate=2e-2)
"""For weights that know nothing yet."""


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """People are found by a network of these tests; the videos that were looked at."""
    looked: list[Path] = []

    def noting(video: Path, finder):
        looked.append(video)
        return look_at(video, finder)

    monkeypatch.setattr(training.recipe.adapt, "open_finder", finder)
    monkeypatch.setattr("training.recipe.find_joints.look_at", noting)
    monkeypatch.setattr("har_live.recognizer.open_finder", lambda **_: finder())
    return looked


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three people, three classes: one arm goes up and down, the other one does, or none."""
    clips = tmp_path_factory.mktemp("adapt") / "clips"
    for number in range(18):
        label, person = list(GESTURES)[number % 3], ("anna", "ben", "eve")[number // 6]
        save_gesture(clips / label / person / f"{number}.mp4", label, phase=number)
    return clips


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Weights:
    """Small weights that read joints and have learnt nothing."""
    torch.manual_seed(0)
    options = {"width": 48, "motion_width": 8}
    config = ModelConfig("lrcn", "joints", hidden=(32,), encoder_options=options)
    model = build_model(config, image_size=CLIP.image_size, num_labels=4)
    card = ModelCard("small", ("none", "wave", "jump", "walk"), config, CLIP, min_frames=10)
    return export_weights(model, card, tmp_path_factory.mktemp("weights") / "shipped")


def test_weights_learn_other_labels_from_a_few_clips(
    folder: Path, tmp_path: Path, shipped: Weights, found: list[Path]
):
    out, cache = tmp_path / "mine", tmp_path / "cache"
    made = adapt(folder, shipped, out, cache, FASTER, show_progress=False)
    again = open_weights(out)
    assert again.card == made.card
    assert again.card.labels == tuple(sorted(GESTURES))
    assert (again.card.clip, again.card.min_frames) == (CLIP, 10)
    assert again.card.metrics["clips"] == 6
    assert "by group (3 groups): 12 clips learnt, 6 measured" in again.card.accuracy
    assert {"confusion.png", "curves.png"} <= {path.name for path in out.iterdir()}
    assert list(chain(out))[-1]["inputs"] == {"shipped": "a folder"}
    before, after = (load_file(w.tensors_path) for w in (shipped, again))
    moved = {name for name in before if not torch.equal(before[name], after[name])}
    assert any(name.startswith("encoder.") for name in moved)
    assert any(name.startswith("cells.") for name in moved)
    # Whoever adapts again looks at nothing again.
    assert len(found) == 18
    gather(folder, cache)
    assert len(found) == 18
    assert says(again, folder) > 0.8  # chance is a third


def says(weights: Weights, folder: Path) -> float:
    """The share of the clips that are named rightly, through the Recognizer that runs live."""
    recognizer = Recognizer(weights, cut_reset=False)
    right = []
    for video in sorted(folder.rglob("*.mp4")):
        stream = recognizer.stream()
        with open_source(str(video)) as source:
            predictions = [p for frame in source for p in stream.push(frame)]
        last = [*predictions, *stream.finish()][-1]
        label = weights.card.labels[int(last.scores.argmax())]
        right.append(label == video.relative_to(folder).parts[0])
    return sum(right) / len(right)


def test_a_clip_that_can_not_be_read_is_left_out(
    folder: Path, tmp_path: Path, found: list[Path], caplog: pytest.LogCaptureFixture
):
    clips = shutil.copytree(folder, tmp_path / "clips")
    (clips / "none" / "anna" / "0.mp4").write_bytes(b"no film")
    material = gather(clips, tmp_path / "cache")
    assert len(material.learnt) + len(material.measured) == 17
    assert "left out: none/anna/0.mp4: " in caplog.text


def test_weights_that_read_pictures_are_refused_in_a_line(
    folder: Path, tmp_path: Path, small_weights, found: list[Path]
):
    with pytest.raises(HarLiveError, match="test-lrcn reads pictures: only weights that read join"):
        adapt(folder, small_weights("lrcn"), tmp_path / "mine", tmp_path / "cache", FEW_CLIPS)
    assert found == []
    assert not (tmp_path / "mine").exists()


def test_clips_without_none_are_taken_with_a_warning(
    folder: Path, tmp_path: Path, shipped: Weights, found: list[Path], caplog, monkeypatch
):
    def enough(*_: object, **__: object) -> None:
        raise HarLiveError("enough is known")

    monkeypatch.setattr(training.recipe.adapt, "fit", enough)
    labels = ["left_arm", "right_arm"]
    with pytest.raises(HarLiveError, match="enough"):
        adapt(
            folder,
            shipped,
            tmp_path / "mine",
            tmp_path / "cache",
            FEW_CLIPS,
            labels=labels,
            show_progress=False,
        )
    assert "no clips of 'none'" in caplog.text
