"""The law for people: each one's streaming scores are the offline clip's of that one's joints."""

from __future__ import annotations

import dataclasses
from collections import defaultdict, deque
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pytest
import torch

from har_live.card import Weights
from har_live.grid import frames_played_at, grid_instants
from har_live.people.finder import PeopleFinder
from har_live.people.joints import CONTEXT, FROM_COCO
from har_live.people.motion import NUM_MOTION, MotionSeen, grey_levels
from har_live.people.tracker import Tracker
from har_live.recognizer import Recognizer
from har_live.scorers.torch import load_model
from har_live.transforms import to_finder
from har_live.types import NUM_JOINTS, WHOLE_PICTURE, ClipSpec, Frame, Prediction
from tests.people_film import Actor, FakeNet, Film, seen, standing, walking
from tests.weights_made import JOINT_KINDS

TOLERANCE = 1e-4
RUNTIMES = ("torch", "onnx")
CROSSING, CROWD, VISIT, PORTRAIT, ALONE, IN_PLACE, CHANGING = range(7)
FILMS = (
    # Two cross, a third is lost for half a second.
    Film(
        (
            Actor(1, walking(0.2, 0.25)),
            Actor(2, walking(1.3, -0.25), height=0.7),
            Actor(3, seen(standing(1.5), (0, 1.2), (1.7, 99)), height=0.5),
        )
    ),
    # More people than are followed.
    Film(tuple(Actor(number, standing(0.2 + 0.3 * number), height=0.6) for number in range(5))),
    # Somebody comes and goes, and another comes.
    Film(
        (
            Actor(5, seen(standing(0.5), (1.5, 3.0))),
            Actor(6, seen(standing(1.2), (5.2, 8.0)), height=0.6),
        )
    ),
    Film((Actor(7, standing(0.28), height=0.5),), size=(160, 96)),
    # The first of the crowd.
    Film((Actor(0, standing(0.2), height=0.6),)),
    # The second takes the place of the first while nobody sees them.
    Film(
        (
            Actor(20, seen(standing(0.4), (0, 1.0))),
            Actor(21, seen(standing(1.2), (0, 1.6), (2.4, 4.0)), height=0.5),
        )
    ),
    # One after the other, before the one before is forgotten.
    Film(
        tuple(
            Actor(10 + n, seen(standing(0.3 + 0.2 * n), (1.5 * n, 1.5 * n + 1.5))) for n in range(6)
        )
    ),
)


Shown = tuple[np.ndarray, np.ndarray]
"""Joints and motion, of a grid frame or of a window."""


class Told(NamedTuple):
    """What is to be said of a window."""

    end_seconds: float
    person: int
    scores: np.ndarray


@pytest.fixture
def net(monkeypatch) -> FakeNet:
    net = FakeNet(FILMS)
    net.install(monkeypatch)
    return net


@pytest.fixture(scope="module", params=JOINT_KINDS)
def weights(small_weights, request) -> Weights:
    return small_weights(request.param)


def uncut(weights: Weights, **settings) -> Recognizer:
    return Recognizer(weights, device="cpu", cut_reset=False, **settings)


def wandering_times(seconds: float, *, seed: int = 0) -> np.ndarray:
    """Times of a camera whose rate wanders; whole hundredths, as the pictures tell them."""
    steps = np.random.default_rng(seed).choice([0.0, 0.01, 0.03, 0.04, 0.08, 0.25], size=2000)
    pts = np.cumsum(steps)
    return pts[pts < seconds].round(2)


def offline(
    weights: Weights,
    frames: Sequence[Frame],
    *,
    hop: int,
    max_people: int = 4,
    tracker: Tracker | None = None,
    clip: ClipSpec | None = None,
) -> list[Told]:
    """Every window of an unbroken run, each cut and scored on its own: of everybody followed, and
    where nobody is, of the whole picture."""
    clip = clip or weights.card.clip
    pts = [frame.pts_seconds for frame in frames]
    instants = grid_instants(pts, clip.grid_fps)
    finder = PeopleFinder(FakeNet(FILMS))
    tracker = tracker or Tracker(max_people=max_people)
    stretches: list[tuple[int, int, list[Shown]]] = []  # person, first instant
    going_on: dict[int, list[Shown]] = {}
    is_alone, whole = [], []
    before: list[np.ndarray] = []
    unseen, untold = np.zeros((NUM_JOINTS, 3), np.float32), np.zeros(NUM_MOTION, np.float32)
    for index, played in enumerate(frames_played_at(pts, instants)):
        height, width, _ = frames[played].image.shape
        aspect = width / height
        picture = to_finder(frames[played].image, clip.image_size)
        levels = grey_levels(picture)
        moved, before = MotionSeen(before or levels, levels), levels
        whole.append((unseen, moved.features()))
        (found,) = finder.find([picture], aspects=[aspect])
        tracks = tracker.update(found, instants[index], picture_size=(aspect, 1.0))
        now = {}
        for t in tracks:
            joints = unseen
            if t.detection is not None:
                joints = t.detection.joints[FROM_COCO]
            now[t.id] = joints, untold
        for person in going_on.keys() - now.keys():
            del going_on[person]
        for track in tracks:  # windows begin with joints
            if track.id not in going_on and track.detection is None:
                del now[track.id]
        for person, shown in now.items():
            if person not in going_on:
                going_on[person] = []
                stretches.append((person, index, going_on[person]))
            going_on[person].append(shown)
        is_alone.append(not now)
    stretches.append((WHOLE_PICTURE, 0, whole))
    told = []
    windows = []
    for person, begin, shown in stretches:
        for at in range(0, len(shown) - clip.num_frames + 1, hop):
            last = begin + at + clip.num_frames - 1
            if person != WHOLE_PICTURE or is_alone[last]:
                told.append((instants[last], person))
                windows.append(shown_in(shown, at, clip.num_frames))
    scores = offline_scores(weights, windows)
    return [Told(*one, its) for one, its in zip(told, scores, strict=True)]


def shown_in(shown: Sequence[Shown], at: int, num_frames: int) -> Shown:
    """A window as the offline definition takes it: joints with those before it, and motion."""
    with_context = range(at - CONTEXT, at + num_frames)
    joints = np.stack([shown[max(i, 0)][0] for i in with_context])
    return joints, np.stack([motion for _, motion in shown[at : at + num_frames]])


def offline_scores(weights: Weights, windows: Sequence[Shown]) -> np.ndarray:
    inputs = (torch.from_numpy(np.stack(values)) for values in zip(*windows, strict=True))
    with torch.inference_mode():
        return load_model(weights)(*inputs).numpy()


def stream_all(recognizer: Recognizer, frames: Sequence[Frame]) -> list[Prediction]:
    stream = recognizer.stream()
    predictions = [p for frame in frames for p in stream.push(frame)]
    return predictions + stream.finish()


def assert_same(predictions: Sequence[Prediction], expected: Sequence[Told | Prediction]) -> None:
    assert predictions
    ours, theirs = (
        sorted(some, key=lambda one: (round(one.end_seconds, 6), one.person))
        for some in (predictions, expected)
    )
    assert [(p.person, round(p.end_seconds, 6)) for p in ours] == [
        (t.person, round(t.end_seconds, 6)) for t in theirs
    ]
    for prediction, told in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(prediction.scores, told.scores, atol=TOLERANCE, rtol=0)


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("hop", [1, 3, 8])
def test_streaming_equals_offline_for_everybody(net, weights, runtime, hop):
    frames = net.frames(wandering_times(4.0, seed=hop), film=CROSSING)
    predictions = stream_all(uncut(weights, runtime=runtime, hop=hop), frames)
    expected = offline(weights, frames, hop=hop)
    assert_same(predictions, expected)
    assert {p.person for p in predictions} == {1, 2, 3}
    # Scores that hardly differ would let another one's window pass.
    assert np.ptp([told.scores for told in expected], axis=0).max() > 50 * TOLERANCE


@pytest.mark.parametrize("max_people", [1, 2, 6])
def test_any_number_is_followed(net, weights, max_people):
    frames = net.frames(wandering_times(3.0), film=CROWD)
    predictions = stream_all(uncut(weights, max_people=max_people), frames)
    assert_same(predictions, offline(weights, frames, hop=2, max_people=max_people))
    assert len({p.person for p in predictions}) == min(max_people, 5)


def test_others_in_the_picture_change_nothing(net, weights):
    times = wandering_times(3.0)
    in_crowd = stream_all(uncut(weights, max_people=6), net.frames(times, film=CROWD))
    alone = stream_all(uncut(weights), net.frames(times, film=ALONE))
    boxes = {p.person: p.box for p in in_crowd}
    (here,) = [person for person, box in boxes.items() if box == alone[-1].box]
    of_them = [p for p in in_crowd if p.person == here]
    assert_same([dataclasses.replace(p, person=1) for p in of_them], alone)


def test_the_whole_picture_is_told_of_only_while_nobody_is_followed(net, weights):
    frames = net.frames(np.arange(0, 9, 0.04), film=VISIT)
    stream = uncut(weights, hop=1).stream()
    predictions = []
    for frame in frames:
        new = stream.push(frame)
        assert not (stream.people and any(p.person == WHOLE_PICTURE for p in new))
        predictions += new
    assert_same(predictions + stream.finish(), offline(weights, frames, hop=1))
    by_person = defaultdict(list)
    for p in predictions:
        by_person[p.person].append(p.end_seconds)
    assert by_person.keys() == {WHOLE_PICTURE, 1, 2}
    whole = by_person[WHOLE_PICTURE]
    assert any(t < 1.5 for t in whole)
    assert any(4.1 < t < 5.2 for t in whole)


@pytest.mark.parametrize("max_people", [1, 2])
def test_who_comes_after_others_begins_with_nothing_of_theirs(net, weights, max_people):
    """The scorer's states are handed on from one person to the next."""
    frames = net.frames(np.arange(0, 9, 0.05), film=CHANGING)
    predictions = stream_all(uncut(weights, hop=1, max_people=max_people), frames)
    assert_same(predictions, offline(weights, frames, hop=1, max_people=max_people))
    assert len({p.person for p in predictions} - {WHOLE_PICTURE}) > 3


def test_who_is_lost_when_their_turn_comes_begins_when_found_again(net, weights):
    frames = net.frames(np.arange(0, 4, 0.05), film=IN_PLACE)
    predictions = stream_all(uncut(weights, hop=1, max_people=1), frames)
    assert_same(predictions, offline(weights, frames, hop=1, max_people=1))
    _, second = dict.fromkeys(p.person for p in predictions if p.person != WHOLE_PICTURE)
    assert min(p.start_seconds for p in predictions if p.person == second) == pytest.approx(2.4)


@pytest.mark.parametrize("fps", [10, 20, 50])
def test_frame_rate_does_not_matter(net, weights, fps):
    scene = net.frames(np.arange(40) / 10, film=CROSSING)
    filmed = [
        dataclasses.replace(scene[index * 10 // fps], pts_seconds=index / fps)
        for index in range(4 * fps)
    ]
    expected = stream_all(uncut(weights), scene)
    ends = {p.end_seconds for p in expected}
    assert_same(
        [p for p in stream_all(uncut(weights), filmed) if p.end_seconds <= max(ends) + 1e-6],
        expected,
    )


def test_a_slow_source_is_looked_at_once_a_frame(net, weights):
    frames = net.frames(np.arange(0, 6, 0.5), film=CROSSING)
    predictions = stream_all(uncut(weights), frames)
    assert net.num_pictures == len(frames)
    assert_same(predictions, offline(weights, frames, hop=2))


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_each_run_is_its_own_and_no_id_comes_twice(net, weights, runtime):
    """After a gap, a step back and a reset."""
    gap = 2 * weights.card.clip.window_seconds
    times = [
        np.arange(0, 2, 0.05),
        np.arange(2 + gap, 5, 0.04),
        np.arange(1, 2.5, 0.03),
        np.arange(2.5, 4, 0.03),
    ]
    runs = [net.frames(pts.round(2), film=CROSSING) for pts in times]
    stream = uncut(weights, runtime=runtime).stream()
    predictions: list[Prediction] = []
    for index, run in enumerate(runs):
        if index == 3:
            predictions += stream.advance(stream._grid.finish())
            stream.reset()
        for frame in run:
            predictions += stream.push(frame)
    predictions += stream.finish()
    tracker = Tracker(max_people=4)
    for number, run in enumerate(runs):
        tracker.reset()
        of_run = [p for p in predictions if p.run == number]
        assert_same(of_run, offline(weights, run, hop=2, tracker=tracker))
        assert {p.person for p in of_run} == {3 * number + i for i in (1, 2, 3)}


def test_a_cut_ends_all(net, weights):
    first = net.frames(np.arange(0, 2, 0.05), film=CROSSING, scene=1)
    second = net.frames(np.arange(2, 4, 0.05), film=CROWD, scene=2)
    predictions = stream_all(Recognizer(weights, device="cpu"), [*first, *second])
    assert {p.run for p in predictions} == {0, 1}
    assert_same([p for p in predictions if p.run == 1], _after(weights, first, second))
    people = [{p.person for p in predictions if p.run == run} for run in (0, 1)]
    assert not people[0] & people[1]


def _after(weights: Weights, first: Sequence[Frame], second: Sequence[Frame]) -> list[Told]:
    tracker = Tracker(max_people=4)
    offline(weights, first, hop=2, tracker=tracker)
    tracker.reset()
    return offline(weights, second, hop=2, tracker=tracker)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_sources_in_one_group_are_as_alone(net, weights, runtime):
    """Of other shapes, rates and lengths, one with a gap, one too short for a window."""
    recognizer = uncut(weights, runtime=runtime)
    gap = weights.card.clip.window_seconds + 1
    films = [
        net.frames(wandering_times(3.0, seed=1), film=CROSSING),
        net.frames(np.concatenate([np.arange(0, 1, 0.1), gap + np.arange(1, 2.5, 0.1)]).round(2)),
        net.frames(np.arange(0, 2, 0.03).round(2), film=PORTRAIT),
        net.frames(np.arange(5) / 10, film=CROWD),
    ]
    group = recognizer.streams(len(films))
    grids = [recognizer.grid() for _ in films]
    waiting = [
        deque([*(g for f in film for g in grid.push(f)), *grid.finish()])
        for film, grid in zip(films, grids, strict=True)
    ]
    found: list[list[Prediction]] = [[] for _ in films]
    random = np.random.default_rng(0)
    while any(waiting):
        ready = [i for i, queue in enumerate(waiting) if queue]
        chosen = [i for i in ready if random.random() < 0.6] or ready
        for i, predictions in group.advance({i: waiting[i].popleft() for i in chosen}).items():
            found[i] += predictions
    for i, film in enumerate(films):
        expected = stream_all(recognizer, film)
        found[i] += group.finish(i)
        assert [p.run for p in found[i]] == [p.run for p in expected]
        assert_same(found[i], expected)


def test_boxes_and_joints_are_shares_of_the_picture(net, weights):
    stream = uncut(weights).stream()
    for frame in net.frames(np.arange(10) / 10, film=PORTRAIT):
        stream.push(frame)
    (person,) = stream.people
    row = FILMS[PORTRAIT].actors[0].row(0.8, FILMS[PORTRAIT].aspect)
    np.testing.assert_allclose(
        person.joints, row[:51].reshape(17, 3)[FROM_COCO][:, [1, 0, 2]], atol=1e-6
    )
    np.testing.assert_allclose(person.box, row[[52, 51, 54, 53]], atol=1e-6)


@pytest.mark.parametrize("film", [CROSSING, PORTRAIT])
@pytest.mark.parametrize("num_frames", [2, 5, 8])
def test_a_short_source_gets_one_answer_for_everybody(net, weights, film, num_frames):
    """The last frame is held. Eight are a window of the picture; people are known by the second."""
    frames = net.frames(np.arange(num_frames) / 10, film=film)
    predictions = stream_all(uncut(weights), frames)
    clip = weights.card.clip
    held = frames[-1]
    longer = [
        *frames,
        *(dataclasses.replace(held, pts_seconds=i / 10) for i in range(num_frames, 9)),
    ]
    expected = offline(weights, longer, hop=clip.num_frames)
    assert len(predictions) == len(FILMS[film].actors)
    assert_same([dataclasses.replace(p, end_seconds=0.8) for p in predictions], expected)
    assert [p.end_seconds for p in predictions] == pytest.approx(
        [(num_frames - 1) / 10] * len(predictions)
    )


def test_a_stream_can_be_used_again(net, weights):
    stream = uncut(weights).stream()
    frames = net.frames(np.arange(60) / 30, film=CROSSING)
    rounds = []
    for _ in range(2):
        predictions = [p for frame in frames for p in stream.push(frame)]
        rounds.append(predictions + stream.finish())
        assert stream.people == ()
    assert_same(rounds[1], rounds[0])


def test_a_reset_stream_has_nothing_to_say(net, weights):
    stream = uncut(weights).stream()
    for frame in net.frames(np.arange(5) / 10):
        stream.push(frame)
    stream.reset()
    assert stream.finish() == []


@pytest.mark.parametrize("hop", [1, 3])
def test_people_begin_with_short_windows_where_the_card_allows(net, weights, hop):
    card = dataclasses.replace(weights.card, min_frames=3)
    early = dataclasses.replace(weights, card=card)
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
            for told in offline(weights, frames, hop=hop, clip=clip)
            if told.person == prediction.person
        )
        assert_same([prediction], [first])
    full = [p for p in predictions if p.fullness == 1]
    assert_same(full, offline(weights, frames, hop=hop))


@pytest.mark.parametrize("wrong", [0, 7])
def test_so_many_can_not_be_followed(net, weights, wrong):
    with pytest.raises(ValueError, match=f"max_people is {wrong}; expected 1 to 6"):
        uncut(weights, max_people=wrong)
