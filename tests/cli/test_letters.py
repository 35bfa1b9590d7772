"""Every command ends with its answer, whatever the console can write."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import training.__main__
from har_live import cli, doctor
from har_live.console_letters import stand_in
from har_live.doctor.check import Check, Examination
from tests.support.make_media import make_clip

ENCODINGS = ("cp437", "cp1252", "cp932", "ascii")
"""Of DOS, of Windows, one of two bytes a letter, and that of a locale not set."""
LABELS = ["中文", "跑步→", "sauté–ed", "𝒳×walk"]


@pytest.fixture(scope="module")
def folder(small_weights, tmp_path_factory) -> Path:
    """Weights whose labels and remarks no old code page has."""
    folder = tmp_path_factory.mktemp("letters") / "weights"
    shutil.copytree(small_weights("lrcn").folder, folder)
    card = json.loads((folder / "card.json").read_text("utf-8"))
    card |= {"labels": LABELS, "description": "from → to – “so” × 中", "accuracy": "≤ 90 % – “so”"}
    live = {"seconds": 600, "date": "–", "machine": "→", "command": "×"}
    live["scorers"] = {"torch×": {"figure": {}, "segment_f1": 0.5}}
    card["metrics"] = {"live": live, "remark": "中–"}
    (folder / "card.json").write_text(json.dumps(card, ensure_ascii=False), "utf-8")
    return folder


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("letters") / "in–→×中.mp4"
    return make_clip(path, pts_seconds=[i / 20 for i in range(40)], size=(160, 120))


def say(monkeypatch, encoding: str, main, *arguments: object) -> tuple[int, str, str]:
    """Exit code and what lands on both streams, as a console of that encoding reads it."""
    streams = [io.TextIOWrapper(io.BytesIO(), encoding, write_through=True) for _ in range(2)]
    monkeypatch.setattr(sys, "stdout", streams[0])
    monkeypatch.setattr(sys, "stderr", streams[1])
    monkeypatch.setattr(sys, "argv", ["har-live", *map(str, arguments)])
    try:
        main()
        code = 0
    except SystemExit as end:
        code = end.code
    # Click writes UTF-8 where Python says ASCII, which most often is a locale not set.
    out, errors = (stream.buffer.getvalue().decode(encoding, "replace") for stream in streams)
    assert "Traceback" not in errors
    return code, out, errors


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_command_ends_with_its_answer(encoding, folder, clip, tmp_path, monkeypatch, kernel):
    kernel.plug_in(0, "Kamera – 中→")
    told = Check("OpenCV", "problem", "can't load – “x”", "apt install → 中")
    monkeypatch.setattr(doctor, "EXAMINATIONS", (Examination("OpenCV", lambda: [told], True),))
    weights = ["-w", folder, "--min-confidence", "0"]

    def har_live(*arguments: object) -> tuple[int, str, str]:
        return say(monkeypatch, encoding, cli.main, *arguments)

    code, out, _ = har_live("predict", clip, *weights)
    assert (code, "%" in out) == (0, True)
    code, out, _ = har_live("predict", clip, *weights, "--single")
    assert (code, len(out.splitlines())) == (0, 4)
    answer = json.loads(har_live("predict", clip, *weights, "--json")[1])
    assert {s["label"] for s in answer["segments"]} <= set(LABELS)
    assert answer["source"] == str(clip)
    code, _, errors = har_live("annotate", clip, tmp_path / "→中.mp4", *weights)
    assert code == 0
    assert ("->" in errors) or ("→" in errors)
    code, _, errors = har_live(
        "live", clip, "--no-window", "--events", tmp_path / "–.srt", *weights
    )
    assert (code, "ended by" in errors) == (0, True)
    assert har_live("demo", tmp_path / "nowhere–→" / "demo.mp4", *weights[:2])[0] == 1
    code, out, _ = har_live("models", folder)
    assert code == 0
    assert "live behaviour" in out
    assert json.loads(har_live("models", folder, "--json")[1])["labels"] == LABELS
    assert "everyday-lrcn" in har_live("models")[1]
    code, out, _ = har_live("cameras")
    assert code == 0
    assert "640" in out
    code, out, _ = har_live("doctor")
    assert code == 1
    assert out.splitlines()[-1] == "har-live can't work here"
    code, out, _ = har_live(
        "bench", "-w", folder, "--quick", "--seconds", "0.01", "--only", "grid-frame"
    )
    assert code == 0
    assert "grid frame" in out
    assert har_live("predict", "–→中.mp4", *weights)[0] == 1
    for command in ("live", "annotate", "predict", "demo", "models", "cameras", "doctor", "bench"):
        code, out, _ = har_live(command, "--help")
        assert (code, "Usage" in out) == (0, True)
        assert har_live(command, "--→中–")[0] == 2


@pytest.mark.parametrize("encoding", ["cp437", "ascii"])
def test_training_commands_do_so_too(encoding, tmp_path, monkeypatch):
    data = tmp_path / "→–中"
    for label in ("walk–×", "中文"):
        (data / label).mkdir(parents=True)
        make_clip(data / label / "a.mp4")
    code, out, _ = say(
        monkeypatch, encoding, training.__main__.main,
        "show", data, "--out", tmp_path / "show–.png", "--workers", 1,
    )  # fmt: skip
    assert code == 0
    assert "wrote " in out
    assert say(monkeypatch, encoding, training.__main__.main, "show", "→–中")[0] == 1


@pytest.mark.parametrize("encoding", ["cp437", "ascii"])
def test_a_pipe_of_old(encoding, folder):
    """As a process of its own, where Python chooses the streams."""
    done = subprocess.run(
        [sys.executable, "-m", "har_live", "models", folder],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        timeout=90,
    )
    assert done.returncode == 0, done.stderr
    assert "from -> to - " in " ".join(done.stdout.decode(encoding).split())


def test_stand_ins():
    assert "".join(map(stand_in, "a→b – é × … ² 中")) == "a->b - e x ... 2 \\u4e2d"
    assert stand_in(os.fsdecode(b"\xe9")) == "\\xe9"
    assert stand_in("\ud800") == "\\ud800"
