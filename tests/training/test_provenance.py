"""``recipe.json``: how an output was made, back to the data, and nothing about the machine."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from har_live.card import file_sha256
from training.provenance import RECIPE_FILE, chain, command_line, write_recipe


@pytest.fixture
def stages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A manifest, joints made of it, and a training made of those and of a plain folder."""
    manifest = tmp_path / "clips.csv"
    manifest.write_text("path,label\n", "utf-8")
    for name in ("joints", "skeletons", "run"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(sys, "argv", ["training", "joints", str(tmp_path)])
    write_recipe(tmp_path / "joints", inputs=[manifest])
    monkeypatch.setattr(sys, "argv", ["training", "train", "data", f"--out={tmp_path / 'run'}"])
    inputs = [tmp_path / "joints", tmp_path / "skeletons"]
    write_recipe(tmp_path / "run", inputs=inputs, settings={"epochs": 3, "left_out": ("a", "b")})
    return tmp_path


def test_the_chain_leads_back_to_the_data(stages: Path):
    first, last = chain(stages / "run")
    assert first["command"] == f"python -m training joints '…/{stages.name}'"
    assert first["inputs"] == {"clips.csv": file_sha256(stages / "clips.csv")}
    assert last["settings"] == {"epochs": 3, "left_out": ["a", "b"]}
    assert last["inputs"] == {"joints": "see above", "skeletons": "a folder"}


def test_no_folder_of_this_machine_is_told(stages: Path):
    for name in ("joints", "run"):
        text = (stages / name / RECIPE_FILE).read_text("utf-8")
        assert str(stages.parent) not in text
        assert str(Path.home()) not in text
        assert str(Path(__file__).parents[2]) not in text
    assert json.loads(text)["command"] == "python -m training train data '--out=…/run'"


def test_the_command_can_be_typed_again(monkeypatch: pytest.MonkeyPatch):
    words = ["training", "train", "../my data", "--left-out", "jhmdb,kard", "--epochs=3"]
    monkeypatch.setattr(sys, "argv", words)
    assert command_line() == (
        "python -m training train '../my data' --left-out jhmdb,kard --epochs=3"
    )
