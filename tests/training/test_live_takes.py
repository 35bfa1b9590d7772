"""What is shown and reported of a stream in which there are several people."""

from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np
import pytest

from har_live.recognizer import Recognizer
from har_live.smoothing_spec import SmoothingSpec
from har_live.types import NONE, WHOLE_PICTURE, Person, Prediction, Segment
from tests.support.people_film import Actor, FakeNet, Film, seen, standing
from tests.support.weights_made import LABELS
from training.live.cache import RememberingFinder, with_memory
from training.live.evaluate import FAST
from training.live.measures import NOTHING, Span, timeline
from training.live.played_streams import (
    LiveUpdate,
    ScoredStream,
    main_person_spans,
    score_stream,
    showing_of,
    smoothed,
)
from training.live.stream_builder import LiveStream

JOINTS = np.zeros((13, 3), np.float32)


def person(number):
    return Person(number, (0.1, 0.1, 0.3, 0.9), JOINTS)


def prediction(number, end_seconds, label, *, run=0, sure=1.0):
    scores = np.where(np.array(LABELS) == label, sure, 0).astype(np.float32)
    return Prediction(
        end_seconds - 0.7, end_seconds, scores, label, sure, scores, run=run, person=number
    )


def taken(updates, *, segments=(), end_seconds=4.0):
    """Moments of (pts, predictions, ids of the people, whether a first window fills)."""
    made = [
        LiveUpdate(
            pts, tuple(predictions), (), tuple(person(number) for number in people), warming_up
        )
        for pts, predictions, people, warming_up in updates
    ]
    last = LiveUpdate(float("inf"), (), tuple(segments), (), False)
    return ScoredStream(timeline([(0.0, NONE)], end_seconds), (*made, last))


def test_the_main_persons_label_is_shown_and_nothing_while_they_have_none():
    one = taken(
        [
            (0.0, [], (), True),
            (1.0, [prediction(1, 0.9, "wave"), prediction(2, 0.9, "walk")], (1, 2), False),
            (2.0, [prediction(2, 1.9, "jump")], (2, 1), False),  # the main person changes
            (3.0, [], (3, 2), False),  # a newcomer in front, of whom nothing is known yet
        ]
    )
    labels = [(span.start_seconds, span.label) for span in showing_of(one).shown]
    assert labels == [(0.0, NOTHING), (1.0, "wave"), (2.0, "jump"), (3.0, NOTHING)]


def test_a_run_that_begins_shows_nothing_of_the_one_before():
    wave = prediction(WHOLE_PICTURE, 0.9, "wave")
    moments = [(1.0, [wave], (), False), (2.0, [], (), True), (3.0, [], (), False)]
    labels = [span.label for span in showing_of(taken(moments)).shown]
    assert labels == [NOTHING, "wave", NOTHING]


def test_segments_are_those_of_whoever_was_the_main_person():
    reported = [
        Segment(0.0, 3.0, "wave", 1.0, 1.0, person=1),
        Segment(0.0, 3.0, "walk", 1.0, 1.0, person=2),  # a bystander until 2 s
        Segment(3.0, 4.0, "jump", 1.0, 1.0, person=2),
    ]
    mains = timeline([(0.0, "1"), (2.0, "2")], 4.0)
    assert main_person_spans(reported, mains) == (
        Span(0.0, 2.0, "wave"),
        Span(2.0, 3.0, "walk"),
        Span(3.0, 4.0, "jump"),
    )


def test_two_who_do_the_same_are_one_span_however_the_main_person_changes():
    both = [Segment(0.5, 4.0, "fight", 1.0, 1.0, person=number) for number in (1, 2)]
    mains = timeline([(0.0, "1"), (1.0, "2"), (3.0, "1")], 4.0)
    assert main_person_spans(both, mains) == (Span(0.5, 4.0, "fight"),)
    alone = [Segment(0.0, 1.0, "wave", 1.0, 1.0), Segment(2.0, 3.0, "wave", 1.0, 1.0)]
    mains = timeline([(0.0, str(WHOLE_PICTURE))], 4.0)
    assert main_person_spans(alone, mains) == (Span(0.0, 1.0, "wave"), Span(2.0, 3.0, "wave"))


def test_the_same_on_both_sides_of_a_cut_is_one_span():
    told = [
        Segment(0.2, 1.9, "run", 1.0, 1.0, person=1),
        Segment(2.1, 4.0, "run", 1.0, 1.0, person=2),
    ]
    mains = timeline([(0.0, "1"), (2.0, "2")], 4.0)
    assert main_person_spans(told, mains, [2.0]) == (Span(0.2, 4.0, "run"),)
    for cuts in ([], [1.0], [2.2]):
        assert len(main_person_spans(told, mains, cuts)) == 2
    late = [told[0], Segment(2.6, 4.0, "run", 1.0, 1.0, person=2)]
    assert len(main_person_spans(late, mains, [2.0])) == 2


def test_an_alarm_counts_whoever_it_is_about():
    told = [(1.0, [prediction(1, 0.9, NONE)], (1, 2), False)]
    one = showing_of(taken(told, segments=[Segment(0.0, 3.0, "walk", 1.0, 1.0, person=2)]))
    assert one.segments == ()
    assert [segment.person for segment in one.reported] == [2]


# --- smoothed again -------------------------------------------------------------------------------


@pytest.fixture
def film(small_weights, monkeypatch):
    """A recognizer before whom two people stand, one of them not all the time, and their film."""
    net = FakeNet([Film([Actor(1, standing(0.4)), Actor(2, seen(standing(1.2), (0.5, 2.5)))])])
    net.install(monkeypatch)
    recognizer = Recognizer(small_weights("joints-lrcn"), runtime="onnx", device="cpu")
    frames = tuple(net.frames([index / 10 for index in range(40)]))
    return recognizer, LiveStream("film", "actions", frames, timeline([(0.0, NONE)], 4.0)), net


def test_each_person_is_smoothed_alone(film):
    recognizer, stream, _ = film
    raw = score_stream(recognizer, stream, FAST, seed=0)
    calm = copy.copy(recognizer)
    spec = SmoothingSpec(average_seconds=0.7, enter=0.3, leave=0.2, hold_seconds=0.4)
    calm.card = replace(calm.card, smoothing=spec)
    expected, found = score_stream(calm, stream, FAST, seed=0), smoothed(raw, calm)

    def told(one):
        return [
            (p.person, p.end_seconds, p.label, round(p.confidence, 5))
            for update in one.updates
            for p in update.predictions
        ]

    assert {person for person, *_ in told(expected)} == {1, 2}
    assert told(found) == told(expected)
    assert showing_of(found) == showing_of(expected)
    assert told(found) != told(raw)


def test_a_picture_is_looked_at_once(film):
    recognizer, stream, net = film
    remembering = with_memory(recognizer)
    assert isinstance(remembering.finder, RememberingFinder)
    once = score_stream(remembering, stream, FAST, seed=0)
    looked_at = net.num_pictures
    again = score_stream(remembering, stream, FAST, seed=0)
    assert net.num_pictures == looked_at
    assert (
        showing_of(again)
        == showing_of(once)
        == showing_of(score_stream(recognizer, stream, FAST, seed=0))
    )
    assert net.num_pictures > looked_at
