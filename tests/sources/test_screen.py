"""The screen as a source: a real X server with a real picture on it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from har_live.errors import SourceError
from har_live.sources import SourceSettings, open_source
from har_live.sources.isolated import IsolatedSource
from har_live.sources.media import MediaSource
from tests.support.window_made import SHOW, Child
from tests.support.x_server import SCREEN, XServer, wait_until

HAR_LIVE = [sys.executable, "-m", "har_live"]
END_SECONDS = 90
WEIGHTS = "everyday-lrcn"
SHOW_ON = (
    SHOW
    + """
import time

with Window("shown") as window:
    while True:
        window.show(picture)
        window.poll()
        time.sleep(0.05)
"""
)
"""A red and a blue half, until it is ended."""


@pytest.fixture
def display(x_server: XServer, monkeypatch: pytest.MonkeyPatch) -> XServer:
    monkeypatch.setenv("DISPLAY", x_server.display)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    return x_server


@contextmanager
def shown_picture(display: XServer) -> Iterator[None]:
    """Until it is left, a window shows a red and a blue half."""
    with Child(SHOW_ON, environment=display.environment):
        wait_until(lambda: _is_shown(display.picture()))
        yield


def _is_shown(image: np.ndarray) -> bool:
    red, blue = ((image == color).all(axis=2).mean() for color in ((255, 0, 0), (0, 0, 255)))
    return bool(red > 0.05 and blue > 0.05)


def test_its_pictures_are_those_of_the_screen(display):
    with shown_picture(display), open_source("screen", SourceSettings(camera_fps=40)) as source:
        reading = iter(source)
        frames = [next(reading) for _ in range(5)]
        expected = display.picture()
    info = source.info
    assert (info.width, info.height) == SCREEN
    assert (info.name, info.is_live, info.fps) == ("screen 1", True, pytest.approx(40))
    for frame in frames:
        np.testing.assert_array_equal(frame.image, expected)
    times = [frame.pts_seconds for frame in frames]
    assert times[0] == 0
    assert times[-1] >= 4 / 40  # no faster than asked for


def test_it_is_read_in_a_process_of_its_own_too(display):
    with IsolatedSource("screen:1") as source:
        frame = next(iter(source))
    assert frame.image.shape == (SCREEN[1], SCREEN[0], 3)
    assert source.info.fps == pytest.approx(15)


@pytest.mark.parametrize("number", ["2", "0"])
def test_a_screen_that_is_not_there_names_those_that_are(display, number):
    line = rf"^screen {number}: no such screen; there are: screen:1 \(800×600\)$"
    with pytest.raises(SourceError, match=line):
        open_source(f"screen:{number}")


def test_a_window_is_followed_until_it_is_closed(display):
    with Child(SHOW_ON, environment=display.environment):
        wait_until(lambda: _is_shown(display.picture()))
        source = open_source("screen:SHOW", SourceSettings(camera_fps=40))
        frames = iter(source)
        window = display.focus("shown")
        for place in ((10, 40), (120, 90)):
            display.xdotool("windowmove", "--sync", window, *map(str, place))
            wait_until(lambda: _is_all_of_it(next(frames).image))
        assert source.info.name == "screen SHOW"
        display.xdotool("windowmove", "--sync", window, "400", "90")
        wait_until(lambda: next(frames).image.shape[1] < 640)  # what is on the screen of it
    with source, pytest.raises(SourceError, match=r"^screen SHOW: the window was closed$"):
        list(frames)


def _is_all_of_it(image: np.ndarray) -> bool:
    """True where it is the red and the blue half and, but for a frame, nothing else."""
    left, right = image[:, : image.shape[1] // 2], image[:, image.shape[1] // 2 :]
    shares = ((left == (255, 0, 0)).all(axis=2).mean(), (right == (0, 0, 255)).all(axis=2).mean())
    return bool(min(shares) > 0.98)


def test_a_window_that_is_not_there_names_those_that_are(display):
    line = r"^screen nowhere: neither a monitor's number nor in a window's title; windows: .*shown"
    with shown_picture(display), pytest.raises(SourceError, match=line):
        open_source("screen:nowhere")


@pytest.mark.parametrize("which", ["1", "Firefox"])
def test_without_a_display_it_is_one_line(monkeypatch, which):
    monkeypatch.delenv("DISPLAY", raising=False)
    line = rf"^screen {which} can't be seen \(.*; run it in a desktop"
    with pytest.raises(SourceError, match=line):
        open_source(f"screen:{which}")


def test_a_screen_that_goes_away_is_lost(monkeypatch):
    with XServer() as server:
        monkeypatch.setenv("DISPLAY", server.display)
        source = open_source("screen")
        frames = iter(source)
        next(frames)
    with source, pytest.raises(SourceError, match=r"^screen 1 can't be seen"):
        list(frames)


def test_live_records_it(display, tmp_path: Path):
    command = ["live", "screen", "--no-window", "--seconds", "2", "--fps", "20"]
    outputs = ["--record", str(tmp_path / "out.mp4"), "-w", WEIGHTS]
    with shown_picture(display):
        done = subprocess.run(
            [*HAR_LIVE, *command, *outputs], capture_output=True, text=True, timeout=END_SECONDS
        )
    assert done.returncode == 0, done.stderr
    with MediaSource(tmp_path / "out.mp4") as recording:
        image = next(iter(recording)).image
    assert image.shape == (SCREEN[1], SCREEN[0], 3)
    red_and_blue = (image.max(axis=2).astype(int) - image.min(axis=2) > 150).mean()
    assert red_and_blue > 0.05


def test_it_can_be_annotated_beside_pyav_and_opencv(display, tmp_path: Path):
    """All three have an X library of their own, in one process."""
    code = """
import itertools, sys
from har_live import Recognizer, annotate, open_source
from har_live.sources.base import Source

class Short(Source):
    def __init__(self, source): self.source = source
    info = property(lambda self: self.source.info)
    def __iter__(self): return itertools.islice(self.source, 12)
    def close(self): self.source.close()

with Short(open_source("screen")) as source:
    result = annotate(source, Recognizer(sys.argv[2]), sinks=[sys.argv[1]])
print(result.num_frames)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "out.mp4", WEIGHTS],
        capture_output=True,
        text=True,
        timeout=END_SECONDS,
    )
    assert done.stdout.strip() == "12", done.stderr
