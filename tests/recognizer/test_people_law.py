"""The law for people: each one's streaming scores are the offline clip's of that one's joints."""

from __future__ import annotations

import dataclasses
from collections import defaultdict

import numpy as np
import pytest

from har_live.people.joints import FROM_COCO
from har_live.types import WHOLE_PICTURE
from tests.support.laws import RUNTIMES, TOLERANCE, stream_all
from tests.support.people_expected import (
    ALONE,
    CHANGING,
    CROSSING,
    CROWD,
    FILMS,
    IN_PLACE,
    PORTRAIT,
    VISIT,
    assert_same,
    offline,
    uncut,
    wandering_times,
)


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("hop", [1, 3, 8])
def test_streaming_equals_offline_for_everybody(net, joint_weights, runtime, hop):
    frames = net.frames(wandering_times(4.0, seed=hop), film=CROSSING)
    predictions = stream_all(uncut(joint_weights, runtime=runtime, hop=hop), frames)
    expected = offline(joint_weights, frames, hop=hop)
    assert_same(predictions, expected)
    assert {p.person for p in predictions} == {1, 2, 3}
    # Scores that hardly differ would let another one's window pass.
    assert np.ptp([told.scores for told in expected], axis=0).max() > 50 * TOLERANCE


@pytest.mark.parametrize("max_people", [1, 2, 6])
def test_any_number_is_followed(net, joint_weights, max_people):
    frames = net.frames(wandering_times(3.0), film=CROWD)
    predictions = stream_all(uncut(joint_weights, max_people=max_people), frames)
    assert_same(predictions, offline(joint_weights, frames, hop=2, max_people=max_people))
    assert len({p.person for p in predictions}) == min(max_people, 5)


def test_others_in_the_picture_change_nothing(net, joint_weights):
    times = wandering_times(3.0)
    in_crowd = stream_all(uncut(joint_weights, max_people=6), net.frames(times, film=CROWD))
    alone = stream_all(uncut(joint_weights), net.frames(times, film=ALONE))
    boxes = {p.person: p.box for p in in_crowd}
    (here,) = [person for person, box in boxes.items() if box == alone[-1].box]
    of_them = [p for p in in_crowd if p.person == here]
    assert_same([dataclasses.replace(p, person=1) for p in of_them], alone)


def test_the_whole_picture_is_told_of_only_while_nobody_is_followed(net, joint_weights):
    frames = net.frames(np.arange(0, 9, 0.04), film=VISIT)
    stream = uncut(joint_weights, hop=1).stream()
    predictions = []
    for frame in frames:
        new = stream.push(frame)
        assert not (stream.people and any(p.person == WHOLE_PICTURE for p in new))
        predictions += new
    assert_same(predictions + stream.finish(), offline(joint_weights, frames, hop=1))
    by_person = defaultdict(list)
    for p in predictions:
        by_person[p.person].append(p.end_seconds)
    assert by_person.keys() == {WHOLE_PICTURE, 1, 2}
    whole = by_person[WHOLE_PICTURE]
    assert any(t < 1.5 for t in whole)
    assert any(4.1 < t < 5.2 for t in whole)


@pytest.mark.parametrize("max_people", [1, 2])
def test_who_comes_after_others_begins_with_nothing_of_theirs(net, joint_weights, max_people):
    """The scorer's states are handed on from one person to the next."""
    frames = net.frames(np.arange(0, 9, 0.05), film=CHANGING)
    predictions = stream_all(uncut(joint_weights, hop=1, max_people=max_people), frames)
    assert_same(predictions, offline(joint_weights, frames, hop=1, max_people=max_people))
    assert len({p.person for p in predictions} - {WHOLE_PICTURE}) > 3


def test_who_is_lost_when_their_turn_comes_begins_when_found_again(net, joint_weights):
    frames = net.frames(np.arange(0, 4, 0.05), film=IN_PLACE)
    predictions = stream_all(uncut(joint_weights, hop=1, max_people=1), frames)
    assert_same(predictions, offline(joint_weights, frames, hop=1, max_people=1))
    _, second = dict.fromkeys(p.person for p in predictions if p.person != WHOLE_PICTURE)
    assert min(p.start_seconds for p in predictions if p.person == second) == pytest.approx(2.4)


@pytest.mark.parametrize("fps", [10, 20, 50])
def test_frame_rate_does_not_matter(net, joint_weights, fps):
    scene = net.frames(np.arange(40) / 10, film=CROSSING)
    filmed = [
        dataclasses.replace(scene[index * 10 // fps], pts_seconds=index / fps)
        for index in range(4 * fps)
    ]
    expected = stream_all(uncut(joint_weights), scene)
    ends = {p.end_seconds for p in expected}
    assert_same(
        [p for p in stream_all(uncut(joint_weights), filmed) if p.end_seconds <= max(ends) + 1e-6],
        expected,
    )


def test_a_slow_source_is_looked_at_once_a_frame(net, joint_weights):
    frames = net.frames(np.arange(0, 6, 0.5), film=CROSSING)
    predictions = stream_all(uncut(joint_weights), frames)
    assert net.num_pictures == len(frames)
    assert_same(predictions, offline(joint_weights, frames, hop=2))


def test_boxes_and_joints_are_shares_of_the_picture(net, joint_weights):
    stream = uncut(joint_weights).stream()
    for frame in net.frames(np.arange(10) / 10, film=PORTRAIT):
        stream.push(frame)
    (person,) = stream.people
    row = FILMS[PORTRAIT].actors[0].row(0.8, FILMS[PORTRAIT].aspect)
    np.testing.assert_allclose(
        person.joints, row[:51].reshape(17, 3)[FROM_COCO][:, [1, 0, 2]], atol=1e-6
    )
    np.testing.assert_allclose(person.box, row[[52, 51, 54, 53]], atol=1e-6)


@pytest.mark.parametrize("wrong", [0, 7])
def test_so_many_can_not_be_followed(net, joint_weights, wrong):
    with pytest.raises(ValueError, match=f"max_people is {wrong}; expected 1 to 6"):
        uncut(joint_weights, max_people=wrong)
