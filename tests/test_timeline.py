"""Frames get strictly increasing times, and keep their own wherever that is possible."""

from __future__ import annotations

import itertools
import random
import time
from fractions import Fraction

import pytest

from har_live.frame_times import ArrivalTimeline, Timeline

MILLISECOND = Fraction(1, 1000)


def place_all(pts_ticks: list[int | None], duration_ticks: int | None = None) -> list[int]:
    timeline = Timeline(MILLISECOND, usual_ticks=40)
    return [timeline.place(pts, duration_ticks) for pts in pts_ticks]


def test_rising_timestamps_are_kept_as_they_are() -> None:
    assert place_all([-80, -3, 0, 40, 5000, 5001]) == [-80, -3, 0, 40, 5000, 5001]


@pytest.mark.parametrize(("duration_ticks", "step"), [(None, 40), (25, 25)])
def test_missing_timestamps_follow_the_frame_before(duration_ticks: int | None, step: int) -> None:
    assert place_all([100, None, None, 300], duration_ticks) == [
        100,
        100 + step,
        100 + 2 * step,
        300,
    ]


def test_a_first_frame_without_timestamp_is_at_the_start() -> None:
    timeline = Timeline(MILLISECOND, usual_ticks=40, start_ticks=1400)
    assert [timeline.place(None), timeline.place(None)] == [1400, 1440]


def test_a_duplicate_leaves_the_others_their_time() -> None:
    assert place_all([0, 40, 40, 80, 120]) == [0, 40, 41, 80, 120]


def test_frames_in_the_wrong_order_leave_the_others_their_time() -> None:
    assert place_all([0, 80, 40, 120, 160]) == [0, 80, 81, 120, 160]


def test_a_clock_that_begins_anew_goes_on_with_its_own_distances() -> None:
    assert place_all([9000, 9040, 0, 30, 100, 140]) == [9000, 9040, 9080, 9110, 9180, 9220]


def test_a_clock_may_begin_anew_more_than_once() -> None:
    assert place_all([5000, 0, 2000, 0, 40]) == [5000, 5040, 7040, 7080, 7120]


def test_one_wild_step_back_does_not_move_what_follows() -> None:
    assert place_all([50_000, 3, 50_080, 50_120]) == [50_000, 50_040, 50_080, 50_120]


def test_a_wild_jump_ahead_loses_nothing() -> None:
    assert place_all([0, 40, 900_000, 120, 160]) == [0, 40, 900_000, 900_040, 900_080]


def test_the_end_is_when_the_last_frame_ends() -> None:
    timeline = Timeline(MILLISECOND, usual_ticks=40)
    timeline.place(100, 25)
    assert timeline.end_ticks == 125
    timeline.place(100)
    assert timeline.end_ticks == 141


def test_any_timestamps_come_out_strictly_increasing() -> None:
    chance = random.Random(0)
    for _ in range(300):
        wild: list[int | None] = [chance.randint(-5000, 5000) for _ in range(40)]
        wild[chance.randrange(40)] = None
        placed = place_all(wild)
        assert all(early < late for early, late in itertools.pairwise(placed))


def test_frames_without_times_are_placed_at_their_arrival(monkeypatch: pytest.MonkeyPatch) -> None:
    arrivals = iter([50.0, 50.0, 50.1, 52.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(arrivals))
    timeline = ArrivalTimeline(MILLISECOND)
    assert [timeline.place(7, 40) for _ in range(4)] == [0, 1, 100, 2000]
