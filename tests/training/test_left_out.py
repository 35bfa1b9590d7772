"""An action left out of training: nothing of it is learnt, and what is said of it is measured."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

import har_live.recognizer
from har_live.card import ModelCard
from har_live.models.config import ModelConfig
from har_live.people.motion import NUM_MOTION
from har_live.types import NONE
from tests.support.make_media import make_clip
from tests.support.people_film import UPRIGHT
from training.__main__ import app
from training.data.layouts import clips_of
from training.live.left_out import auroc, share_right
from training.recipe.find_joints import CLIP, gathered, joints_file
from training.recipe.train import learnt_takes, load_trained
from training.recipe.train_settings import TrainSettings
from training.ship.thresholds import MeasuredLogits

LABELS = (NONE, "fight", "fall", "walk")
OF_OURS = [0, *range(5, 17)]
"""Of COCO's joints, those that a take has."""


def standing(count: int, seed: int) -> np.ndarray:
    """(F, 13, 2): somebody who sways."""
    sway = np.random.default_rng(seed).normal(0, 0.02, (count, 1, 2)).cumsum(axis=0)
    return (UPRIGHT[OF_OURS] + sway).astype(np.float32)


def save_recorded(folder: Path) -> None:
    """Recorded takes in the three files of ``skeletons/``, few and short."""
    folder.mkdir()
    flat = np.concatenate([standing(20, n) for n in range(4)])
    deep = np.concatenate([flat, np.zeros_like(flat[..., :1])], axis=-1)
    starts = np.arange(0, 81, 20)
    np.savez(
        folder / "recorded.npz",
        joints=deep,
        starts=starts,
        sources=["kard", "kard", "jhmdb", "jhmdb"],
        labels=["walk", "fall", "walk", "fall"],
        subjects=["a", "b", "c", "d"],
        names=["1", "2", "3", "4"],
        is3d=[False] * 4,
    )
    for name, joints, more in (("msr_action3d", 20, "subjects"), ("bandai_namco", 22, "styles")):
        space = np.random.default_rng(0).uniform(200, 400, (10, joints, 3)).astype(np.float32)
        np.savez(
            folder / f"{name}.npz",
            joints=space,
            starts=[0, 10],
            labels=["walk"],
            names=["1"],
            **{more: ["x"]},
        )


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two clips of each label in either split, what was found in them, and recorded takes."""
    root = tmp_path_factory.mktemp("left-out")
    save_recorded(root / "skeletons")
    with (root / "clips.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("path", "dataset", "label", "group", "split"))
        for label in ("fight", "no_fight", "fall"):
            for number, split in enumerate(("train", "train", "val", "val")):
                path = f"{label}-{number}.mp4"
                make_clip(root / path, pts_seconds=[i / 12 for i in range(25)], size=(64, 48))
                dataset = "falls" if label == "fall" else "surv-fight"
                writer.writerow((path, dataset, label, f"{label}{number}", split))
    for number, (_, clip) in enumerate(clips_of(root)):
        path = joints_file(root / "joints", clip)
        path.parent.mkdir(exist_ok=True)
        seen = np.concatenate([standing(34, number), np.ones((34, 13, 1), np.float32)], axis=-1)
        rows = {1: [(frame, np.zeros(NUM_MOTION, np.float32)) for frame in seen]}
        np.savez(path, **gathered(rows)._asdict())
    return root


def test_nothing_of_a_label_left_out_is_learnt(data: Path):
    def labels(**settings):
        learnt = learnt_takes(data, data / "joints", TrainSettings(**settings))
        return {(take.label, take.dataset) for take in learnt}

    everything = labels()
    assert {label for label, _ in everything} == {*LABELS}
    assert ("fall", "kard") in everything  # recorded ones, too
    assert labels(without_labels=("fall",)) == {row for row in everything if row[0] != "fall"}


class NobodyFound:
    """Finds nobody."""

    def find(self, pictures, *, aspects):
        return [[] for _ in pictures]


def test_the_command_trains_without_each_label_and_meets_it(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(har_live.recognizer, "open_finder", lambda **_: NobodyFound())
    file = tmp_path / "met.json"
    command = ["left-out", data, "--labels", "fall,fight", "--joints", data / "joints"]
    command += ["--out", tmp_path / "runs", "--steps", 2, "--lift-steps", 2, "--batch-size", 8]
    command += ["--accelerator", "cpu", "--seconds", 6, "--json", file]
    done = CliRunner().invoke(app, [str(word) for word in command])
    assert done.exit_code == 0, done.output
    for label, met in zip(("fall", "fight"), json.loads(file.read_text()), strict=True):
        assert load_trained(tmp_path / "runs" / label)[2] == tuple(
            other for other in (NONE, "fall", "fight", "walk") if other != label
        )
        assert met["label"] == label
        assert met["num_windows"] == 4 * 3  # four clips of 34 grid frames, every second one
        assert met["seconds"] == pytest.approx(3 * 25 / 12, abs=0.2)
        assert met["auroc"].keys() == {"best_probability", "action_probability", "energy"}
        assert set(met["taken_for"]) <= {"fall", "fight", "walk"} - {label}
        alarms = sum(met["taken_for"].values())
        assert met["false_alarms_per_hour"] == pytest.approx(alarms / met["seconds"] * 3600)
        assert 0 <= met["share_of_time_quiet"] <= 1


def test_a_label_that_no_clip_shows_is_a_line(data: Path, tmp_path: Path):
    command = ["left-out", data, "--labels", "juggle", "--joints", data / "joints"]
    done = CliRunner().invoke(app, [str(w) for w in [*command, "--out", tmp_path / "runs"]])
    assert done.exit_code == 1
    assert "shows juggle" in done.output


# --- measures, with networks whose figures are known ---------------------------------------------

CARD = ModelCard("made", LABELS, ModelConfig("lrcn", "joints", hidden=(1,)), CLIP)


class Softmax:
    """Of a network, what the measures need."""

    temperature = 1.0

    def probabilities(self, logits):
        return logits.softmax(dim=-1)


def measured(truths, logits):
    logits = torch.tensor(np.array(logits), dtype=torch.float32)
    return MeasuredLogits(logits, np.array(truths), np.arange(len(truths)))


def test_a_network_that_is_unsure_of_what_it_never_learnt_tells_it_apart():
    sure = 5 * np.eye(4)
    learnt = measured([1, 2, 3, 0, 1], sure[[1, 2, 3, 0, 2]])
    unseen = measured([-1, -1], [[3.0, 0, 0, 0], [1.0, 0.9, 1, 1]])
    assert set(auroc(Softmax(), CARD, learnt, unseen).values()) == {1.0}
    assert share_right(Softmax(), learnt, LABELS) == 0.75  # the one of nothing is no action


def test_a_network_that_guesses_does_not():
    rng = np.random.default_rng(0)
    learnt = measured(rng.integers(1, 4, 3000), rng.normal(size=(3000, 4)))
    unseen = measured([-1] * 3000, rng.normal(size=(3000, 4)))
    for value in auroc(Softmax(), CARD, learnt, unseen).values():
        assert value == pytest.approx(0.5, abs=0.03)
    assert share_right(Softmax(), learnt, LABELS) == pytest.approx(1 / 4, abs=0.03)
