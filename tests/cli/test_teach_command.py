"""The command ``teach``: from videos to weights that have a name."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from har_live.cli import app
from har_live.errors import SourceError
from har_live.home import HOME_VARIABLE
from har_live.lessons.alone import alone_in
from tests.support.joints_made import finder, save_gesture


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("har_live.scorers.open_finder", lambda **_: finder())
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    return tmp_path / "home"


def run(*words: object):
    return CliRunner().invoke(app, list(map(str, words)))


def test_videos_become_weights_that_have_a_name(tmp_path, home):
    for number in range(2):
        for label in ("left_arm", "right_arm", "none"):
            save_gesture(tmp_path / "clips" / label / f"{number}.mp4", label, phase=7 * number)
    done = run("teach", "arms", "--from", tmp_path / "clips", "--json")
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    assert answer["name"] == "arms"
    assert answer["takes"] == {"left_arm": 2, "none": 2, "right_arm": 2}
    assert Path(answer["folder"]) == home / "weights" / "arms"
    listed = json.loads(run("models", "--json").stdout)
    assert [one["name"] for one in listed] == ["everyday-convlstm", "everyday-lrcn", "arms"]
    again = run("teach", "arms", "--from", tmp_path / "clips")
    assert again.exit_code == 0, again.output
    assert "har-live live --weights arms" in again.stdout
    assert 'next: record more of "Left arm"' in again.stdout


def test_corrected_events_are_a_lesson(tmp_path):
    video = save_gesture(tmp_path / "in.mp4", "left_arm", num_frames=80)
    marks = tmp_path / "out.vtt"
    marks.write_text("WEBVTT\n\n00:01.000 --> 00:04.000\nSit down 70 %\n")
    done = run("teach", "mine", "--from", video, "--segments", marks, "--no-cut-reset", "--json")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("{"), done.stdout  # says what else was printed
    assert json.loads(done.stdout)["takes"] == {"sit_down": 1, "none": 1}


def test_weights_that_are_damaged_hide_no_others_and_are_made_anew(tmp_path, home, caplog):
    save_gesture(tmp_path / "clips" / "wave" / "1.mp4", "left_arm")
    words = ("teach", "arms", "--from", tmp_path / "clips")
    assert run(*words).exit_code == 0
    (home / "weights" / "arms" / "card.json").write_text("x")
    listed = json.loads(run("models", "--json").stdout)
    assert [one["name"] for one in listed] == ["everyday-convlstm", "everyday-lrcn"]
    assert "card.json is no model card" in caplog.text
    refused = run(*words)
    assert "with --weights, what it starts from, it is made anew" in str(refused.exception)
    assert run(*words, "--weights", "everyday-lrcn").exit_code == 0
    assert len(json.loads(run("models", "--json").stdout)) == 3


def test_one_run_at_a_time_teaches_a_lesson(tmp_path, home):
    save_gesture(tmp_path / "clips" / "wave" / "1.mp4", "left_arm")
    with alone_in(home / "weights" / "arms" / "takes"):
        done = run("teach", "arms", "--from", tmp_path / "clips")
        assert done.exit_code == 1
        assert "another run of har-live adds to" in str(done.exception)
    assert run("teach", "arms", "--from", tmp_path / "clips").exit_code == 0


@pytest.mark.parametrize("label", ["unsure", 61 * "x"])
def test_an_odd_name_of_a_folder_is_one_line_before_any_work(tmp_path, home, label):
    for folder in ("left_arm", label):
        save_gesture(tmp_path / "clips" / folder / "1.mp4", "left_arm")
    done = run("teach", "arms", "--from", tmp_path / "clips")
    assert isinstance(done.exception, SourceError)
    assert "rename the folder" in str(done.exception)
    assert not list(home.rglob("*.npz"))


def test_a_folder_named_none_may_have_any_letters(tmp_path):
    for number, folder in enumerate(("left_arm", "None", "NONE", "No action")):
        save_gesture(tmp_path / "clips" / folder / f"{number}.mp4", "left_arm", phase=number)
    done = run("teach", "arms", "--from", tmp_path / "clips", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["takes"] == {"none": 3, "left_arm": 1}


def test_videos_of_the_same_name_elsewhere_are_others(tmp_path, monkeypatch):
    for day in ("day 1", "day 2"):
        save_gesture(tmp_path / day / "clips" / "left_arm" / "1.mp4", "left_arm")
        monkeypatch.chdir(tmp_path / day)
        done = run("teach", "arms", "--from", "clips", "--json")
        assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["takes"] == {"left_arm": 2}


def test_a_broken_line_of_marks_is_told_with_its_number(tmp_path):
    video = save_gesture(tmp_path / "in.mp4", "left_arm", num_frames=20)
    marks = tmp_path / "out.csv"
    marks.write_text("start_seconds,end_seconds,label\n1,x,wave\n")
    done = run("teach", "mine", "--from", video, "--segments", marks)
    assert done.exit_code == 1
    assert "out.csv, line 2: " in str(done.exception)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X11 only")
def test_without_a_display_it_says_what_to_do(monkeypatch, home):
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    done = run("teach", "mine", "--more", "none")
    assert str(done.exception) == "no display: give videos, --from FOLDER"


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("a/b", "--from", "."), 1, "weights can't be named 'a/b'"),
        (("everyday-lrcn", "--from", "."), 1, "that is taken"),
        (("mine", "--from", "nowhere"), 2, "is no folder; a video needs --segments"),
        (("mine", "--segments", __file__), 2, "give it with --from VIDEO"),
        (("mine", "--keep-video", "--from", "."), 2, "--keep-video is for recording"),
        (("mine", "--more", "wave", "--from", "."), 2, "--more is for recording"),
        (("mine", "--source", "1", "--from", "."), 2, "--source is for recording"),
        (("mine", "--weights", "nosuch", "--from", "."), 1, "no weights 'nosuch'"),
        (("mine",), 2, "no action is named"),
        (("mine", "--actions", "wave", "--takes", "0"), 2, "--takes"),
        (("mine", "--actions", "None,No action"), 2, "no action is named"),
        (("mine", "--actions", "Unsure"), 2, "that is what is said where no action"),
    ],
)
def test_what_can_not_be_is_one_line(tmp_path, monkeypatch, words, code, told):
    monkeypatch.chdir(tmp_path)
    done = run("teach", *words)
    assert done.exit_code == code, done.output
    said = " ".join((done.output + str(done.exception)).replace("│", " ").split())
    assert told in said
