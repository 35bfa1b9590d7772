"""The window, in a real X server, with real key presses and pictures of the real screen.

Each window lives in a process of its own: Qt reads DISPLAY once, and ends the process it dislikes.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from types import TracebackType
from typing import Self

import numpy as np
import pytest

from har_live.missing import explain_import_error
from har_live.sinks.window import HELP_LINES, window_size
from tests.make_media import make_clip
from tests.x_server import (
    PATIENCE_SECONDS,
    SCREEN,
    XServer,
    require_x_programs,
    wait_until,
)

RED, BLUE, BLACK = (255, 0, 0), (0, 0, 255), (0, 0, 0)

SHOW = """
import sys
import numpy as np
from har_live.sinks.window import Window

picture = np.zeros((240, 320, 3), np.uint8)
picture[:, :160], picture[:, 160:] = (255, 0, 0), (0, 0, 255)  # RGB: left red, right blue
"""
LOOP = (
    SHOW
    + """
window = Window(sys.argv[1])
while not window.is_closed:
    window.show(picture)
    for key in window.poll():
        print(key, flush=True)
        if key == "fullscreen":
            window.toggle_fullscreen()
        if key == "quit":
            window.close()
print("over", flush=True)
window.show(picture)
window.poll()
window.toggle_fullscreen()
window.close()
"""
)


_numbers = count(1)


@pytest.fixture(scope="module")
def x_server() -> Iterator[XServer]:
    require_x_programs()
    with XServer() as server:
        yield server


class Child:
    """A Python that runs ``code``; what it prints is read line by line, within bounded time."""

    def __init__(self, code: str, *arguments: str, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            bufsize=0,
        )

    window = ""
    """Its number, once known."""

    def line(self) -> str:
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], PATIENCE_SECONDS)
        assert ready, "nothing was printed in time"
        return self._process.stdout.readline().decode().strip()

    def exit_code(self) -> int:
        return self._process.wait(PATIENCE_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait(PATIENCE_SECONDS)
        assert self._process.stdout is not None
        self._process.stdout.close()


@pytest.fixture
def cinema(x_server: XServer) -> Iterator[Child]:
    """A window that shows red and blue and prints what its keys mean; it has the keyboard."""
    title = f"cinema {next(_numbers)} – Küche"  # the one before may still be on its way out
    with Child(LOOP, title, environment=x_server.environment) as child:
        child.window = x_server.focus(title)
        assert x_server.xdotool("getwindowname", child.window) == title
        yield child


def run(code: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )


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


def box_of(picture: np.ndarray, color: tuple[int, int, int]) -> tuple[int, int, int, int] | None:
    """Left, top, right, bottom of a colour in a picture of the screen; where an enlarged picture's
    colours meet, they run into each other by a pixel."""
    rows, columns = np.nonzero((np.abs(picture.astype(int) - color) < 100).all(axis=2))
    if len(rows) == 0:
        return None
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


def test_every_key_means_what_the_help_says(x_server, cinema):
    presses = [
        ("h", "help"),
        ("space", "pause"),
        ("s", "screenshot"),
        ("r", "record"),
        ("f", "fullscreen"),
        ("f", "fullscreen"),
        ("shift+s", "screenshot"),
        ("7", "7"),
        ("q", "quit"),
    ]
    for press, meaning in presses:
        x_server.press(press)
        assert cinema.line() == meaning, press
    assert cinema.line() == "over"
    assert cinema.exit_code() == 0
    keys = {key.lower() for keys, _ in HELP_LINES for key in keys.split()}
    assert keys == {"q", "esc", "space", "s", "r", "h", "f"}


def test_caps_lock_escape_and_keys_that_mean_nothing(x_server, cinema):
    x_server.press("Caps_Lock")
    try:
        x_server.press("r")
        assert cinema.line() == "record"
    finally:
        x_server.press("Caps_Lock")
    # The code of the left arrow ends in that of Q; F8's in that of E, Å has one of its own.
    for press in ("Left", "F8", "Aring", "Return", "x"):
        x_server.press(press)
    x_server.press("Escape")
    assert [cinema.line(), cinema.line()] == ["quit", "over"]


def test_colors_and_proportions_on_the_screen(x_server, cinema):
    # A picture of 320×240 is enlarged to 640×480, half of it red.
    wait_until(lambda: (box := box_of(x_server.picture(), RED)) and box[2] - box[0] == 320)
    left, top, right, bottom = box_of(x_server.picture(), RED)
    assert bottom - top == 480
    assert box_of(x_server.picture(), BLUE) == (right, top, right + 320, bottom)
    assert 0 < left < SCREEN[0] - 640
    assert 0 < top < SCREEN[1] - 480  # all of it is on the screen

    x_server.xdotool("windowsize", cinema.window, "300", "400")
    # Wide enough for 300×225, each half 150; the window's frame may take a pixel or two.
    wait_until(lambda: (box := box_of(x_server.picture(), RED)) and box[2] - box[0] == 150)
    screen = x_server.picture()
    left, top, right, bottom = box_of(screen, RED)
    assert abs((bottom - top) - 225) <= 2
    assert tuple(screen[top - 20, left + 100]) == BLACK
    assert tuple(screen[bottom + 20, left + 100]) == BLACK
    x_server.press("q")
    assert cinema.line() == "quit"


def test_a_picture_of_another_size_gets_its_own_window_size(x_server):
    code = (
        SHOW
        + """
with Window("cinema") as window:
    for shape in ((240, 320, 3), (300, 500, 3)):
        for _ in range(50):
            window.show(np.zeros(shape, np.uint8))
            window.poll()
        print(window._view_size())
    window._cv2.resizeWindow(window._name, 333, 222)  # as the user's hand does
    for shape in ((300, 500, 3), (240, 320, 3)):
        for _ in range(50):
            window.show(np.zeros(shape, np.uint8))
            window.poll()
    print(window._view_size())
"""
    )
    done = run(code, x_server.environment)
    assert done.stdout == "(640, 480)\n(640, 384)\n(333, 222)\n", done.stderr


def test_full_screen_and_back(x_server, cinema):
    def width_of_red() -> int:
        box = box_of(x_server.picture(), RED)
        return 0 if box is None else int(box[2] - box[0])

    wait_until(lambda: width_of_red() == 320)
    x_server.press("f")
    wait_until(lambda: width_of_red() == SCREEN[0] // 2)
    assert box_of(x_server.picture(), RED) == (0, 0, SCREEN[0] // 2, SCREEN[1])
    x_server.press("f")
    wait_until(lambda: width_of_red() == 320)
    x_server.press("q")
    assert [cinema.line() for _ in range(4)] == ["fullscreen", "fullscreen", "quit", "over"]


def test_closed_by_the_window_manager_it_stays_closed(x_server, cinema):
    x_server.press("alt+F4")
    assert cinema.line() == "over"
    assert cinema.exit_code() == 0  # after a picture more, which did not open it again


def test_closing_one_window_leaves_the_other(x_server):
    code = (
        SHOW
        + """
first, second = Window("cinema"), Window("cinema")
for _ in range(20):
    first.show(picture), second.show(picture), first.poll(), second.poll()
first.close()
first.close()
for _ in range(20):
    second.show(picture)
    second.poll()
print(first.is_closed, second.is_closed)
with second:
    pass
print(second.is_closed, second.poll())
"""
    )
    done = run(code, x_server.environment)
    assert done.stdout == "True False\nTrue []\n"
    assert (done.returncode, done.stderr) == (0, "")


def test_it_is_not_closed_before_the_first_picture(x_server):
    code = (
        SHOW + "w = Window('cinema'); w.poll(); print(w.is_closed); w.close(); print(w.is_closed)"
    )
    assert run(code, x_server.environment).stdout == "False\nTrue\n"


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


def test_size_of_a_new_window():
    assert window_size(640, 480, screen=(1920, 1080)) == (640, 480)
    assert window_size(160, 120, screen=(1920, 1080)) == (640, 480)
    assert window_size(1920, 1080, screen=(1920, 1080)) == (1536, 864)
    assert window_size(1080, 1920, screen=(1920, 1080)) == (486, 864)
    assert window_size(3840, 2, screen=(1280, 800)) == (1024, 1)


def test_a_process_without_windows_keeps_its_settings():
    code = "import os, har_live.sinks.window; print(os.environ.get('QT_QPA_PLATFORM'))"
    environment = {k: v for k, v in os.environ.items() if k != "QT_QPA_PLATFORM"}
    assert run(code, environment).stdout == "None\n"
