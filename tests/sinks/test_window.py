"""The window, in a real X server, with real key presses and pictures of the real screen."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import numpy as np
import pytest

from har_live.sinks.window import HELP_LINES, window_size
from tests.support.window_made import SHOW, Child, run
from tests.support.x_server import SCREEN, XServer, wait_until

RED, BLUE, BLACK = (255, 0, 0), (0, 0, 255), (0, 0, 0)

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


@pytest.fixture
def cinema(x_server: XServer) -> Iterator[Child]:
    """A window that shows red and blue and prints what its keys mean; it has the keyboard."""
    title = f"cinema {next(_numbers)} – Küche"  # the one before may still be on its way out
    with Child(LOOP, title, environment=x_server.environment) as child:
        child.window = x_server.focus(title)
        assert x_server.xdotool("getwindowname", child.window) == title
        yield child


def box_of(picture: np.ndarray, color: tuple[int, int, int]) -> tuple[int, int, int, int] | None:
    """Left, top, right, bottom of a colour in a picture of the screen; where an enlarged picture's
    colours meet, they run into each other by a pixel."""
    rows, columns = np.nonzero((np.abs(picture.astype(int) - color) < 100).all(axis=2))
    if len(rows) == 0:
        return None
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


def halves_on(
    x_server: XServer, *, width: int, height: int
) -> tuple[np.ndarray, tuple[int, int, int, int]]:
    """Wait until all of the red half and, right of it, all of the blue one are on one picture of
    the screen; that picture, and where the red one is."""
    seen = []

    def are_shown() -> bool:
        screen = x_server.picture()
        red, blue = box_of(screen, RED), box_of(screen, BLUE)
        if red is None or blue is None:
            return False
        seen.append((screen, red))
        left, top, right, bottom = red
        is_tall = abs((bottom - top) - height) <= 2
        return right - left == width and is_tall and blue == (right, top, right + width, bottom)

    wait_until(are_shown)
    return seen[-1]


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
        ("Tab", "person"),
        ("b", "joints"),
        ("BackSpace", "drop"),
        ("Return", "next"),
        ("n", "next"),
        ("q", "quit"),
    ]
    for press, meaning in presses:
        x_server.press(press)
        assert cinema.line() == meaning, press
    assert cinema.line() == "over"
    assert cinema.exit_code() == 0
    keys = {key.lower() for keys, _ in HELP_LINES for key in keys.split()}
    assert keys == {"q", "esc", "space", "s", "r", "h", "f", "tab", "b"}


def test_caps_lock_escape_and_keys_that_mean_nothing(x_server, cinema):
    x_server.press("Caps_Lock")
    try:
        x_server.press("r")
        assert cinema.line() == "record"
    finally:
        x_server.press("Caps_Lock")
    # The code of the left arrow ends in that of Q; F8's in that of E, Å has one of its own.
    for press in ("Left", "F8", "Aring", "Delete", "x"):
        x_server.press(press)
    x_server.press("Escape")
    assert [cinema.line(), cinema.line()] == ["quit", "over"]


def test_colors_and_proportions_on_the_screen(x_server, cinema):
    # A picture of 320×240 is enlarged to 640×480, half of it red.
    _, (left, top, _, _) = halves_on(x_server, width=320, height=480)
    assert 0 < left < SCREEN[0] - 640
    assert 0 < top < SCREEN[1] - 480  # all of it is on the screen

    x_server.xdotool("windowsize", cinema.window, "300", "400")
    # Wide enough for 300×225, each half 150; the window's frame may take a pixel or two.
    screen, (left, top, _, bottom) = halves_on(x_server, width=150, height=225)
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


def test_size_of_a_new_window():
    assert window_size(640, 480, screen=(1920, 1080)) == (640, 480)
    assert window_size(160, 120, screen=(1920, 1080)) == (640, 480)
    assert window_size(1920, 1080, screen=(1920, 1080)) == (1536, 864)
    assert window_size(1080, 1920, screen=(1920, 1080)) == (486, 864)
    assert window_size(3840, 2, screen=(1280, 800)) == (1024, 1)
