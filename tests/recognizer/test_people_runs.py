"""Where windows of people begin and end: runs, cuts, sources, short ones; the law holds there."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import pytest

from har_live.card import Weights
from har_live.people.tracker import Tracker
from har_live.recognizer import Recognizer
from har_live.types import WHOLE_PICTURE, Frame
from tests.support.laws import RUNTIMES, stream_all, stream_runs, stream_together
from tests.support.people_expected import (
    CROSSING,
    CROWD,
    FILMS,
    PORTRAIT,
    Expected,
    assert_same,
    offline,
    uncut,
    wandering_times,
)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_each_run_is_its_own_and_no_id_comes_twice(net, joint_weights, runtime):
    """After a gap, a step back and a reset."""
    gap = 2 * joint_weights.card.clip.window_seconds
    times = [
        np.arange(0, 2, 0.05),
        np.arange(2 + gap, 5, 0.04),
        np.arange(1, 2.5, 0.03),
        np.arange(2.5, 4, 0.03),
    ]
    runs = [net.frames(pts.round(2), film=CROSSING) for pts in times]
    predictions = stream_runs(uncut(joint_weights, runtime=runtime), runs)
    tracker = Tracker(max_people=4)
    for number, run in enumerate(runs):
        tracker.reset()
        of_run = [p for p in predictions if p.run == number]
        assert_same(of_run, offline(joint_weights, run, hop=2, tracker=tracker))
        assert {p.person for p in of_run} == {3 * number + i for i in (1, 2, 3)}


def test_a_cut_ends_all(net, joint_weights):
    first = net.frames(np.arange(0, 2, 0.05), film=CROSSING, scene=1)
    second = net.frames(np.arange(2, 4, 0.05), film=CROWD, scene=2)
    predictions = stream_all(Recognizer(joint_weights, device="cpu"), [*first, *second])
    assert {p.run for p in predictions} == {0, 1}
    assert_same([p for p in predictions if p.run == 1], _after(joint_weights, first, second))
    people = [{p.person for p in predictions if p.run == run} for run in (0, 1)]
    assert not people[0] & people[1]


def _after(
    joint_weights: Weights, first: Sequence[Frame], second: Sequence[Frame]
) -> list[Expected]:
    tracker = Tracker(max_people=4)
    offline(joint_weights, first, hop=2, tracker=tracker)
    tracker.reset()
    return offline(joint_weights, second, hop=2, tracker=tracker)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_sources_in_one_group_are_as_alone(net, joint_weights, runtime):
    """Of other shapes, rates and lengths, one with a gap, one too short for a window."""
    recognizer = uncut(joint_weights, runtime=runtime)
    gap = joint_weights.card.clip.window_seconds + 1
    films = [
        net.frames(wandering_times(3.0, seed=1), film=CROSSING),
        net.frames(np.concatenate([np.arange(0, 1, 0.1), gap + np.arange(1, 2.5, 0.1)]).round(2)),
        net.frames(np.arange(0, 2, 0.03).round(2), film=PORTRAIT),
        net.frames(np.arange(5) / 10, film=CROWD),
    ]
    for film, found in zip(films, stream_together(recognizer, films), strict=True):
        expected = stream_all(recognizer, film)
        assert [p.run for p in found] == [p.run for p in expected]
        assert_same(found, expected)


@pytest.mark.parametrize("film", [CROSSING, PORTRAIT])
@pytest.mark.parametrize("num_frames", [2, 5, 8])
def test_a_short_source_gets_one_answer_for_everybody(net, joint_weights, film, num_frames):
    """The last frame is held. Eight are a window of the picture; people are known by the second."""
    frames = net.frames(np.arange(num_frames) / 10, film=film)
    predictions = stream_all(uncut(joint_weights), frames)
    clip = joint_weights.card.clip
    held = frames[-1]
    longer = [
        *frames,
        *(dataclasses.replace(held, pts_seconds=i / 10) for i in range(num_frames, 9)),
    ]
    expected = offline(joint_weights, longer, hop=clip.num_frames)
    assert len(predictions) == len(FILMS[film].actors)
    assert_same([dataclasses.replace(p, end_seconds=0.8) for p in predictions], expected)
    assert [p.end_seconds for p in predictions] == pytest.approx(
        [(num_frames - 1) / 10] * len(predictions)
    )


@pytest.mark.parametrize(("num_frames", "fullness"), [(2, [4]), (5, [4]), (7, [4, 6])])
def test_a_short_source_ends_once_everybody_was_told_of(net, joint_weights, num_frames, fullness):
    card = dataclasses.replace(joint_weights.card, min_frames=3)
    early = uncut(dataclasses.replace(joint_weights, card=card), hop=2)
    frames = net.frames(np.arange(num_frames) / 10, film=PORTRAIT)
    told = [round(p.fullness * card.clip.num_frames) for p in stream_all(early, frames)]
    assert told == fullness


def test_a_stream_can_be_used_again(net, joint_weights):
    stream = uncut(joint_weights).stream()
    frames = net.frames(np.arange(60) / 30, film=CROSSING)
    rounds = []
    for _ in range(2):
        predictions = [p for frame in frames for p in stream.push(frame)]
        rounds.append(predictions + stream.finish())
        assert stream.people == ()
    assert_same(rounds[1], rounds[0])


def test_a_reset_stream_has_nothing_to_say(net, joint_weights):
    stream = uncut(joint_weights).stream()
    for frame in net.frames(np.arange(5) / 10):
        stream.push(frame)
    stream.reset()
    assert stream.finish() == []


@pytest.mark.parametrize("hop", [1, 3])
def test_people_begin_with_short_windows_where_the_card_allows(net, joint_weights, hop):
    card = dataclasses.replace(joint_weights.card, min_frames=3)
    early = dataclasses.replace(joint_weights, card=card)
    frames = net.frames(wandering_times(2.0, seed=hop), film=CROSSING)
    predictions = stream_all(uncut(early, hop=hop), frames)
    short = [p for p in predictions if p.fullness < 1]
    length = card.clip.num_frames
    counts = [n for n in range(3, length) if (length - n) % hop == 0]
    people = [p for p in short if p.person != WHOLE_PICTURE]
    assert sorted(round(p.fullness * length) for p in people) == sorted(3 * counts)
    for prediction in people:
        clip = dataclasses.replace(card.clip, num_frames=round(prediction.fullness * length))
        first = next(
            told
            for told in offline(joint_weights, frames, hop=hop, clip=clip)
            if told.person == prediction.person
        )
        assert_same([prediction], [first])
    full = [p for p in predictions if p.fullness == 1]
    assert_same(full, offline(joint_weights, frames, hop=hop))
