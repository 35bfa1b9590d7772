"""What is drawn while takes are recorded: at every size, in every writing."""

from __future__ import annotations

import numpy as np
import pytest

from har_live.overlay import PersonView
from har_live.overlay.lesson import LessonView, draw_lesson
from har_live.overlay.style import BAD, GOOD, RECORDING
from har_live.overlay.text import MEDIUM, SHRINK, advance, wrapped
from tests.support.people_drawn import BOXES, make_person

SIZES = [(160, 120), (480, 854), (640, 480), (1280, 720), (3840, 2160)]
KEYS = (("Space", "pause"), ("Backspace", "drop last"), ("Enter", "next"), ("Q", "end"))
REASON = "Step back: your hands leave the picture"
VIEW = LessonView("wave", "take 3 of 8 · action 2 of 4", 2, 8, REASON, "bad", keys=KEYS)


def grey(width: int, height: int) -> np.ndarray:
    return np.full((height, width, 3), 120, np.uint8)


def num_of(picture: np.ndarray, color: tuple[int, int, int]) -> int:
    return int((np.abs(picture.astype(int) - color).max(axis=2) < 12).sum())


@pytest.mark.parametrize("size", SIZES)
def test_the_picture_given_stays_and_words_scale_with_it(size):
    image = grey(*size)
    drawn = draw_lesson(image, VIEW)
    assert (image == 120).all()
    assert drawn.shape == image.shape
    changed = (drawn != image).any(axis=2)
    share = changed.mean()
    assert 0.1 < share < (0.95 if min(size) < 180 else 0.5)
    assert not changed[0].any()  # a margin all around
    assert not changed[:, -1].any()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("action", ["Küche 台所", "לנופף", "x" * 60, "a_very " * 8, "👋"])
def test_any_name_fits(size, action):
    changed = (draw_lesson(grey(*size), LessonView(action, "take 1 of 1")) != 120).any(axis=2)
    assert changed.any()
    assert not changed[:, -1].any()


def test_each_take_has_a_mark_and_a_recording_a_frame():
    drawn = draw_lesson(grey(640, 480), VIEW)
    assert num_of(drawn, GOOD) > 100
    assert num_of(drawn, BAD) > 100
    assert num_of(drawn, RECORDING) == 0
    recording = LessonView("wave", "take 3 of 8", 2, 8, recorded=0.5)
    drawn = draw_lesson(grey(640, 480), recording)
    red = np.abs(drawn.astype(int) - RECORDING).max(axis=2) < 12
    for edge in (red[4, 4:-4], red[-4, 4:-4], red[4:-4, 4], red[4:-4, -4]):
        assert edge.all()


def test_the_countdown_is_the_largest_thing():
    without, with_count = (
        draw_lesson(grey(640, 480), LessonView("wave", "take 1 of 8", count=count))
        for count in (None, 2)
    )
    rows, columns = np.nonzero((without != with_count).any(axis=2))
    assert rows.max() - rows.min() > 480 / 4
    assert abs((columns.max() + columns.min()) / 2 - 320) <= 2


def test_people_are_mirrored_and_words_are_not():
    person = PersonView(BOXES[0], make_person(1).joints, "wave")
    view = LessonView("wave", "take 1 of 8", people=(person,), labels=("wave",))
    drawn, mirrored = (draw_lesson(grey(640, 480), one) for one in (view, view.mirrored()))
    assert (drawn[300:, :120] != 120).any()
    assert (mirrored[300:, :120] == 120).all()
    assert (mirrored[300:, -120:] != 120).any()
    np.testing.assert_array_equal(drawn[:100], mirrored[:100])


def test_lines_are_broken_between_words_and_about_equally_long():
    lines = wrapped("Paused Do it for one second again and again", 20, MEDIUM, 300, 3)
    assert " ".join(text for text, _ in lines) == "Paused Do it for one second again and again"
    widths = [advance(text, size, MEDIUM) for text, size in lines]
    assert len(lines) == 2
    assert max(widths) <= 300
    assert min(widths) > 0.6 * max(widths)


def test_what_does_not_fit_the_lines_is_shortened():
    lines = wrapped("word " * 60, 20, MEDIUM, 200, 3)
    assert len(lines) == 3
    assert "…" in lines[-1][0]
    assert lines[-1][1] == round(SHRINK * 20)
    assert wrapped("", 20, MEDIUM, 200, 3) == [("", 20)]
