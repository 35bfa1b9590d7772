"""``python -m training make``: the stages in a row, each made once."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from training.__main__ import app
from training.recipe.train import MODEL_FILE


@pytest.fixture
def calls(monkeypatch) -> list[tuple[str, ...]]:
    """The stages that were run, with where they read and wrote; what they do has its own tests."""
    made: list[tuple[str, ...]] = []

    def find_joints(data: Path, out: Path) -> int:
        made.append(("joints", data.name, out.name))
        return 3

    def train(data: Path, joints: Path, out: Path, settings, machines, **options) -> Path:
        made.append(("train", joints.name, out.name, str(options["resume"])))
        out.mkdir(parents=True, exist_ok=True)
        (out / MODEL_FILE).touch()
        return out / MODEL_FILE

    def ship(run: Path, data: Path, joints: Path, folder: Path, *, notes: Path) -> dict:
        made.append(("ship", run.name, joints.name, folder.name, notes.name))
        return {"datasets": {}}

    monkeypatch.setattr("training.recipe.find_joints.find_joints", find_joints)
    monkeypatch.setattr("training.recipe.train.train", train)
    monkeypatch.setattr("training.ship.ship.ship", ship)
    return made


def make(folder: Path, *options: str) -> None:
    data = folder / "data"
    data.mkdir(exist_ok=True)
    arguments = ["make", str(data), "--out", str(folder / "mine"), "--runs", str(folder / "runs")]
    result = CliRunner().invoke(app, [*arguments, *options])
    assert result.exit_code == 0, result.output


def test_each_stage_reads_what_the_one_before_wrote(calls, tmp_path):
    make(tmp_path, "--network", "convlstm")
    assert calls == [
        ("joints", "data", "joints"),
        ("train", "joints", "convlstm", "False"),
        ("ship", "convlstm", "joints", "mine", "everyday.md"),
    ]


def test_a_training_that_ended_is_not_run_again_and_one_that_did_not_goes_on(calls, tmp_path):
    make(tmp_path)
    calls.clear()
    make(tmp_path)
    assert [name for name, *_ in calls] == ["joints", "ship"]
    (tmp_path / "runs" / "lrcn" / MODEL_FILE).unlink()
    make(tmp_path)
    assert ("train", "joints", "lrcn", "True") in calls
