"""Predictions and people in, overlay views out."""

from __future__ import annotations

import numpy as np
import pytest

from har_live.overlay import OverlayState, TimelineSpan
from har_live.types import Prediction
from tests.support.people_drawn import LABELS, make_person, make_prediction


def predict(start: float, end: float, label: str, scores: list[float]) -> Prediction:
    values = np.array(scores, np.float32)
    return Prediction(start, end, values, label, float(values.max()), values)


def row(state: OverlayState, now_seconds: float) -> tuple[TimelineSpan, ...]:
    """The spans of the only row."""
    timeline = state.view(now_seconds).timeline
    assert timeline is not None
    (only,) = timeline.rows
    return only.spans


def numbers(state: OverlayState, now_seconds: float) -> list[int]:
    timeline = state.view(now_seconds).timeline
    assert timeline is not None
    return [row.number for row in timeline.rows]


def test_state_joins_equal_labels_and_holds_the_last_seconds() -> None:
    state = OverlayState(("none", "wave", "clap"), num_top=2, span_seconds=10)
    state.update([], warming_up=0.25)
    assert (state.view(0.5).label, state.view(0.5).warming_up) == ("", 0.25)
    state.update([predict(0, 2, "wave", [0.1, 0.6, 0.3])])
    state.update([predict(1, 3, "wave", [0.1, 0.9, 0.0])])
    state.update([predict(2, 4, "clap", [0.1, 0.1, 0.8])])
    view = state.view(4.5, truth="clap")
    assert (view.label, view.truth) == ("clap", "clap")
    assert [name for name, _ in view.top] == ["clap", "none"]
    assert [p for _, p in view.top] == pytest.approx([0.8, 0.1])
    wave, clap = row(state, 4.5)
    assert (wave.start_seconds, wave.end_seconds, wave.label) == (0, 3, "wave")
    assert wave.confidence == pytest.approx((2 * 0.6 + 1 * 0.9) / 3)
    # The newest label is on screen until now, so its span reaches there.
    assert (clap.start_seconds, clap.end_seconds) == (3, 4.5)
    state.update([predict(14, 16, "none", [0.8, 0.1, 0.1])])
    # A gap stays a gap, and a label is not claimed for longer than a window.
    assert [(s.start_seconds, s.end_seconds) for s in row(state, 60)] == [(14, 18)]


def test_state_restarts_without_a_label_and_forgets_the_future_after_a_seek() -> None:
    state = OverlayState(("none", "wave"))
    state.update([predict(10, 12, "wave", [0.2, 0.8])])
    state.update([], warming_up=0.1)
    view = state.view(12.5)
    assert (view.label, view.top, view.warming_up) == ("", (), 0.1)
    assert row(state, 12.5)[0].end_seconds == 12
    state.update([predict(3, 5, "none", [0.7, 0.3])])
    assert [(s.start_seconds, s.label) for s in row(state, 5)] == [(3, "none")]


def test_a_lost_source_has_no_label_nobody_and_none_to_come() -> None:
    state = OverlayState(LABELS)
    state.update([make_prediction(1, "wave")], [make_person(1)])
    state.restart(warming_up=None)
    view = state.view(3)
    assert (view.label, view.people, view.warming_up) == ("", (), None)


def test_everybody_has_what_they_do_and_the_main_person_the_panel() -> None:
    state = OverlayState(LABELS)
    people = [make_person(2), make_person(1), make_person(3)]
    state.update([make_prediction(2, "wave"), make_prediction(1, "walk")], people)
    view = state.view(2)
    assert [(p.number, p.label, p.is_picked) for p in view.people] == [
        (2, "wave", True),
        (1, "walk", False),
        (3, "", False),
    ]
    assert (view.label, view.top[0][0]) == ("wave", "wave")
    assert view.people[0].confidence == pytest.approx(0.7)
    assert all(p.joints is not None for p in view.people)
    assert all(p.joints is None for p in state.view(2, has_joints=False).people)
    assert view.timeline is not None
    assert [(r.number, r.is_picked) for r in view.timeline.rows] == [(2, True), (1, False)]


def test_people_are_drawn_while_their_first_window_fills() -> None:
    state = OverlayState(LABELS)
    state.update([make_prediction(1, "wave")], [make_person(1)])
    state.update([], [make_person(2)], warming_up=0.3)  # after a cut
    view = state.view(2.5)
    assert [(p.number, p.label) for p in view.people] == [(2, "")]
    assert view.warming_up is not None
    assert view.label == ""


def test_next_goes_from_person_to_person_and_back_to_the_main_one() -> None:
    state = OverlayState(LABELS)
    people = [make_person(4), make_person(1), make_person(6)]
    state.update([make_prediction(n, "wave") for n in (4, 1, 6)], people)
    picked = [state.picked]
    for _ in range(4):
        state.pick_next()
        picked.append(state.picked)
    assert picked == [4, 6, 1, 4, 6]
    # Who was picked stays so, until they have left.
    state.update([], [make_person(1), make_person(6)])
    assert state.picked == 6
    state.update([make_prediction(1, "walk", start=8, end=10)], [make_person(1)])
    assert (state.picked, state.view(10).label) == (1, "walk")
    # Going on from the last to the main one follows whoever is the main one.
    state.update([], [make_person(1), make_person(7)])
    state.pick_next()
    state.pick_next()
    state.update([], [make_person(7), make_person(1)])
    assert state.picked == 7


def test_next_of_nobody_is_the_whole_picture() -> None:
    state = OverlayState(LABELS)
    state.pick_next()
    state.update([make_prediction(0, "none")])
    state.pick_next()
    assert (state.picked, state.view(2).label) == (0, "none")


def test_who_comes_takes_the_row_of_one_who_left() -> None:
    state = OverlayState(LABELS)
    state.update([make_prediction(0, "none", end=2)])
    assert numbers(state, 2) == [0]
    # The first person after nobody, and the next after the first: one row goes on.
    state.update([make_prediction(1, "wave", start=1, end=3)], [make_person(1)])
    assert numbers(state, 3) == [1]
    state.update([make_prediction(2, "walk", start=2, end=4)], [make_person(2)])
    assert [span.label for span in row(state, 4)] == ["none", "wave", "walk"]
    two = [make_person(2), make_person(3)]
    state.update([make_prediction(3, "clap", start=3, end=5)], two)
    assert numbers(state, 5) == [2, 3]
    # Nobody is shown for the first row now, whose past stays for a while, and no longer.
    state.update([make_prediction(3, "clap", start=8, end=10)], [make_person(3)])
    assert numbers(state, 10) == [0, 3]
    state.update([make_prediction(3, "clap", start=28, end=30)], [make_person(3)])
    assert numbers(state, 30) == [3]


def test_a_row_for_each_of_four_and_always_for_the_picked_one() -> None:
    state = OverlayState(LABELS)
    people = [make_person(number) for number in range(1, 7)]
    state.update([make_prediction(number, "wave") for number in range(1, 7)], people)
    assert numbers(state, 2) == [1, 2, 3, 4]
    for _ in range(5):
        state.pick_next()
    assert state.picked == 6
    assert numbers(state, 2) == [1, 2, 3, 6]
