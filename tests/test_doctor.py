"""Doctor: each check on what is there and on what is broken, and the commands as a user types them.

What a test can't take away from this machine (codecs, drivers, cameras) is put before the check as
a broken one.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
import sys
from datetime import date
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import cv2
import pytest
from typer.testing import CliRunner

import har_live
from har_live import console, doctor
from har_live.bench import timing
from har_live.cli import app
from har_live.doctor import Check, examine, main_job_runs, scoring, system, video
from har_live.doctor.check import REPORT, Examination, amiss, in_child, run
from har_live.errors import SinkError, SourceError
from har_live.sources import camera
from har_live.sources.camera_list import CameraInfo
from tests.fake_v4l2 import FakeDevice, FakeKernel
from tests.make_media import make_clip

# A check, and what it can't do to the others.


def test_a_check_refuses_what_it_does_not_know():
    with pytest.raises(ValueError, match="status is 'fine'"):
        Check("x", "fine", "y")


def test_an_exception_becomes_the_line_of_its_check():
    def breaks() -> list[Check]:
        raise RuntimeError("first line\nsecond line")

    assert run(Examination("x", breaks)) == [
        Check("x", "problem", "RuntimeError: first line", REPORT)
    ]


def test_an_error_of_ours_brings_its_own_remedy():
    def breaks() -> list[Check]:
        raise SourceError("camera 0 is forbidden; sudo usermod -aG video $USER")

    assert run(Examination("x", breaks)) == [
        Check("x", "problem", "camera 0 is forbidden", "sudo usermod -aG video $USER")
    ]
    assert amiss("x", "warning", SinkError("no display: use --no-window")) == Check(
        "x", "warning", "no display", "use --no-window"
    )
    assert amiss("x", "warning", SinkError("no")) == Check("x", "warning", "no")


def say(*words: str) -> list[Check]:
    """Called in a child process, by the tests below."""
    os.write(1, b"a driver's banner on standard output\n")
    return [Check("said", "ok", word) for word in words]


def abort() -> list[Check]:
    os.write(2, b"first words\nqt: no display\n")
    os.abort()


def hang() -> list[Check]:
    import signal

    signal.pause()
    return []


def leave() -> list[Check]:
    os._exit(3)


def throw() -> list[Check]:
    raise OSError("broken pipe")


def test_a_child_process_answers_whatever_its_libraries_print():
    assert in_child("x", say, "one", "zwei – 2") == [
        Check("said", "ok", "one"),
        Check("said", "ok", "zwei – 2"),
    ]


@pytest.mark.parametrize(
    ("function", "detail"),
    [
        (abort, "crashed (SIGABRT): qt: no display"),
        (leave, "ended with code 3: without a word"),
        (throw, "OSError: broken pipe"),
    ],
)
def test_a_child_process_may_crash(function, detail):
    (check,) = in_child("x", function)
    assert (check.status, check.detail, check.remedy) == ("problem", detail, REPORT)


def test_a_child_process_may_hang():
    (check,) = in_child("x", hang, timeout_seconds=1.5)
    assert check.detail == "gave no answer in 1.5 s"


def test_what_is_vital_decides():
    vital = [examination for examination in doctor.EXAMINATIONS if examination.is_vital]
    assert [examination.name for examination in vital] == ["OpenCV", "H.264", "weights", "speed"]
    fine = [Check(examination.name, "ok", "") for examination in vital]
    assert main_job_runs(fine)
    assert main_job_runs([*fine, Check("display", "problem", "")])
    assert main_job_runs([*fine, Check("speed", "warning", "0.9 times real time")])
    assert not main_job_runs([*fine, Check("H.264", "problem", "")])


def test_one_broken_check_leaves_the_others(monkeypatch):
    def breaks() -> list[Check]:
        raise RuntimeError("no")

    examinations = (Examination("broken", breaks), system.PYTHON, system.LIBRARIES)
    monkeypatch.setattr(doctor, "EXAMINATIONS", examinations)
    names: list[str] = []
    checks = list(examine(names.append))
    assert names == ["broken", "Python", "libraries"]
    assert [(check.name, check.status) for check in checks] == [
        ("broken", "problem"),
        ("har-live", "ok"),
        ("Python", "ok"),
        ("system", "ok"),
        ("libraries", "ok"),
    ]


# Python, libraries, cameras, display.


def test_versions():
    ours, python, _ = system.python()
    assert ours.detail.startswith(f"{har_live.__version__} in ")
    assert python.detail.startswith(sys.version.split()[0])
    (libraries,) = system.libraries()
    assert f"numpy {metadata.version('numpy')}" in libraries.detail
    assert "pytest" not in libraries.detail  # of the extra for tests


def test_a_missing_library_is_named(monkeypatch):
    real = metadata.version

    def version(name: str) -> str:
        if name in ("yt-dlp", "av"):
            raise metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(metadata, "version", version)
    (check,) = system.libraries()
    assert check.status == "warning"
    assert check.detail.endswith("not installed: av, yt-dlp")
    assert check.remedy == "pip install av yt-dlp"
    assert video.yt_dlp()[0].detail == "not installed: no YouTube"


def test_opencv_loads():
    assert system.opencv() == system.try_opencv()
    assert system.try_opencv()[0].detail.startswith(cv2.__version__)


def test_opencv_without_a_system_library(tmp_path, monkeypatch):
    text = "libGL.so.1: cannot open shared object file: No such file or directory"
    (tmp_path / "cv2.py").write_text(f"raise ImportError({text!r})\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    expected = Check(
        "OpenCV", "problem", "OpenCV can't load, libGL.so.1 is missing", "apt install libgl1"
    )
    assert system.opencv() == [expected]
    # Every command says the same, in one line.
    command = [sys.executable, "-c", "from har_live.cli import main; main()", "predict", "figure"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    line = "har-live: OpenCV can't load, libGL.so.1 is missing: apt install libgl1\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", line)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X11 only")
def test_no_display_is_a_warning(monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    remedy = "use --no-window, --record OUT.mp4, or har-live annotate"
    assert system.display() == [Check("display", "warning", "no display", remedy)]


def test_a_window_opens(monkeypatch):
    from tests.x_server import SCREEN, XServer, require_x_programs

    require_x_programs()
    with XServer() as server:
        monkeypatch.setenv("DISPLAY", server.display)
        (check,) = system.display()
    width, height = SCREEN
    assert check.detail == f"a window opens at {server.display}, {width}×{height} pixels"
    assert check.status == "ok"


@pytest.fixture
def kernel(tmp_path, monkeypatch) -> FakeKernel:
    return FakeKernel(tmp_path, monkeypatch)


def test_no_camera_is_a_warning(kernel):
    (check,) = system.try_cameras()
    assert (check.name, check.status, check.detail) == ("cameras", "warning", "none found")


def test_cameras_each_with_its_own_word(kernel, monkeypatch):
    kernel.plug_in(0, "C270")
    path = kernel.plug_in(2, "Capture Card", FakeDevice(is_streaming_elsewhere=True))
    kernel.let_use(path, "zoom", 4211)
    dead, taken = system.try_cameras()
    assert dead.name == "camera 0"
    assert dead.detail == "camera 0 (C270) can't be opened"
    assert dead.status == "warning"
    assert taken == Check(
        "camera 2",
        "warning",
        "camera 2 (Capture Card) is in use by zoom (process 4211)",
        "close that and try again",
    )


@pytest.mark.parametrize(("true_fps", "status"), [(25.0, "ok"), (5.0, "warning")])
def test_true_frame_rate_of_a_camera(kernel, tmp_path, monkeypatch, true_fps, status):
    kernel.plug_in(0, "C270")
    path = make_clip(tmp_path / "clip.avi", pts_seconds=[i / 10 for i in range(60)], size=(64, 48))

    class Paced:
        """A file at the pace of a camera, by a clock that only goes on with its pictures."""

        def __init__(self) -> None:
            self._capture = cv2.VideoCapture(str(path))
            self.seconds = 0.0

        def grab(self) -> bool:
            self.seconds += 1 / true_fps
            return self._capture.grab()

        def __getattr__(self, name: str) -> object:
            return getattr(self._capture, name)

    paced = Paced()
    monkeypatch.setattr(camera, "open_capture", lambda index, options: paced)
    monkeypatch.setattr(camera, "time", SimpleNamespace(monotonic=lambda: paced.seconds))
    check = system.try_camera(0)
    assert check.status == status
    assert check.detail == f"C270: {true_fps:.1f} frames per second at 64×48"


# Codecs, YouTube.


def test_codecs_are_tried():
    checks = [*video.h264(), *video.other_codecs()]
    assert [(check.name, check.status) for check in checks] == [
        ("H.264", "ok"),
        ("VP9", "ok"),
        ("AAC", "ok"),
    ]


def test_a_missing_encoder_is_a_problem():
    (check,) = video.try_video_codec("H.264", "libnothing", "mp4")
    assert check.status == "problem"
    assert "libnothing" in check.detail
    assert check.remedy == "pip install --force-reinstall av"


def test_a_codec_that_changes_the_picture_is_a_problem(monkeypatch):
    real = video._decode
    monkeypatch.setattr(video, "_decode", lambda av, memory: 255 - real(av, memory))
    (check,) = video.try_video_codec("H.264", "libx264", "mp4")
    assert (check.status, check.detail) == ("problem", "what is encoded comes back changed")


@pytest.mark.parametrize(
    ("version", "status", "detail"),
    [
        ("2026.8.19", "ok", "2026.8.19, 60 days old"),
        ("2026.8.18", "warning", "2026.8.18, 61 days old: YouTube may refuse it"),
        ("2026.08.19.232813.dev0", "ok", "2026.08.19.232813.dev0, 60 days old"),
        ("master", "warning", "master, of unknown age"),
    ],
)
def test_age_of_yt_dlp(version, status, detail):
    check = video.judge_yt_dlp(version, today=date(2026, 10, 18))
    assert (check.status, check.detail) == (status, detail)
    assert (check.remedy == video.UPDATE_YT_DLP) == (status == "warning")


def fake_deno(folder: Path, script: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "deno").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "deno").chmod(0o755)


@pytest.mark.skipif(sys.platform == "win32", reason="shell scripts stand for deno")
@pytest.mark.parametrize(
    ("script", "status", "detail"),
    [
        ("echo 'deno 2.3.0 (stable)'", "ok", "deno 2.3.0 at {}"),
        ("echo 'deno 2.2.9'", "warning", "deno 2.2.9 is too old for yt-dlp"),
        ("exit 4", "warning", "{} does not run (code 4)"),
    ],
)
def test_deno_is_run(tmp_path, monkeypatch, script, status, detail):
    fake_deno(tmp_path, script)
    monkeypatch.setattr(video.sysconfig, "get_path", lambda name: str(tmp_path))
    (check,) = video.javascript()
    assert (check.status, check.detail) == (status, detail.format(tmp_path / "deno"))


def test_no_deno_is_a_warning(tmp_path, monkeypatch):
    monkeypatch.setattr(video.sysconfig, "get_path", lambda name: str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    (check,) = video.javascript()
    assert check == Check(
        "JavaScript",
        "warning",
        "deno is not installed: YouTube may refuse",
        "pip install -U 'yt-dlp[default,deno]'",
    )


# GPU, weights, runtimes.


class FakeDriver:
    """libcuda, as far as it is asked."""

    def __init__(self, code: int = 0) -> None:
        self._code = code

    def cuInit(self, flags: int) -> int:
        return self._code

    def cuDriverGetVersion(self, version) -> int:
        version._obj.value = 12080
        return 0

    def cuDeviceGetCount(self, count) -> int:
        count._obj.value = 2
        return 0

    def cuDeviceGet(self, device, index: int) -> int:
        device._obj.value = 40 + index
        return 0

    def cuDeviceGetName(self, name, length: int, device) -> int:
        name.value = f"NVIDIA Card {device.value}".encode()
        return 0


def test_gpus_and_their_driver(monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda name: FakeDriver())
    assert scoring.try_driver() == [
        Check("GPU", "ok", "CUDA 12.8 driver, NVIDIA Card 40, NVIDIA Card 41")
    ]


def test_a_driver_that_does_not_start(monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda name: FakeDriver(code=804))
    (check,) = scoring.try_driver()
    assert check.status == "warning"
    assert check.detail == "the NVIDIA driver does not start (code 804)"


def test_without_a_driver_torch_is_not_asked(monkeypatch):
    def refuse(name: str) -> None:
        raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr(ctypes, "CDLL", refuse)
    monkeypatch.setattr(
        scoring, "in_child", lambda name, function, *arguments: function(*arguments)
    )
    (check,) = scoring.gpu()
    assert check == Check("GPU", "ok", "no NVIDIA driver: networks run on the CPU")


@pytest.fixture
def shipped(tmp_path, monkeypatch, small_weights) -> Path:
    """A folder of shipped weights: the default ones, and others."""
    import har_live.card

    for name in (har_live.card.DEFAULT_WEIGHTS, "others"):
        shutil.copytree(small_weights("lrcn").folder, tmp_path / "weights" / name)
    folders = {folder.name: folder for folder in (tmp_path / "weights").iterdir()}
    monkeypatch.setattr(har_live.card, "shipped_weights", lambda: folders)
    monkeypatch.setattr(scoring, "shipped_weights", lambda: folders)
    return tmp_path / "weights" / har_live.card.DEFAULT_WEIGHTS


def test_whole_weights_load_and_score(shipped, monkeypatch):
    monkeypatch.setattr(scoring, "BENCHMARK_SECONDS", 0.1)
    assert scoring.weights()[0].status == "ok"
    assert [(c.name, c.status) for c in scoring.other_weights()] == [("weights others", "ok")]
    assert scoring.try_scorer("x", "onnx", "cpu")[0].detail.startswith("loads and scores: ONNX")
    assert scoring.try_scorer("x", "torch", "cpu")[0].detail.startswith("loads and scores: PyTorch")
    (speed,) = scoring.try_speed()
    assert speed.status == "ok"
    assert "times real time: test-lrcn on " in speed.detail


def test_the_benchmark_counts_grid_frames_against_the_clock(shipped, monkeypatch):
    class Slow:
        """Takes an eighth of a second for each frame, by its own clock."""

        runs_on = "a snail"
        seconds = 0.0

        def open_windows(self, num_streams: int, num_windows: int):
            assert (num_streams, num_windows) == (1, 4)  # 8 frames, scored every 2
            return self

        def advance(self, frames, previous, keep) -> None:
            assert frames.shape == (1, 64, 64, 3)
            self.seconds += 0.125

    snail = Slow()
    monkeypatch.setattr(scoring, "open_scorer", lambda weights: snail)
    monkeypatch.setattr(timing, "time", SimpleNamespace(perf_counter=lambda: snail.seconds))
    (check,) = scoring.try_speed()
    assert check.status == "warning"
    assert check.detail == "8 grid frames per second, 0.8 times real time: test-lrcn on a snail"


@pytest.mark.parametrize("file", ["model.onnx", "model.safetensors"])
def test_damaged_weights_are_a_problem(shipped, file):
    with (shipped / file).open("ab") as damaged:
        damaged.write(b"x")
    (check,) = scoring.weights()
    assert check.status == "problem"
    assert check.detail.endswith(f"{file} is not the file its card was written for (wrong sha256)")
    assert check.remedy == "pip install --force-reinstall har-live"
    (shipped / file).unlink()
    assert scoring.weights()[0].detail.endswith(f"{file} is missing")


def test_damage_to_other_weights_is_a_warning(shipped):
    (shipped.parent / "others" / "model.onnx").unlink()
    assert scoring.other_weights()[0].status == "warning"


def test_no_weights_at_all(monkeypatch):
    monkeypatch.setattr(scoring, "shipped_weights", dict)
    monkeypatch.setattr(har_live.card, "shipped_weights", dict)
    (check,) = scoring.weights()
    assert check.status == "problem"
    assert check.detail == f"{har_live.card.DEFAULT_WEIGHTS} did not come with this har-live"
    not_tried = "not tried: there are no weights"
    assert scoring.try_speed() == [Check("speed", "problem", not_tried)]
    assert scoring.try_scorer("x", "onnx", "cpu") == [Check("x", "warning", not_tried)]


def test_a_provider_that_does_not_load_says_what_to_install(shipped):
    (check,) = scoring.try_scorer("ONNX Runtime, openvino", "onnx", "openvino")
    assert check.status == "warning"
    assert check.remedy.startswith("install onnxruntime-openvino")


def test_every_known_provider_of_this_onnx_runtime_is_tried(monkeypatch):
    tried: list[tuple[str, ...]] = []

    def note(name: str, function, *arguments: str) -> list[Check]:
        tried.append(arguments)
        return []

    monkeypatch.setattr(scoring, "in_child", note)
    monkeypatch.setattr(
        "onnxruntime.get_available_providers",
        lambda: ["CUDAExecutionProvider", "AzureExecutionProvider", "CPUExecutionProvider"],
    )
    scoring.providers()
    assert tried == [
        ("ONNX Runtime, cpu", "onnx", "cpu"),
        ("ONNX Runtime, cuda", "onnx", "cuda"),
    ]


# The commands.


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
    monkeypatch.setattr(console.answers, "_width", width)
    checks = [
        Check("OpenCV", "problem", "[not markup] " + "can't load " * 12, "apt install libgl1"),
        Check("ONNX Runtime, cpu", "ok", "loads"),
    ]
    console.print_checks(checks, main_job_runs=False, as_json=False)
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
