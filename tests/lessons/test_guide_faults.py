"""Which takes are refused, and in which words."""

from __future__ import annotations

import pytest

from har_live.lessons.guide_faults import (
    HALF,
    HANDS,
    LEGS,
    NOBODY,
    NOT_ALWAYS,
    TWO_PEOPLE,
    fault_of,
    fault_of_none,
    main_person,
)
from tests.support.lesson_made import WHOLE, played, seen, somebody

BELOW = {"left_wrist": (0.6, 0.99, 0.3), "right_wrist": (0.4, 1.02, 0.1)}
"""Both hands are out of the picture."""
AT_A_DESK = {
    **dict.fromkeys(("left_hip", "left_knee", "left_ankle"), (0.6, 0.99, 0.1)),
    **dict.fromkeys(("right_hip", "right_knee", "right_ankle"), (0.4, 0.99, 0.1)),
}


def mixed(first, then, *, num_first: int, count: int = 20):
    return [seen(n / 10, *(first if n < num_first else then)) for n in range(count)]


@pytest.mark.parametrize(
    ("frames", "fault"),
    [
        (list(played(somebody(), count=20)), None),
        (list(played(count=20)), NOBODY),
        (mixed([somebody()], [], num_first=4), NOBODY),
        (mixed([somebody()], [], num_first=12), NOT_ALWAYS),
        (mixed([somebody()], [], num_first=16), None),
        # Taken for somebody else half way: so would it be live.
        (mixed([somebody(1)], [somebody(2)], num_first=10), NOT_ALWAYS),
        (list(played(somebody(1), somebody(2), count=20)), TWO_PEOPLE),
        (mixed([somebody(1), somebody(2)], [somebody(1)], num_first=4), None),
        # Far behind.
        (list(played(somebody(1), somebody(2, (0.0, 0.4, 0.1, 0.6)), count=20)), None),
        # Half of them is beside the picture; standing sideways hides a shoulder, too.
        (list(played(somebody(left_shoulder=(1.02, 0.3, 0.3)), count=20)), HALF),
        (list(played(somebody(left_shoulder=(0.5, 0.3, 0.1)), count=20)), None),
    ],
)
def test_who_is_seen(frames, fault):
    assert fault_of(frames) == fault


@pytest.mark.parametrize(
    ("frames", "fault"),
    [
        (list(played(somebody(**BELOW), count=20)), HANDS),
        (mixed([somebody(**BELOW)], [somebody()], num_first=12), HANDS),
        (mixed([somebody(**BELOW)], [somebody()], num_first=6), None),
        # Above the picture, by the finder's guess at its edge.
        (mixed([somebody(left_wrist=(0.6, 0.01, 0.4))], [somebody()], num_first=12), HANDS),
        # Not found at all, as the elbow before it.
        (
            mixed(
                [somebody(left_wrist=(0.9, 0.3, 0.05), left_elbow=(0.85, 0.4, 0.05))],
                [somebody()],
                num_first=12,
            ),
            HANDS,
        ),
        # Hidden behind the back, not out of the picture.
        (list(played(somebody(left_wrist=(0.5, 0.5, 0.05)), count=20)), None),
        # At a desk: one hand waves, the other and the legs are never seen.
        (list(played(somebody(**AT_A_DESK), count=20)), None),
        (list(played(somebody(**AT_A_DESK, left_wrist=BELOW["left_wrist"]), count=20)), None),
        (mixed([somebody(**AT_A_DESK)], [somebody()], num_first=12), LEGS),
    ],
)
def test_what_leaves_the_picture(frames, fault):
    assert fault_of(frames) == fault


def test_none_is_walking_in_and_out_but_not_an_empty_room():
    assert fault_of_none(mixed([somebody(**BELOW)], [], num_first=10)) is None
    assert fault_of_none(mixed([somebody(1), somebody(2)], [], num_first=10)) is None
    assert fault_of_none(mixed([somebody()], [], num_first=3)) == NOBODY


def test_a_take_is_of_whom_it_is_longest():
    frames = mixed([somebody(4), somebody(3, WHOLE)], [somebody(3)], num_first=12)
    assert main_person(frames) == 4
    assert main_person(list(played(count=3))) is None
