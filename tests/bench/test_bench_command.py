"""Benchmarks from end to end: the clips, processes of their own, the command and a quick run."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from typer.testing import CliRunner

from har_live.bench import end_to_end, run
from har_live.bench.clips import make_clips, repeat
from har_live.cli import app
from har_live.errors import BackendError, SinkError
from har_live.sources import open_source

# --- end to end -------------------------------------------------------------------------------


def test_clips_are_what_they_say(tmp_path):
    clips = make_clips(tmp_path, window_seconds=0.2, seconds=0.5, size=(64, 48))
    longer = repeat(clips.whole, tmp_path / "longer.mp4", seconds=1.2)
    faster = repeat(clips.whole, tmp_path / "faster.mp4", seconds=1.2, speed=2)
    assert clips.num_frames == 15
    pictures = {}
    for path, num_frames, fps in (
        (clips.first_window, 6, 30),
        (clips.whole, 15, 30),
        (longer, 45, 30),
        (faster, 75, 60),
    ):
        with open_source(str(path)) as source:
            frames = list(source)
        times = [frame.pts_seconds for frame in frames]
        assert times == pytest.approx(np.arange(num_frames) / fps, abs=1e-4)
        pictures[path] = [frame.image for frame in frames]
    for path in (longer, faster):
        np.testing.assert_array_equal(pictures[path][:15], pictures[clips.whole])
        np.testing.assert_array_equal(pictures[path][15:30], pictures[clips.whole])


def test_a_file_is_at_least_a_window(tmp_path):
    clips = make_clips(tmp_path, window_seconds=0.3, seconds=0.1, size=(64, 48))
    assert clips.num_frames == 9


def test_ctrl_c_in_a_live_run_ends_the_whole_benchmark(monkeypatch):
    monkeypatch.setattr(end_to_end, "live", lambda *_, **__: [SimpleNamespace(exit_code=130)])
    monkeypatch.setattr(end_to_end, "repeat", lambda *_, **__: "clip.mp4")
    setup = SimpleNamespace(
        clips=SimpleNamespace(whole=None), folder=Path(), live_seconds=1.0, recognizer=None
    )
    with pytest.raises(KeyboardInterrupt):
        list(end_to_end.latency_rows(setup))


def test_a_process_that_fails_says_why():
    with pytest.raises(BackendError, match="har_live predict failed: har-live: no weights 'none'"):
        end_to_end.run_module("har_live", "predict", "figure", "--weights", "none")


@pytest.mark.skipif(sys.platform == "win32", reason="the system does not tell")
def test_most_memory_so_far_in_a_process_of_its_own():
    code = """
import numpy as np
from har_live.bench.child import peak_resident_bytes
print(peak_resident_bytes())
held = np.ones(400_000_000, np.uint8)
print(peak_resident_bytes())
del held
print(peak_resident_bytes())
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=True)
    before, during, after = map(int, said.stdout.split())
    # Linux counts each core's pages apart and adds them up now and then.
    assert during - before == pytest.approx(400_000_000, rel=0.02)
    assert after == pytest.approx(during, rel=0.01)


# --- the command ------------------------------------------------------------------------------


def test_a_quick_run_measures_everything(small_weights, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "make_clips", partial(make_clips, size=(160, 90)))
    path = tmp_path / "bench.json"
    folder = str(small_weights("lrcn").folder)
    result = CliRunner().invoke(app, ["bench", "--quick", "-w", folder, "--json", str(path)])
    assert result.exit_code == 0, result.output
    report = json.loads(path.read_text("utf-8"))
    assert (report["format"], report["version"]) == ("har-live-bench", 1)
    assert set(report["machine"]) == {"har-live", "Python", "system", "libraries", "GPU", "time"}
    rows = report["rows"]
    names = [row["name"] for row in rows]
    for name in (
        "grid frame",
        "windows scored",
        "a window anew, 8 frames",
        "grid frame, 16 streams",
        "decode",
        "all (annotate)",
        "latency at 30 fps, p50",
        "latency at 60 fps, p99",
        "start to first label, then end",
        "live, no window: of one core",
    ):
        assert name in names
        assert name in result.output
    for row in rows:
        assert row["value"] > 0
        assert (row["ratio"] is None) == (row["against"] is None)
        if row["ratio"] is not None:
            assert row["ratio"] == pytest.approx(row["value"] / row["against"])
    for fps in (30, 60):
        half, most, nearly_all = (
            row["value"] for row in rows if row["name"].startswith(f"latency at {fps} fps")
        )
        assert half <= most <= nearly_all


def test_help_names_what_can_be_measured_alone():
    text = " ".join(CliRunner().invoke(app, ["bench", "--help"]).stdout.replace("│", " ").split())
    *names, last = run.GROUPS
    assert f"{', '.join(names)} or {last}." in text


@pytest.mark.parametrize(
    ("wrong", "message"),
    [(["--only", "luck"], "'luck' can't be measured"), (["--seconds", "inf"], "3600")],
)
def test_what_can_not_be_measured_is_wrong_usage(small_weights, wrong, message):
    folder = str(small_weights("lrcn").folder)
    result = CliRunner().invoke(app, ["bench", "-w", folder, *wrong])
    assert result.exit_code == 2
    assert message in result.output


def test_a_file_that_exists_is_refused_before_anything_is_measured(tmp_path):
    path = tmp_path / "bench.json"
    path.touch()
    result = CliRunner().invoke(app, ["bench", "--json", str(path)])
    assert isinstance(result.exception, SinkError)
    assert path.read_bytes() == b""
