"""What is wrong with paths and names is told before anything heavy is loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from har_live.errors import SourceError
from har_live.sources.check import check_source
from tests.support.make_media import make_clip

RUN = """
import contextlib, io, json, sys
sys.stdin.reconfigure(encoding="utf-8")
from {module} import main
told = []
for words in json.load(sys.stdin):
    sys.argv = ["program", *words]
    errors, code = io.StringIO(), None
    with contextlib.redirect_stderr(errors):
        try:
            main()
        except SystemExit as end:
            code = end.code
    told.append([code, errors.getvalue().splitlines()[-1]])
heavy = ("torch", "lightning", "onnxruntime", "cv2", "av", "har_live.recognizer")
print(json.dumps([told, [name for name in heavy if name in sys.modules]]))
"""


def tell(module: str, rows: list[list[str]]) -> tuple[list[list[object]], list[str]]:
    """Exit code and last line of each row, and which heavy modules were loaded for all of them."""
    done = subprocess.run(
        [sys.executable, "-c", RUN.format(module=module)],
        input=json.dumps(rows),
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    told, loaded = json.loads(done.stdout)
    return told, loaded


@pytest.fixture
def clip(tmp_path: Path) -> str:
    return str(make_clip(tmp_path / "in.mp4"))


def test_files_of_har_live(clip: str, tmp_path: Path) -> None:
    there = tmp_path / "there.mp4"
    there.write_bytes(b"mine")
    out = str(tmp_path / "out.mp4")
    missing = str(tmp_path / "no" / "out.mp4")
    told, loaded = tell(
        "har_live.cli",
        [
            ["predict", "nowhere.mp4"],
            ["annotate", "nowhere.mp4", out],
            ["annotate", clip, str(there)],
            ["annotate", clip, clip, "--overwrite"],
            ["annotate", clip, missing],
            ["annotate", clip, "out.xyz"],
            ["annotate", clip, out, "--events", "out.txt"],
            ["demo", str(there)],
            ["live", "nowhere.mp4"],
        ],
    )
    exists = f"har-live: {there} exists already; pass --overwrite to replace it"
    assert [code for code, _ in told] == [1] * len(told)
    assert [line for _, line in told] == [
        "har-live: nowhere.mp4: no such file; check the path",
        "har-live: nowhere.mp4: no such file; check the path",
        exists,
        f"har-live: can't write {clip}: it is the source itself; give another name",
        f"har-live: can't write {missing}: there is no folder {tmp_path / 'no'}; create it first",
        "har-live: can't write out.xyz: end its name in one of .mp4, .m4v, .mov, .mkv",
        "har-live: can't tell what kind of output out.txt is; end it in one of .mp4, .m4v, .mov, "
        ".mkv, .jsonl, .ndjson, .json, .csv, .srt, .vtt, http://, https://, mqtt://, mqtts://",
        exists,
        "har-live: nowhere.mp4: no such file; check the path",
    ]
    assert loaded == []
    assert there.read_bytes() == b"mine"


def test_a_name_that_no_camera_has() -> None:
    told, loaded = tell("har_live.cli", [["predict", "no such thing"], ["live", "no such thing"]])
    expected = "har-live: 'no such thing' is neither a file nor a camera; cameras: "
    assert [(code, str(line)[: len(expected)]) for code, line in told] == [(1, expected)] * 2
    assert not {"torch", "onnxruntime", "har_live.recognizer"} & set(loaded)


def test_files_of_live_use(clip: str, tmp_path: Path) -> None:
    there = tmp_path / "there.jsonl"
    there.touch()
    (tmp_path / "there-2.jsonl").touch()
    film = tmp_path / "there.mp4"
    film.touch()
    told, loaded = tell(
        "har_live.cli",
        [
            ["live", clip, "--no-window", "--record", str(film)],
            ["live", clip, "--no-window", "--events", str(there)],
            ["live", clip, clip, "--no-window", "--events", str(there)],
            ["live", "-", clip, "-", "--no-window"],
        ],
    )
    assert [line for _, line in told] == [
        f"har-live: {film} exists already; pass --overwrite to replace it",
        f"har-live: {there} exists already; pass --overwrite to replace it",
        f"har-live: {tmp_path / 'there-2.jsonl'} exists already; pass --overwrite to replace it",
        "har-live: standard input is named 2 times; it can be read once",
    ]
    assert [code for code, _ in told] == [1] * len(told)
    assert not {"torch", "onnxruntime"} & set(loaded)


def test_paths_and_names_of_training(tmp_path: Path) -> None:
    data, file = str(tmp_path), str(tmp_path / "file")
    Path(file).touch()
    no_weights = "error: no weights 'nosuch': not a folder with a card.json"
    no_data = "error: no data at nowhere: expected a manifest CSV or a folder of classes"
    no_joints = "error: no folder nowhere: `python -m training joints` writes it"
    no_folder = f"error: can't write into {file}/x: {file} is not a folder"
    rows = {
        ("evaluate", "nosuch", data): no_weights,
        ("tune-live", "nosuch", data): no_weights,
        ("check-live", "nosuch", data): no_weights,
        ("bench-peers", "nosuch"): no_weights,
        ("adapt", data, "--weights", "nosuch"): no_weights,
        ("train-pixels", data, "--preset", "nosuch"): "error: no preset 'nosuch' among seed-lrcn",
        ("compare", data, "--presets", "nosuch"): "error: no preset 'nosuch' among seed-lrcn",
        **{(command, "nowhere"): no_data for command in ("show", "prepare", "adapt", "compare")},
        ("train-pixels", "nowhere"): no_data,
        ("train", data, "--out", file + "2", "--joints", "nowhere"): no_joints,
        ("cross-source", data, "--joints", "nowhere"): no_joints,
        ("left-out", data, "--labels", "wave", "--joints", "nowhere"): no_joints,
        ("ship", "nowhere", data): "error: no folder nowhere: `python -m training train` writes it",
        ("adapt", data, "--out", f"{file}/x"): no_folder,
        ("train-pixels", data, "--out", f"{file}/x"): no_folder,
        ("compare", data, "--out", f"{file}/x"): no_folder,
        ("prepare", data, "--cache", f"{file}/x"): no_folder,
        ("fetch", "ucf50", f"{file}/x"): no_folder,
    }
    told, loaded = tell("training.__main__", [list(words) for words in rows])
    for words, (code, line), expected in zip(rows, told, rows.values(), strict=True):
        assert (code, str(line)[: len(expected)]) == (1, expected), words
    assert loaded == []


def test_data_beside_the_figure_are_asked_for_too() -> None:
    """Without them it played the figure for a minute and a half first."""
    told, loaded = tell("training.__main__", [["evaluate-live", "everyday-lrcn", "nowhere"]])
    line = "error: no data at nowhere: expected a manifest CSV or a folder of classes"
    assert (told, loaded) == ([[1, line]], [])


def test_what_only_its_opening_can_tell_is_not_looked_for(tmp_path: Path) -> None:
    for spec in ("screen", "figure", "rtsp://nowhere/x.mp4", "https://youtu.be/x", str(tmp_path)):
        check_source(spec)
    with pytest.raises(SourceError, match=r"in\.mp4/x\.mp4: no such file"):
        check_source(os.fspath(make_clip(tmp_path / "in.mp4") / "x.mp4"))
