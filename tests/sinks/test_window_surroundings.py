"""The window where a display or a library is missing, beside PyAV, and with others' settings."""

from __future__ import annotations

import os
import sys

import pytest

from har_live.opencv import explain_import_error
from tests.support.make_media import make_clip
from tests.support.window_made import SHOW, run


def complaint(environment: dict[str, str], *, before: str = "") -> str:
    """What a new window says when it can't be: one line; the process lives on."""
    code = f"""
{before}
from har_live.errors import SinkError
from har_live.sinks.window import Window
try:
    Window("cinema")
except SinkError as error:
    print(error)
"""
    done = run(code, environment)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1
    return done.stdout.strip()


def without_display() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}


@pytest.mark.parametrize(
    ("variables", "hint"),
    [
        ({}, ""),
        ({"DISPLAY": ":987"}, " (nothing answers at DISPLAY=:987)"),
        ({"DISPLAY": "nonsense"}, " (nothing answers at DISPLAY=nonsense)"),
        (
            {"WAYLAND_DISPLAY": "wayland-0"},
            " (OpenCV's windows need X11; install xwayland and set DISPLAY)",
        ),
    ],
)
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X11 only")
def test_without_a_display_one_line_says_so(variables, hint):
    line = complaint(without_display() | variables)
    assert line == "no display: use --no-window, --record OUT.mp4, or har-live annotate" + hint


def test_settings_for_other_programs_windows_do_no_harm(x_server):
    environment = x_server.environment | {"QT_QPA_PLATFORM": "wayland", "WAYLAND_DISPLAY": "no"}
    done = run(SHOW + "w = Window('cinema'); w.show(picture); print(w.poll())", environment)
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


def test_a_missing_system_library_is_named(x_server, tmp_path):
    # What the loader says on a Debian without libgl1.
    text = "libGL.so.1: cannot open shared object file: No such file or directory"
    (tmp_path / "cv2.py").write_text(f"raise ImportError({text!r})\n")
    environment = x_server.environment | {"PYTHONPATH": str(tmp_path)}
    line = complaint(environment)
    assert line == "OpenCV can't load, libGL.so.1 is missing: apt install libgl1"


def test_an_opencv_without_windows_is_named(x_server):
    # OpenCV's headless build has the function, which says that it is not implemented.
    before = """
import cv2
def namedWindow(*args): raise cv2.error("The function is not implemented")
cv2.namedWindow = namedWindow
"""
    assert complaint(x_server.environment, before=before).endswith(
        "pip install --force-reinstall opencv-python"
    )


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (
            ImportError("libgthread-2.0.so.0: cannot open shared object file: No such file"),
            "OpenCV can't load, libgthread-2.0.so.0 is missing: apt install libglib2.0-0",
        ),
        (
            ImportError("libodd.so.7: cannot open shared object file: No such file"),
            "OpenCV can't load, libodd.so.7 is missing: install the package that has libodd.so.7",
        ),
        (
            ModuleNotFoundError("No module named 'cv2'", name="cv2"),
            "OpenCV is not installed: pip install opencv-python",
        ),
        (
            ImportError("libGL.so.1: file too short", name="cv2"),
            "OpenCV can't load (libGL.so.1: file too short): "
            "pip install --force-reinstall opencv-python",
        ),
        (ModuleNotFoundError("No module named 'odd'", name="odd"), None),
    ],
)
def test_import_errors_in_words(error, line):
    assert explain_import_error(error) == line


def test_pyav_decodes_in_a_thread_while_a_window_shows(x_server, tmp_path):
    path = tmp_path / "clip.mp4"
    make_clip(path, pts_seconds=[i / 10 for i in range(40)])
    code = (
        "import har_live.overlay  # OpenCV before PyAV\nimport av, queue, threading"
        + SHOW
        + f"""
pictures = queue.Queue(maxsize=4)
def decode():
    for _ in range(3):
        with av.open({str(path)!r}) as container:
            for frame in container.decode(video=0):
                pictures.put(frame.to_ndarray(format="rgb24"))
    pictures.put(None)
thread = threading.Thread(target=decode)
thread.start()
count = 0
with Window("cinema") as window:
    while (picture := pictures.get()) is not None:
        window.show(picture)
        window.poll()
        count += 1
thread.join()
print(count)
"""
    )
    done = run(code, x_server.environment)
    assert (done.returncode, done.stdout) == (0, "120\n"), done.stderr


def test_pyav_loaded_first_is_an_error_and_never_a_freeze(x_server):
    line = complaint(x_server.environment, before="import av")
    assert line.endswith("put `import cv2` before `import av`")


def test_a_process_without_windows_keeps_its_settings():
    code = "import os, har_live.sinks.window; print(os.environ.get('QT_QPA_PLATFORM'))"
    environment = {k: v for k, v in os.environ.items() if k != "QT_QPA_PLATFORM"}
    assert run(code, environment).stdout == "None\n"
