"""Weights taught from takes: what they know, the laws they hold, lessons that lack something."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from har_live import HarLiveError, Recordings, SinkError, WeightsError, open_weights, teach
from har_live.card import ModelCard, Weights, own_weights, own_weights_folder
from har_live.lessons.recordings import Recording
from har_live.lessons.report import Report
from har_live.lessons.streams import early_counts
from har_live.lessons.windows import streamed
from har_live.models.build import build_model
from har_live.people.joints import CONTEXT
from har_live.people.motion import NUM_MOTION
from har_live.scorers import open_scorer
from har_live.types import ClipSpec
from tests.support.lessons_made import gesture, lesson
from tests.support.weights_made import CONFIGS
from training.export.weights import export_weights

SHIPPED = ("everyday-lrcn", "everyday-convlstm")


@pytest.fixture(scope="module", params=SHIPPED)
def taught(request, tmp_path_factory) -> Weights:
    folder = tmp_path_factory.mktemp("taught") / "arms"
    takes = lesson("left_arm", "right_arm")
    return teach(takes, "arms", weights=request.param, folder=folder)


def scores(weights: Weights, take: Recording, runtime) -> np.ndarray:
    """(N, K) of all windows of a take, one after the other, each on its own."""
    card = weights.card
    windows = streamed(take, card.clip, hop=card.hop)
    open_windows = open_scorer(weights, runtime=runtime, device="cpu").open_windows(len(windows), 1)
    rows, unknown = np.arange(len(windows)), np.zeros((len(windows), NUM_MOTION), np.float32)
    for number in range(card.clip.num_frames):
        keep = np.full((len(windows), 1), number > 0)
        shown = windows[:, number : number + CONTEXT + 1], unknown
        answer = open_windows.advance(shown, keep, rows)
    return answer[:, 0]


def said(weights: Weights, take: Recording) -> str:
    return weights.card.labels[int(scores(weights, take, "onnx").mean(axis=0).argmax())]


def test_other_takes_are_named_rightly(taught):
    assert taught.card.labels == ("none", "left_arm", "right_arm")
    for label in taught.card.labels:
        assert said(taught, gesture(label, phase=13, num_frames=34)) == label


def test_the_card_tells_of_the_lesson(taught):
    report = Report.from_card(open_weights(taught.folder).card)
    assert report is not None
    assert report.takes == {"left_arm": 4, "right_arm": 4, "none": 1}
    assert report.held == {"left_arm": 4, "right_arm": 4}
    assert report.held_by == "take"
    assert sum(report.right.values()) >= 7
    assert report.none_seconds == pytest.approx(15, abs=1)
    assert "left_arm, right_arm: taught on 2026-11-30, 9 takes" in taught.card.description
    assert "takes named rightly" in taught.card.accuracy
    assert (taught.folder / "README.md").read_text("utf-8").startswith("# arms")


def test_torch_gives_the_scores_of_onnx(taught):
    take = gesture("left_arm", phase=3)
    difference = scores(taught, take, "torch") - scores(taught, take, "onnx")
    assert np.abs(difference).max() < 1e-4


def test_the_graph_is_sound_to_the_library_of_its_format(taught):
    model = onnx.load(taught.onnx_path)
    onnx.checker.check_model(model)
    assert model.graph.output[0].type.tensor_type.shape.dim[-1].dim_value == 3


def test_only_the_classifier_is_another(taught):
    from safetensors.numpy import load_file

    base = open_weights(taught.card.metrics["taught_from"])
    before, after = load_file(base.tensors_path), load_file(taught.tensors_path)
    assert before.keys() == after.keys()
    changed = {name for name in before if not np.array_equal(before[name], after[name])}
    assert changed == {"classifier.weight", "classifier.bias", "unknown_logit"}


def test_the_same_takes_give_the_same_weights(tmp_path):
    takes = lesson("left_arm", takes=2)
    first, second = (teach(takes, "arms", folder=str(tmp_path / name)) for name in "ab")
    assert first.card == second.card
    for path in sorted(first.folder.iterdir()):
        assert path.read_bytes() == (second.folder / path.name).read_bytes()


def test_known_labels_may_be_kept(tmp_path):
    takes = [*lesson("left_arm", takes=3), gesture("right_arm", as_label="wave")]
    made = teach(takes, "arms", folder=tmp_path / "arms", keep_known=True)
    known = open_weights("everyday-lrcn").card.labels
    assert set(made.card.labels) == {*known, "left_arm"}
    assert made.card.labels[-2:] == ("left_arm", "wave")
    assert set(made.card.smoothing.enter_of) <= set(made.card.labels)
    assert said(made, gesture("left_arm", phase=7)) == "left_arm"


# --- by name ------------------------------------------------------------------------------------


def test_own_weights_are_found_by_their_name_from_anywhere(home, tmp_path, monkeypatch):
    recordings = Recordings(home / "takes")
    for take in lesson("left_arm", takes=2):
        recordings.add(take)
    made = teach(recordings, "arms")
    assert made.folder == home / "weights" / "arms"
    monkeypatch.chdir(tmp_path)
    assert open_weights("arms").card == made.card
    assert own_weights() == {"arms": made.folder}
    with pytest.raises(WeightsError, match="not one of arms, everyday-convlstm, everyday-lrcn"):
        open_weights("nosuch")


ODD = ("", "a/b", "..", ".a", "a b", "-a", "a\\b", "x" * 61, "a.b", "é\n")


@pytest.mark.parametrize("name", ODD)
def test_odd_names_are_refused(name):
    with pytest.raises(WeightsError, match="weights can't be named"):
        own_weights_folder(name)


@pytest.mark.parametrize("name", ["everyday-lrcn", "nul"])
def test_names_that_are_taken_are_refused(name):
    with pytest.raises(WeightsError, match="that is taken"):
        own_weights_folder(name)


# --- lessons that lack something ------------------------------------------------------------------


def test_one_take_of_one_action_is_enough_to_go_on_with(tmp_path, caplog):
    made = teach([gesture("left_arm", num_frames=12)], "arms", folder=tmp_path / "arms")
    assert made.card.labels == ("none", "left_arm")
    assert made.card.accuracy == "not measured: too few takes to hold any out"
    assert "no takes of 'none'" in caplog.text
    assert said(made, gesture("left_arm", phase=0)) == "left_arm"
    report = Report.from_card(made.card)
    assert report is not None
    assert report.advice().startswith('record "No action", too')


def test_nothing_to_learn_is_one_line(tmp_path, caplog):
    with pytest.raises(HarLiveError, match="no take of any action to learn from"):
        teach([], "arms", folder=tmp_path / "arms")
    with pytest.raises(HarLiveError, match="no take of any action"):
        teach([gesture("none")], "arms", folder=tmp_path / "arms")
    nobody = Recording("wave", np.zeros((30, 13, 3), np.float32), 10.0, origin="a.mp4")
    with pytest.raises(HarLiveError, match="no take of any action"):
        teach([nobody], "arms", folder=tmp_path / "arms")
    assert "nobody is seen in a take of 'wave' from a.mp4: left out" in caplog.text
    assert not (tmp_path / "arms").exists()


def test_people_are_held_out_where_several_were_recorded(tmp_path):
    takes = [
        gesture(label, phase=number, person=person)
        for label in ("left_arm", "right_arm", "none")
        for number, person in enumerate(("ana", "ben", "eve"))
    ]
    made = teach(takes, "arms", folder=tmp_path / "arms")
    report = Report.from_card(made.card)
    assert report is not None
    assert (report.held_by, report.people) == ("person", ("ana", "ben", "eve"))
    assert "taught by ana, ben, eve" in made.card.description


def test_weights_that_read_pictures_are_refused(small_weights, tmp_path):
    with pytest.raises(HarLiveError, match="reads pictures"):
        teach(lesson("left_arm"), "arms", weights=small_weights("lrcn"), folder=tmp_path / "arms")


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no such permissions")
def test_what_can_not_be_written_leaves_what_was_there(tmp_path):
    takes, folder = lesson("left_arm", takes=2), tmp_path / "arms"
    (tmp_path / "file").write_text("")
    with pytest.raises(SinkError, match="can't write"):
        teach(takes, "arms", folder=tmp_path / "file" / "arms")
    made = teach(takes, "arms", folder=folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkey = pytest.MonkeyPatch()
    monkey.setattr(Path, "write_text", full)
    with monkey.context(), pytest.raises(SinkError, match="No space left"):
        teach([*takes, gesture("right_arm")], "arms", folder=folder)
    monkey.undo()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert json.loads((folder / "card.json").read_text())["name"] == made.card.name


def test_the_first_windows_are_scored_as_live_use_does():
    card = open_weights("everyday-lrcn").card
    assert early_counts(card) == list(range(8, 30, 2))


@pytest.mark.parametrize("kind", ["joints-lrcn", "joints-convlstm"])
def test_weights_that_were_never_calibrated_can_be_taught(kind, tmp_path):
    """Their temperature is 1, as other constants of the graph are, which must stay so."""
    torch.manual_seed(0)
    clip = ClipSpec(num_frames=20, grid_fps=10.0, image_size=160)
    model = build_model(CONFIGS[kind], image_size=clip.image_size, num_labels=4)
    card = ModelCard("fresh", ("none", "a", "b", "c"), CONFIGS[kind], clip)
    base = export_weights(model, card, tmp_path / "fresh")
    made = teach(lesson("left_arm", takes=2), "arms", weights=base, folder=tmp_path / "arms")
    take = gesture("left_arm", phase=3)
    assert np.abs(scores(made, take, "torch") - scores(made, take, "onnx")).max() < 1e-4
