"""Who is let in and who is seen out, with delays that are made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from har_live.serve.rtc_clock import Rhythm
from har_live.serve.rtc_room import (
    FULL_SECONDS,
    LATE_SECONDS,
    NEAR_SECONDS,
    PATIENCE_SECONDS,
    RECENT_SECONDS,
    Delay,
    Room,
)
from har_live.time_grid import TimeGrid
from har_live.types import Frame


class Clock:
    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@dataclass
class Guest:
    delay_seconds: float = 0.1
    own_seconds: float = 0.02


def late_for(room: Room, clock: Clock, guests: list[Guest], seconds: float) -> bool:
    """Return whether somebody had to go within some seconds."""
    end_seconds = clock.seconds + seconds
    while clock.seconds < end_seconds:
        clock.seconds += 0.5
        if room.has_too_many(guests):
            return True
    return False


def test_the_last_one_goes_when_somebody_is_late_for_long_and_it_stays_so_for_a_while(clock):
    room, guests = Room(4, clock), [Guest(), Guest(LATE_SECONDS + 0.1), Guest()]
    assert late_for(room, clock, guests, PATIENCE_SECONDS + 1)
    guests.pop()
    assert not late_for(room, clock, guests, PATIENCE_SECONDS - 1)  # time to recover
    guests[1].delay_seconds = 0.1
    assert not late_for(room, clock, guests, 2 * PATIENCE_SECONDS)
    assert not room.has_place(guests, 0)
    assert room.has_place(guests[:1], 0)
    clock.seconds += FULL_SECONDS
    assert room.has_place(guests, 0)


def test_a_hiccup_and_who_is_alone_and_late_send_nobody_away(clock):
    room, guests = Room(4, clock), [Guest(), Guest()]
    for delay_seconds in (2.0, 0.1) * 5:
        guests[0].delay_seconds = delay_seconds
        assert not late_for(room, clock, guests, PATIENCE_SECONDS - 0.5)
    assert not late_for(room, clock, [Guest(5.0)], 60)


@pytest.mark.parametrize(
    ("guests", "num_expected", "has_place"),
    [
        ([], 0, True),
        ([Guest(own_seconds=1.0)], 0, False),  # a turn of two would take too long
        ([Guest(own_seconds=0.15)], 0, True),
        ([Guest(own_seconds=0.15)], 1, False),
        ([Guest(), Guest(NEAR_SECONDS + 0.01)], 0, False),
        ([Guest()] * 3, 0, True),
        ([Guest()] * 3, 1, False),
        ([Guest()] * 4, 0, False),
    ],
)
def test_who_is_let_in(clock, guests, num_expected, has_place):
    assert Room(4, clock).has_place(guests, num_expected) is has_place


@pytest.mark.parametrize(
    ("own_seconds", "said_ms", "believed_seconds"),
    [
        (0.06, 140, 0.14),
        (0.06, 10_000, 0.18),  # a page that lies, or a network that is slow
        (0.3, 800, 0.8),
        (0.6, 5, 0.6),
        (0.06, True, 0.06),
        (0.06, None, 0.06),
        (0.06, "late", 0.06),
        (0.06, -5, 0.06),
        (0.06, float("nan"), 0.06),
        (0.06, float("inf"), 0.06),
    ],
)
def test_what_a_page_says_is_believed_as_far_as_the_server_sees_it_too(
    clock, own_seconds, said_ms, believed_seconds
):
    delay = Delay(clock)
    for _ in range(10):
        delay.measure(own_seconds)
    delay.hear(said_ms)
    assert delay.seconds == pytest.approx(believed_seconds)
    clock.seconds += RECENT_SECONDS + 0.1
    assert delay.seconds == 0.0


def test_one_slow_answer_is_no_delay(clock):
    delay = Delay(clock)
    for seconds in (0.1,) * 9 + (3.0,):
        delay.measure(seconds)
    assert delay.seconds == 0.1


@pytest.mark.parametrize("fps", [15, 20, 30])
def test_what_a_rhythm_foresees_is_what_comes_and_comes_earlier(fps):
    """Of a camera that leaves pictures out, which only makes the next one later."""
    kept = np.random.default_rng(3).random(200) > 0.2
    pts = np.flatnonzero(kept) / fps
    plain, foreseeing = (TimeGrid(10.0, max_gap_seconds=2.0) for _ in range(2))
    rhythm, picked, foreseen = Rhythm(), [], []
    for pts_seconds in pts.tolist():
        frame = Frame(np.zeros((2, 2, 3), np.uint8), pts_seconds)
        picked += plain.push(frame)
        foreseen += foreseeing.push(frame)
        foreseen += foreseeing.foresee(rhythm.next_after(pts_seconds))
        assert len(foreseen) >= len(picked)
    instants, ahead = (
        [(one.index, one.frame.pts_seconds) for one in grid_frames]
        for grid_frames in (picked, foreseen)
    )
    assert ahead[: len(instants)] == instants
    assert len(ahead) > len(instants)
