"""Doctor: Python, libraries, cameras and display, there or broken.

What a test can't take away from this machine (drivers, cameras) is put before the check as a broken
one.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import metadata
from types import SimpleNamespace

import cv2
import pytest

import har_live
from har_live.doctor import Check, system, video
from har_live.sources import camera
from tests.support.fake_v4l2 import FakeDevice
from tests.support.make_media import make_clip
from tests.support.x_server import SCREEN


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
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
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


def test_a_window_opens(monkeypatch, x_server):
    monkeypatch.setenv("DISPLAY", x_server.display)
    (check,) = system.display()
    width, height = SCREEN
    assert check.detail == f"a window opens at {x_server.display}, {width}×{height} pixels"
    assert check.status == "ok"


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
