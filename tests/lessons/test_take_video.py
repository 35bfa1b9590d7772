"""Takes hold joints alone; a small video is beside them where that is asked for."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from har_live.lessons.guide import record
from har_live.lessons.recordings import LessonPlan, Recordings
from har_live.lessons.take_video import LONGEST_SIDE, small_picture
from har_live.people.finder import PeopleFinder
from har_live.sources import open_source
from tests.support.lesson_made import GRID_FPS, LessonCamera, Told
from tests.support.live_made import MadeWindow, StoppedClock
from tests.support.people_film import Actor, FakeNet, Film, standing

PLAN = LessonPlan(("wave",), takes=2, take_seconds=1.0, none_seconds=0)


@pytest.fixture
def lesson(small_weights, monkeypatch, tmp_path) -> Callable[..., set[str]]:
    """Record two takes; the files that are there then, wherever they are written."""
    net = FakeNet((Film((Actor(40, standing(0.8), height=0.7),)),))
    frames = net.frames([index / GRID_FPS for index in range(300)])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    told, clock = Told(monkeypatch), StoppedClock()

    def run(*script: str, **how: bool) -> set[str]:
        keys = [(lambda _: told.says("Kept"), key) for key in script]
        record(
            "made",
            Recordings("lesson"),
            PeopleFinder(net),
            plan=PLAN,
            card=small_weights("joints-lrcn").card,
            window=MadeWindow([(lambda _: told.says("Space"), "pause"), *keys]),
            clock=clock,
            open_new=lambda: LessonCamera(frames, told, clock),
            **how,
        )
        found = (path for path in tmp_path.rglob("*") if path.is_file())
        return {path.relative_to(tmp_path).as_posix() for path in found}

    return run


def test_no_picture_is_kept_unless_that_is_asked_for(lesson):
    assert lesson() == {"lesson/0001.npz", "lesson/0002.npz"}
    for path in Path("lesson").iterdir():
        with np.load(path) as file:
            assert {name: file[name].shape for name in file} == {"joints": (10, 13, 3), "told": ()}


def test_a_small_video_of_each_take(lesson):
    takes = {"lesson/0001.npz", "lesson/0002.npz"}
    assert lesson(keep_video=True) == takes | {"lesson/0001.mp4", "lesson/0002.mp4"}
    with open_source("lesson/0001.mp4") as source:
        frames = list(source)
        assert max(source.info.width, source.info.height) <= LONGEST_SIDE
    assert [frame.pts_seconds for frame in frames] == pytest.approx(np.arange(10) / GRID_FPS)
    assert Path("lesson/0001.mp4").stat().st_size < 100_000
    Recordings("lesson").drop_last()
    assert {path.name for path in Path("lesson").iterdir()} == {"0001.npz", "0001.mp4"}


@pytest.mark.parametrize(
    ("size", "small"), [((1920, 1080), (320, 180)), ((480, 640), (240, 320)), ((90, 60), (90, 60))]
)
def test_pictures_are_small_and_nobody_elses(size, small):
    width, height = size
    image = np.zeros((height, width, 3), np.uint8)
    picture = small_picture(image)
    assert picture.shape == (small[1], small[0], 3)
    assert not np.shares_memory(picture, image)
