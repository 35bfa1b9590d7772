"""A guided recording in a real window, by real keys, before a camera that plays a real video."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from itertools import count

import numpy as np
import pytest

from har_live.lessons.recordings import Recordings
from tests.support.resources import wait_until
from tests.support.window_made import Child
from tests.support.x_server import XServer

RECORDING = (255, 69, 58)
LESSON = """
import json, signal, sys
import har_live.lessons.guide_screen as screen
from har_live.card import open_weights
from har_live.demo.source import DemoSource
from har_live.scorers import open_finder
from har_live.sinks.window import Window
from har_live.lessons.guide import record
from har_live.lessons.recordings import LessonPlan, Recordings
from tests.support.signals_made import heed_signals
from tests.support.sources_made import MadeSource, paced

heed_signals()
signal.signal(signal.SIGINT, signal.default_int_handler)
draw, before = screen.draw_lesson, None

def telling(image, view):
    global before
    now = [view.progress, view.message, view.recorded is not None]
    if now != before:
        before = now
        print(json.dumps(now), flush=True)
    return draw(image, view)

screen.draw_lesson = telling
with Window(sys.argv[1]) as window:
    summary = record(
        "made",
        Recordings(sys.argv[2]),
        open_finder(runtime="onnx"),
        plan=LessonPlan(tuple(sys.argv[3:]), takes=2, take_seconds=1.0, none_seconds=0),
        card=open_weights("everyday-lrcn").card,
        window=window,
        open_new=lambda: MadeSource(paced(iter(DemoSource())), is_live=True),
    )
print(summary.ending, summary.exit_code, flush=True)
"""

_numbers = count(1)


class LessonWindow:
    """A recording in a process of its own; what its picture says is read as it changes."""

    def __init__(self, x_server: XServer, child: Child) -> None:
        self.x_server = x_server
        self.child = child

    def until(self, is_so: Callable[[str, str, bool], bool]) -> None:
        """Read on until the picture says so: progress, message, whether it records."""
        while True:
            line = self.child.line()
            assert line, "it has ended"
            if is_so(*json.loads(line)):
                return

    def says(self, text: str) -> None:
        self.until(lambda progress, message, _: text in message or text in progress)

    def ends_with(self, text: str) -> None:
        """Check what is printed at the end."""
        while (line := self.child.line()).startswith("["):
            pass
        assert line == text
        assert self.child.exit_code() == 0

    def press(self, key: str) -> None:
        self.x_server.press(key)


@pytest.fixture
def lesson(x_server: XServer, tmp_path) -> Iterator[Callable[..., LessonWindow]]:
    children: list[Child] = []

    def open_one(*actions: str) -> LessonWindow:
        title, folder = f"lesson {next(_numbers)}", str(tmp_path / "lesson")
        children.append(Child(LESSON, title, folder, *actions, environment=x_server.environment))
        x_server.focus(title)
        return LessonWindow(x_server, children[-1])

    yield open_one
    for child in children:
        child.close()


@pytest.fixture
def recordings(tmp_path) -> Recordings:
    return Recordings(tmp_path / "lesson")


def has_frame(screen: np.ndarray) -> bool:
    """Return whether there is the frame around the picture."""
    near = np.abs(screen.astype(int) - RECORDING).max(axis=2) < 40
    return bool(near.sum() > 500)


def test_it_is_led_by_keys(lesson, x_server, recordings):
    window = lesson("wave", "Küche 台所")
    window.says("Do it for 1 s, 2 times. Space starts")
    window.press("space")
    window.until(lambda _progress, _message, is_recording: is_recording)
    # The finger was too early: that take is repeated.
    window.press("space")
    window.says("Kept")
    assert recordings.counts() == {"wave": 1}
    window.press("BackSpace")
    window.says("take 1 of 2")
    assert len(recordings) == 0
    window.says("Kept")
    window.press("Return")
    window.says("take 1 of 2 · action 2 of 2")
    window.until(lambda _progress, _message, is_recording: is_recording)
    wait_until(lambda: has_frame(x_server.picture()))  # it is told before it is shown
    window.says("Kept")
    window.press("Escape")
    window.ends_with("a key 0")
    assert recordings.counts() == {"wave": 1, "Küche 台所": 1}
    assert all(np.count_nonzero(take.joints[..., 2] > 0.2) > 80 for take in recordings)


def test_ctrl_c_keeps_the_takes_and_the_next_start_goes_on(lesson, recordings):
    window = lesson("wave")
    window.says("Space starts")
    window.press("space")
    window.says("Kept")
    window.until(lambda _progress, _message, is_recording: is_recording)
    window.child.signal(signal.SIGINT)
    window.ends_with("SIGINT 130")
    assert recordings.counts() == {"wave": 1}
    again = lesson("wave")
    again.says("Space goes on")
    again.press("space")
    again.says("take 2 of 2 · action 1 of 1")
    again.says("All is recorded")
    again.ends_with("the last take 0")
    assert recordings.counts() == {"wave": 2}
