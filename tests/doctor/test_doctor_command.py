"""``har-live doctor`` and ``har-live cameras``, as a user types them."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from har_live import doctor
from har_live.cli import app
from har_live.cli.console.doctor import print_checks
from har_live.cli.console.terminal import answers
from har_live.doctor import Check, main_job_runs
from har_live.doctor.check import Examination
from har_live.sources.camera_info import CameraInfo
from tests.support.fake_v4l2 import FakeDevice


def test_doctor_as_a_user_types_it():
    command = [sys.executable, "-c", "from har_live.cli import main; main()", "doctor", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    report = json.loads(done.stdout)
    assert (report["format"], report["version"]) == ("har-live-doctor", 1)
    checks = [Check(**values) for values in report["checks"]]
    assert report["main_job_runs"] == main_job_runs(checks)
    assert done.returncode == (0 if report["main_job_runs"] else 1)
    names = {check.name for check in checks}
    assert names >= {"Python", "OpenCV", "H.264", "yt-dlp", "weights", "ONNX Runtime, cpu", "speed"}
    assert all(check.detail and "\n" not in check.detail for check in checks)


@pytest.mark.parametrize("width", [80, 120])
def test_the_table_fits_the_terminal(monkeypatch, capsys, width):
    monkeypatch.setattr(answers, "_width", width)
    checks = [
        Check("OpenCV", "problem", "[not markup] " + "can't load " * 12, "apt install libgl1"),
        Check("ONNX Runtime, cpu", "ok", "loads"),
    ]
    print_checks(checks, main_job_runs=False, as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= width
    assert lines[0].startswith("OpenCV             problem  [not markup] can't load")
    assert "→ apt install libgl1" in "".join(lines)
    assert lines[-1] == "har-live can't work here"


@pytest.mark.parametrize(("works", "code"), [(True, 0), (False, 1)])
def test_exit_code_of_doctor(monkeypatch, works, code):
    check = Check("weights", "ok" if works else "problem", "x")
    monkeypatch.setattr(doctor, "EXAMINATIONS", (Examination("weights", lambda: [check], True),))
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == code


def test_cameras_as_a_table_and_as_json(kernel):
    kernel.plug_in(0, "C270 [HD]")
    path = kernel.plug_in(2, "Capture Card", FakeDevice(is_streaming_elsewhere=True))
    kernel.let_use(path, "zoom", 4211)
    result = CliRunner().invoke(app, ["cameras"])
    assert result.exit_code == 0
    rows = [line.split() for line in result.output.splitlines()]
    sizes = ["320×240,", "640×480,", "1280×720"]
    assert ["0", "C270", "[HD]", "free", *sizes] in rows
    result = CliRunner().invoke(app, ["cameras", "--json"])
    answer = json.loads(result.stdout)
    assert (answer["format"], answer["version"]) == ("har-live-cameras", 1)
    first, second = (
        CameraInfo(**{**values, "sizes": tuple(map(tuple, values["sizes"]))})
        for values in answer["cameras"]
    )
    assert first.state == "free"
    assert (second.index, second.used_by) == (2, "zoom (process 4211)")


def test_no_cameras_exits_with_1(kernel):
    result = CliRunner().invoke(app, ["cameras"])
    assert result.exit_code == 1
    assert result.stdout == "no cameras found\n"
    result = CliRunner().invoke(app, ["cameras", "--json"])
    assert result.exit_code == 1
    assert json.loads(result.stdout)["cameras"] == []
