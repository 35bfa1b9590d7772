"""A lesson as a page hears of it: by grid frames and messages alone."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

pytest.importorskip("aiortc")

from har_live.card import open_weights
from har_live.errors import SinkError
from har_live.lessons.lesson import recordings_of
from har_live.realtime.inbox import LiveFrame
from har_live.serve.rtc_teaching import Lesson, School, Teaching
from har_live.time_grid import GridFrame
from har_live.types import NONE
from tests.support.lesson_made import Standing
from tests.support.lessons_made import gesture

PICTURE = np.zeros((90, 120, 3), np.uint8)


class Pupil:
    """A lesson, and whoever stands before the camera."""

    def __init__(self, *actions: str) -> None:
        self.told: list[dict] = []
        self.learner = ThreadPoolExecutor(1)
        self.is_closing = False
        school = School(Standing(), self.learner, lambda: self.is_closing)
        lesson = Lesson("gym", actions, takes=2, take_seconds=1.0, person="ann")
        self.teaching = Teaching(lesson, school, self.told.append)
        self._index = 0

    def stand(self, seconds: float) -> list[dict]:
        """Stand there; return what the page is told meanwhile."""
        grid_fps = self.teaching.new_grid().grid_fps
        frames = range(self._index, self._index + round(seconds * grid_fps))
        self._index = frames.stop
        return [
            self.teaching.see(GridFrame(n, n / grid_fps, LiveFrame(PICTURE, n / grid_fps)))
            for n in frames
        ]

    def press(self, key: str) -> dict | None:
        return self.teaching.hear({"key": key})

    def learn(self) -> None:
        self.teaching.hear({"learn": True})
        self.learner.submit(lambda: None).result(120)

    def close(self) -> None:
        self.teaching.close()
        self.learner.shutdown()


@pytest.fixture
def pupil(monkeypatch, tmp_path) -> Iterator[Pupil]:
    monkeypatch.setenv("HAR_LIVE_HOME", str(tmp_path))
    for take in (gesture(NONE, num_frames=150), gesture("left_arm"), gesture("right_arm")):
        recordings_of("gym").add(take)
    pupil = Pupil("Stand still")
    yield pupil
    pupil.close()


def test_a_page_is_led_through_a_lesson(pupil):
    (waiting,) = pupil.stand(0.1)
    assert waiting["message"] == "Do it for 1 s, 2 times. Space starts"
    assert waiting["is_paused"]
    assert ("Space", "start") in waiting["keys"]
    pupil.press("pause")
    told = pupil.stand(8)
    assert {one["count"] for one in told} == {None, 1, 2, 3}
    assert {one["action"] for one in told} == {"Stand still"}
    assert "Kept" in {one["message"] for one in told}
    person = told[-1]["people"][0]
    assert (len(person["box"]), len(person["joints"]), person["label"]) == (4, 13, "Stand still")
    assert recordings_of("gym").counts()["Stand still"] == 1
    assert pupil.press("drop")["progress"] == "take 1 of 2 · action 1 of 2"
    assert "Stand still" not in recordings_of("gym").counts()
    told = pupil.stand(20)
    assert told[-1] == {"kind": "waiting"}
    over = next(one for one in told if one["kind"] == "lesson" and one["is_over"])
    assert (over["is_complete"], over["lacking"]) == (True, "")
    takes = [take for take in recordings_of("gym") if take.label == "Stand still"]
    assert [(take.person, take.origin) for take in takes] == [("ann", "browser")] * 2


def test_what_was_ended_early_says_what_is_lacking_and_is_learnt_all_the_same(pupil):
    pupil.press("pause")
    pupil.stand(8)
    over = pupil.press("quit")
    assert (over["is_over"], over["is_complete"]) == (True, False)
    assert over["lacking"] == "Stand still 1×"
    pupil.learn()
    taught = pupil.told[-1]
    assert taught["kind"] == "taught", taught
    assert taught["takes"] == {NONE: 1, "left_arm": 1, "right_arm": 1, "Stand still": 1}
    assert taught["advice"].startswith("record more")
    shares = [one["share"] for one in pupil.told if one["kind"] == "learning"]
    assert shares == sorted(shares)
    assert "Stand still" in open_weights("gym").card.labels


def test_learning_is_given_up_where_the_server_ends(pupil):
    pupil.is_closing = True
    pupil.learn()
    assert [one["kind"] for one in pupil.told] == ["not_learnt"]


def test_a_damaged_take_is_told_without_its_folder(pupil, tmp_path):
    (recordings_of("gym").folder / "0002.npz").write_bytes(b"no take")
    pupil.learn()
    assert pupil.told[-1]["kind"] == "not_learnt"
    assert str(tmp_path) not in pupil.told[-1]["detail"]


def test_one_lesson_has_one_pupil_at_a_time(pupil):
    with pytest.raises(SinkError, match="another run"):
        Pupil("Stand still")
    pupil.close()
    Pupil("Stand still").close()


@pytest.mark.parametrize(
    "said", [{"key": "joints"}, {"key": 5}, {"key": ["pause"]}, {"learn": False}, {}, {"x": {}}]
)
def test_odd_messages_are_passed_over(pupil, said):
    assert pupil.teaching.hear(said) is None
