"""Segments of several people, and whose label is the main one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from har_live.current_labels import CurrentLabels
from har_live.segments import Segmenter
from har_live.types import NUM_JOINTS, UNSURE, WHOLE_PICTURE, Person, Prediction


def prediction(
    end: float, label: str, *, person: int = WHOLE_PICTURE, confidence: float = 0.8
) -> Prediction:
    """A window of two seconds; the box tells the second in which it ended."""
    scores = np.ones(3, np.float32) / 3
    box = None if person == WHOLE_PICTURE else (0.0, 0.0, end / 100, 1.0)
    return Prediction(
        end - 2, end, scores, label, confidence, scores, person=person, box=box, run=0
    )


def someone(number: int) -> Person:
    return Person(number, (0.0, 0.0, 0.5, 1.0), np.zeros((NUM_JOINTS, 3), np.float32))


def segments_of(segmenter: Segmenter, predictions: list[Prediction]):
    return [s for p in predictions for s in segmenter.update(p)] + segmenter.finish()


def test_everybody_has_segments_of_their_own():
    segmenter = Segmenter(lag_seconds=1, hop_seconds=0.5)
    predictions = [
        prediction(2 + i / 2, label, person=person)
        for i in range(8)
        for person, label in ((1, "wave"), (2, "jump" if i < 4 else "walk"))
    ]
    found = segments_of(segmenter, predictions)
    assert [(s.person, s.label, s.start_seconds, s.end_seconds) for s in found] == [
        (2, "jump", 0.0, 3.0),
        (1, "wave", 0.0, 5.5),
        (2, "walk", 3.0, 5.5),
    ]


def test_a_label_that_was_over_before_it_began_is_no_segment():
    segmenter = Segmenter(lag_seconds=1, hop_seconds=0.2)
    ends = [0.8 + i / 5 for i in range(8)]
    windows = [
        replace(prediction(end, "walk" if i else "wave", person=1), start_seconds=0.0)
        for i, end in enumerate(ends)
    ]
    found = segments_of(segmenter, windows)
    assert [(s.label, s.start_seconds, s.end_seconds) for s in found] == [("walk", 0.0, ends[-1])]


def test_a_segment_knows_where_its_person_was_when_the_label_was_surest():
    segmenter = Segmenter(lag_seconds=1, hop_seconds=1)
    sure = {3: 0.9}
    found = segments_of(
        segmenter,
        [prediction(t, "wave", person=4, confidence=sure.get(t, 0.6)) for t in (2, 3, 4)],
    )
    assert [s.box for s in found] == [(0.0, 0.0, 0.03, 1.0)]


def test_who_has_left_did_what_they_did_last_until_then():
    segmenter = Segmenter(lag_seconds=1, hop_seconds=0.5)
    for end in (2.0, 2.5):
        assert segmenter.update(prediction(end, "wave", person=1)) == []
    ended = [s for i in range(8) for s in segmenter.update(prediction(3 + i / 2, "walk", person=2))]
    assert [(s.person, s.end_seconds) for s in ended] == [(1, 2.5)]


def test_windows_far_apart_are_one_segment():
    """A hop of a window's length: nobody has left between two."""
    segmenter = Segmenter(lag_seconds=3, hop_seconds=6.7)
    windows = [prediction(6.7 * i, "wave", person=i % 2 + 1) for i in range(1, 7)]
    assert len(segments_of(segmenter, [prediction(6.7 * i, "wave") for i in range(1, 5)])) == 1
    assert [s.person for s in segments_of(Segmenter(lag_seconds=3, hop_seconds=13.4), windows)] == [
        2,
        1,
    ]


def test_the_main_persons_label_is_shown():
    shown = CurrentLabels()
    assert (shown.main, shown.label) == (WHOLE_PICTURE, UNSURE)
    shown.update([prediction(2.0, "none")], [])
    assert (shown.main, shown.label) == (WHOLE_PICTURE, "none")
    shown.update([], [someone(1), someone(2)])  # they have no label yet
    assert shown.label == "none"
    both = [prediction(3.0, "wave", person=1), prediction(3.0, "jump", person=2)]
    shown.update(both, [someone(1), someone(2)])
    assert (shown.main, shown.label) == (1, "wave")
    assert shown.newest_of(2).label == "jump"
    assert shown.newest_of(WHOLE_PICTURE) is None
    shown.update([], [someone(2), someone(1)])
    assert (shown.main, shown.label) == (2, "jump")


def test_who_is_lost_for_a_moment_stays_the_main_person():
    shown = CurrentLabels()
    shown.update([prediction(3.0, "wave", person=1)], [someone(1), someone(2)])
    shown.update([prediction(3.5, "jump", person=2)], [someone(2)])
    assert (shown.main, shown.label) == (1, "wave")
    shown.update([prediction(5.0, "jump", person=2)], [someone(2)])
    assert (shown.main, shown.label) == (2, "jump")
    shown.update([], [])
    assert (shown.main, shown.label) == (2, "jump")
    shown.update([prediction(5.2, "none")], [])
    assert (shown.main, shown.label) == (WHOLE_PICTURE, "none")


def test_after_a_restart_nothing_is_known():
    shown = CurrentLabels()
    shown.update([prediction(3.0, "wave", person=1)], [someone(1)])
    shown.restart()
    assert (shown.main, shown.label, shown.people) == (WHOLE_PICTURE, UNSURE, ())
