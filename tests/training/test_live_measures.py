"""Each measure of live behaviour, by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from har_live.types import NONE, UNSURE, ClipSpec, Segment
from training.live import measures
from training.live.measures import NOTHING, OTHER, Showing, Span, timeline

SPEC = ClipSpec(num_frames=8, grid_fps=8.0, image_size=64)


def showing(truth, shown, end_seconds=10.0, segments=()):
    found = tuple(Span(*segment) for segment in segments)
    reported = tuple(Segment(*segment, 1.0, 1.0) for segment in segments)
    return Showing(timeline(truth, end_seconds), timeline(shown, end_seconds), found, reported)


WAVE_AND_WALK = [(0.0, NONE), (2.0, "wave"), (6.0, "walk")]


def test_a_timeline_joins_equal_neighbours():
    points = [(0.0, "wave"), (1.0, "wave"), (2.0, NONE), (2.0, "walk"), (3.0, "wave")]
    expected = (Span(0.0, 2.0, "wave"), Span(2.0, 3.0, "walk"), Span(3.0, 5.0, "wave"))
    assert timeline(points, 5.0) == expected


def test_seconds_to_label():
    seen = showing(WAVE_AND_WALK, [(0.0, NOTHING), (3.5, "wave"), (5.0, "walk")])
    # Walk was shown already when it began, wave a second and a half late.
    assert measures.seconds_to_label([seen]).tolist() == [1.5, 0.0]
    never = showing(WAVE_AND_WALK, [(0.0, "jump"), (6.0, "wave")])
    assert measures.seconds_to_label([never]).tolist() == [4.0, 4.0]  # whole lengths
    assert measures.share_of_actions_named([seen, never]) == 0.5


@pytest.mark.parametrize("quiet", [NOTHING, NONE, UNSURE])
def test_time_right_and_changes_take_any_quiet_for_none(quiet):
    seen = showing(WAVE_AND_WALK, [(0.0, quiet), (3.0, "wave"), (6.0, quiet)])
    assert measures.share_of_time_right([seen]) == pytest.approx(0.2 + 0.3)
    assert measures.extra_changes_per_minute([seen]) == 0


def test_extra_changes():
    def per_minute(*shown):
        return measures.extra_changes_per_minute([showing(WAVE_AND_WALK, shown, 10.0)])

    late_and_wrong = per_minute((0.0, NOTHING), (4.0, "jump"), (7.0, "run"))
    assert late_and_wrong == 0  # steady all the same
    flicker = [(0.0, NONE), (2.5, "wave"), (3.0, UNSURE), (3.5, "wave"), (6.5, "walk")]
    assert per_minute(*flicker) == pytest.approx(2 * 6)
    # Each of the two true changes explains one of what flickers in the last stretch.
    tail = [(0.0, NOTHING), (7.0, "jump"), (7.5, "run"), (8.0, "jump"), (8.5, "run")]
    assert per_minute(*tail) == pytest.approx(2 * 6)


def test_a_cut_explains_a_label_that_goes_and_one_that_comes():
    walk = [(0.0, "walk")]
    shown = [
        (0.5, "walk"),
        (2.0, NOTHING),
        (2.8, "walk"),
        (4.0, NOTHING),
        (4.2, "run"),
        (5.0, "walk"),
    ]
    seen = showing(walk, [(0.0, NOTHING), *shown])
    assert measures.extra_changes_per_minute([seen]) == pytest.approx(5 * 6)
    cut = replace(seen, cuts_seconds=(2.0, 4.0))
    assert measures.extra_changes_per_minute([cut]) == pytest.approx(1 * 6)


def test_segment_f1():
    truth = [*WAVE_AND_WALK]
    half = showing(truth, [(0.0, NONE)], segments=[(2.0, 4.0, "wave"), (6.0, 7.9, "walk")])
    assert measures.segment_f1([half]) == pytest.approx(2 * 1 / 4)  # 2 of 4 s fit, 1.9 don't
    wrong = showing(truth, [(0.0, NONE)], segments=[(2.0, 6.0, "walk"), (6.0, 10.0, "wave")])
    assert measures.segment_f1([wrong]) == 0
    twice = showing(truth, [(0.0, NONE)], segments=[(2.0, 4.0, "wave"), (4.0, 6.0, "wave")])
    assert measures.segment_f1([twice]) == pytest.approx(2 * 1 / 4)  # one to one
    nothing = showing([(0.0, NONE)], [(0.0, NONE)])
    assert measures.segment_f1([nothing]) == 1.0
    assert measures.segment_f1([half, nothing]) == pytest.approx(0.5)


def test_false_alarms_per_hour():
    quiet = showing([(0.0, NONE)], [(0.0, NONE)], 50.0)
    alarmed = showing([(0.0, NONE)], [(0.0, NONE)], 40.0, [(1.0, 2.0, "wave"), (5.0, 9.0, "walk")])
    assert measures.false_alarms_per_hour([quiet, alarmed]) == pytest.approx(2 / 90 * 3600)


def test_agreement_is_the_time_at_which_all_show_the_same():
    at_30 = showing(WAVE_AND_WALK, [(0.0, NOTHING), (2.0, "wave")])
    at_10 = showing(WAVE_AND_WALK, [(0.0, NONE), (3.0, "wave")])
    at_60 = showing(WAVE_AND_WALK, [(0.0, NOTHING), (2.0, "wave"), (9.0, UNSURE)])
    assert measures.agreement([(at_30, at_10, at_60)]) == pytest.approx(0.8)
    assert measures.agreement([(at_30, at_30), (at_30, at_10)]) == pytest.approx(0.95)


def test_an_exercise_without_a_name_is_neither_found_nor_missed():
    truth = [(0.0, OTHER), (6.0, "squat")]
    for said in (OTHER, UNSURE, NONE):
        seen = showing(truth, [(0.0, said), (6.0, "squat")], segments=[(6.0, 10.0, "squat")])
        assert measures.share_of_time_right([seen]) == 1
        assert measures.extra_changes_per_minute([seen]) == 0
        assert measures.seconds_to_label([seen]).tolist() == [0.0]  # the squat's
        assert measures.segment_f1([seen]) == 1
    reported = showing(truth, [(0.0, OTHER)], segments=[(0.0, 6.0, OTHER), (6.0, 10.0, "squat")])
    assert measures.segment_f1([reported]) == 1
    assert measures.share_of_time_right([reported]) == pytest.approx(0.6)  # not while squatting
    wrong = showing(truth, [(0.0, "lunge"), (6.0, "squat")], segments=[(0.0, 6.0, "lunge")])
    assert measures.share_of_time_right([wrong]) == pytest.approx(0.4)
    assert measures.segment_f1([wrong]) == 0
    quiet = showing([(0.0, NONE)], [(0.0, OTHER)], segments=[(0.0, 10.0, OTHER)])
    assert measures.share_of_time_right([quiet]) == 0
    assert measures.false_alarms_per_hour([quiet]) == pytest.approx(360)
