"""The guide through a lesson: a machine whose only clock is that of the grid frames."""

from __future__ import annotations

from itertools import count

import numpy as np
import pytest

from har_live.lessons.guide_faults import HANDS, NOBODY, TWO_PEOPLE
from har_live.lessons.guide_steps import BROKE_OFF, LOST, Guide
from har_live.lessons.guide_takes import TOO_SLOW, Drop, Step, Take
from har_live.types import NONE, Person
from tests.support.lesson_made import GRID_FPS, seen, somebody

STEPS = (Step("wave", 2, 3.0), Step("squat", 1, 2.0), Step(NONE, 1, 5.0))
MOST_FRAMES = 1000


class Lesson:
    """A guide and who is before the camera."""

    def __init__(self, steps=STEPS, kept=(0, 0, 0), *, starts: bool = True) -> None:
        self.guide = Guide(steps, kept, grid_fps=GRID_FPS)
        self.people: tuple[Person, ...] = (somebody(),)
        self.takes: list[Take] = []
        self.phases: list[str] = []
        self._numbers = count()
        if starts:
            self.guide.press("pause")

    def play(self, frames: int = 1, *, begins_run: bool = False, skipped: int = 0) -> None:
        for _ in range(frames):
            number = next(self._numbers)
            for _ in range(skipped):
                number = next(self._numbers)
            is_first = begins_run or number == 0
            take = self.guide.see(seen(number / GRID_FPS, *self.people, begins_run=is_first))
            if take is not None:
                self.takes.append(take)
            if self.phases[-1:] != [self.guide.phase]:
                self.phases.append(self.guide.phase)

    def until(self, phase: str) -> int:
        """Play until it is so; the number of grid frames that took."""
        for number in range(1, MOST_FRAMES):
            self.play()
            if self.guide.phase == phase:
                return number
        raise AssertionError(f"never {phase}: {self.phases[-5:]}")


def test_a_whole_lesson_needs_one_key():
    lesson = Lesson()
    for _ in range(MOST_FRAMES):
        lesson.play()
        if lesson.guide.is_over:
            break
    assert lesson.guide.is_over
    assert [take.action for take in lesson.takes] == ["wave", "wave", "squat", NONE]
    assert [len(take.frames) for take in lesson.takes] == [30, 30, 20, 50]
    one = ["place", "count", "take", "kept"]
    assert lesson.phases == [*one * 4, "done"]
    assert lesson.guide.num_kept == [2, 1, 1]


def test_nothing_begins_before_a_key():
    lesson = Lesson(starts=False)
    lesson.play(200)
    assert lesson.phases == ["paused"]
    lesson.guide.press("pause")
    lesson.until("count")


def test_it_counts_down_by_the_grids_clock():
    lesson = Lesson()
    lesson.until("count")
    numbers = []
    while lesson.guide.phase == "count":
        numbers.append(lesson.guide.count)
        lesson.play()
    assert numbers == [3] * 10 + [2] * 10 + [1] * 10
    assert lesson.guide.phase == "take"
    shares = []
    while lesson.guide.phase == "take":
        shares.append(lesson.guide.share)
        lesson.play()
    np.testing.assert_allclose(shares, np.arange(1, 30) / 30)


def test_it_waits_until_one_person_is_seen():
    lesson = Lesson()
    lesson.people = ()
    lesson.play(100)
    assert (lesson.guide.phase, lesson.guide.hint) == ("place", NOBODY)
    lesson.people = (somebody(1), somebody(2))
    lesson.play(100)
    assert (lesson.guide.phase, lesson.guide.hint) == ("place", TWO_PEOPLE)
    lesson.people = (somebody(1),)
    lesson.until("count")
    lesson.people = ()  # gone again while it counts
    lesson.until("place")
    assert not lesson.takes


def test_of_none_it_waits_for_nobody():
    lesson = Lesson((Step(NONE, 1, 5.0),), (0,))
    lesson.people = ()
    lesson.until("take")
    lesson.people = (somebody(),)
    lesson.until("kept")


def test_a_refused_take_is_repeated_by_itself():
    lesson = Lesson()
    lesson.until("take")
    out = {"left_wrist": (0.6, 0.99, 0.3), "right_wrist": (0.4, 1.02, 0.1)}
    lesson.people = (somebody(**out),)
    lesson.until("refused")
    assert (lesson.guide.note, lesson.guide.num_kept[0], lesson.takes) == (HANDS, 0, [])
    assert lesson.until("place") == 30  # time to read it
    lesson.people = (somebody(),)
    lesson.until("kept")
    assert lesson.guide.num_kept == [1, 0, 0]


def test_a_take_with_too_few_pictures_is_refused():
    lesson = Lesson()
    lesson.until("take")
    while lesson.guide.phase == "take":
        lesson.play(skipped=1)  # every second one
    assert (lesson.guide.phase, lesson.guide.note) == ("refused", TOO_SLOW)


@pytest.mark.parametrize("kept", [(2, 0, 0), (2, 0, 1), (5, 0, 0)])
def test_the_next_start_goes_on(kept):
    lesson = Lesson(kept=kept)
    assert lesson.guide.step.action == "squat"
    lesson.until("kept")
    assert [take.action for take in lesson.takes] == ["squat"]
    lesson.until("done" if kept[2] else "count")


def test_everything_there_already_is_done():
    assert Lesson(kept=(2, 1, 1), starts=False).guide.phase == "done"


def test_space_pauses_and_in_a_take_repeats_it():
    lesson = Lesson()
    lesson.until("count")
    lesson.guide.press("pause")
    lesson.play(100)
    assert lesson.guide.phase == "paused"
    lesson.guide.press("pause")
    lesson.until("take")
    lesson.play(10)
    lesson.guide.press("pause")
    assert lesson.guide.phase == "place"
    lesson.until("kept")
    assert len(lesson.takes[0].frames) == 30  # none of the first try
    lesson.guide.press("pause")
    lesson.play(100)
    assert (lesson.guide.phase, lesson.guide.num_kept[0]) == ("paused", 1)


def test_backspace_drops_the_last_one_over_the_border_of_actions():
    lesson = Lesson(kept=(1, 0, 0))
    lesson.until("kept")
    lesson.until("place")
    assert lesson.guide.step.action == "squat"
    assert lesson.guide.press("drop") == Drop("wave")
    assert (lesson.guide.step.action, lesson.guide.num_kept) == ("wave", [1, 0, 0])
    assert lesson.guide.press("drop") is None  # what was there before this run stays
    lesson.until("take")
    assert lesson.guide.press("drop") is None  # the one in progress
    assert lesson.guide.phase == "place"


def test_the_next_action_and_the_end():
    lesson = Lesson(starts=False)
    lesson.guide.press("next")
    assert (lesson.guide.step.action, lesson.guide.phase) == ("squat", "paused")
    lesson.guide.press("pause")
    lesson.until("take")
    lesson.guide.press("next")
    assert (lesson.guide.step.action, lesson.guide.phase) == (NONE, "place")
    lesson.guide.press("next")
    assert (lesson.guide.phase, lesson.guide.is_over) == ("done", False)
    lesson.guide.press("next")
    assert lesson.guide.is_over
    other = Lesson()
    other.guide.press("quit")
    assert other.guide.is_over


@pytest.mark.parametrize("is_lost", [True, False])
def test_a_take_over_a_break_is_repeated(is_lost):
    lesson = Lesson()
    lesson.until("take")
    lesson.play(10)
    if is_lost:
        lesson.guide.lose()
        lesson.play(50)  # what was still on its way
        assert lesson.guide.phase == "place"
    lesson.play(begins_run=True)
    assert lesson.guide.note == (LOST if is_lost else BROKE_OFF)
    assert lesson.guide.phase == "place"
    lesson.until("kept")
    assert [len(take.frames) for take in lesson.takes] == [30]


def test_none_goes_on_over_a_change_of_scene_but_not_over_a_gap():
    lesson = Lesson((Step(NONE, 1, 5.0),), (0,))
    lesson.until("take")
    lesson.play(10)
    lesson.play(begins_run=True)
    assert lesson.guide.phase == "take"
    lesson.play(begins_run=True, skipped=30)
    assert (lesson.guide.phase, lesson.guide.note) == ("place", BROKE_OFF)
    lesson.until("kept")
    assert [len(take.frames) for take in lesson.takes] == [50]


def test_a_break_while_paused_starts_nothing():
    lesson = Lesson(starts=False)
    lesson.play(5)
    lesson.guide.lose()
    lesson.play(begins_run=True)
    lesson.play(100)
    assert (lesson.guide.phase, lesson.guide.note) == ("paused", None)


def test_joints_are_those_of_whom_the_take_is_of():
    frames = [seen(0.0, somebody(2)), seen(0.1), seen(0.2, somebody(3), somebody(2))]
    expected = somebody(2).joints * (1.5, 1, 1)
    joints = Take("wave", (*frames, frames[0])).joints()
    assert joints.dtype == np.float32
    np.testing.assert_allclose(joints, [expected, 0 * expected, expected, expected], rtol=1e-6)
    none = Take(NONE, tuple(frames)).joints()
    np.testing.assert_allclose(none[2], somebody(3).joints * (1.5, 1, 1), rtol=1e-6)


def test_wrong_steps_are_refused():
    with pytest.raises(ValueError, match="num_takes is 0"):
        Step("wave", 0, 3.0)
    with pytest.raises(ValueError, match="seconds is 0"):
        Step("wave", 1, 0.0)
    with pytest.raises(ValueError, match="2 counts of 1 steps"):
        Guide(STEPS[:1], (0, 0), grid_fps=GRID_FPS)
