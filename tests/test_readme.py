"""What the README says of the weights and the commands is so."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from har_live import Recordings
from har_live.card import open_weights, shipped_weights
from har_live.home import HOME_VARIABLE
from tests.support.lessons_made import lesson
from tests.support.make_media import make_clip
from training.bench.readme_speed import BEGIN, END, read_record, section

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
WORDS = " ".join(README.split())
"""The same in one line."""


@pytest.mark.parametrize("name", sorted(shipped_weights()))
def test_the_table_of_weights_says_what_the_cards_say(name):
    (row,) = [line for line in README.splitlines() if line.startswith(f"| `{name}` |")]
    card = open_weights(name).card
    assert f"| {len(card.labels)} |" in row
    assert f"| {card.accuracy} |" in row


def test_what_is_said_of_films_of_strangers_is_in_the_card():
    metrics = open_weights("everyday-lrcn").card.metrics
    films = [metrics["datasets"][name] for name in ("falls", "fitness", "push-ups")]
    right = sum(film["top1"] * film["clips"] for film in films) / sum(f["clips"] for f in films)
    assert f"do push-ups, {right:.0%} are named among all 68 labels" in WORDS


def test_what_is_said_of_live_behaviour_is_in_the_card():
    live = open_weights("everyday-lrcn").card.live
    figures = next(iter(live.by_machine.values()))
    assert (
        f"half of all actions are named within {figures.seconds_to_label_p50:.1f} s, "
        f"{figures.share_of_actions_named:.0%} while they last; the true label is shown "
        f"{figures.share_of_time_right:.0%} of the time, with "
        f"{figures.extra_changes_per_minute:.0f} needless changes a minute" in WORDS
    )


def test_the_figures_of_speed_are_those_that_were_measured():
    assert BEGIN + section(read_record()) + END in README


def test_every_command_in_the_readme_exists():
    named = set(re.findall(r"har-live (\w+)[ `\n]", README))
    shown = subprocess.run(
        [sys.executable, "-m", "har_live", "--help"], capture_output=True, text=True, timeout=60
    ).stdout
    assert {"live", "annotate", "predict", "demo", "doctor"} <= named
    assert [name for name in sorted(named) if not re.search(rf"^│ {name} ", shown, re.M)] == []


def test_the_python_code_runs_as_printed(tmp_path: Path, monkeypatch):
    make_clip(tmp_path / "in.mp4", pts_seconds=[i / 12 for i in range(40)], size=(96, 72))
    takes = Recordings(tmp_path / "my-takes")
    for take in lesson("left_arm", takes=2):
        takes.add(take)
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "my-takes"))
    code = "\n".join(re.findall(r"```python\n(.*?)```", README, re.S))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=110,
    )
    assert done.returncode == 0, done.stderr
    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")}
    assert "my-takes/weights/gym/card.json" in written
    written = {path for path in written if not path.startswith("my-takes")}
    assert written == {
        "in.mp4",
        "out.mp4",
        "out.jsonl",
        "live.jsonl",
        "folder/in.mp4",
        "folder/in.srt",
    }
    assert "missing.mp4 folder/missing.mp4" in done.stdout


def test_the_pictures_are_there():
    paths = re.findall(r"!\[[^]]*\]\(([^)]+)\)", README)
    assert paths
    assert [path for path in paths if not (Path(__file__).parents[1] / path).is_file()] == []
