"""Who is who over grid frames: laws, and what users of such programs complain about."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from har_live.people.detection import Detection
from har_live.people.tracker import Track, Tracker
from tests.support.people_made import GRID_FPS, jittered, person_at, scaled

Scene = Callable[[float], list[Detection]]
"""Seconds → everybody found then."""


def followed(
    tracker: Tracker, scene: Scene, seconds: float, *, start: float = 0.0, fps: float = GRID_FPS
) -> list[list[Track]]:
    """Each grid frame's tracks."""
    instants = start + np.arange(round(seconds * fps)) / fps
    return [tracker.update(scene(t), t) for t in instants.tolist()]


def ids(tracks: Sequence[Track]) -> set[int]:
    return {track.id for track in tracks}


def id_near(tracks: Sequence[Track], x: float) -> int | None:
    """Id of who is seen with the nose within 15 pixels of ``x``."""
    near = [t.id for t in tracks if t.detection and abs(t.detection.joints[0, 0] - x) < 15]
    assert len(near) <= 1
    return near[0] if near else None


def crossing(t: float) -> list[Detection]:
    """One goes right in front, the other left behind: not found while covered."""
    front, back = 60 + 80 * t, 300 - 80 * t
    covered = abs(front - back) < 25
    behind = person_at(back, 97, tall=97)
    return [person_at(front)] if covered else [person_at(front), behind]


# --- laws ---


def test_an_id_is_given_in_the_second_grid_frame_and_stays():
    frames = followed(Tracker(), lambda t: [person_at(100 + 30 * t)], 3.0)
    assert frames[0] == []
    assert [ids(tracks) for tracks in frames[1:]] == [{1}] * 29
    last = frames[-1][0]
    assert (last.first_seen_seconds, last.num_frames) == (0.0, 30)
    assert last.last_seen_seconds == pytest.approx(2.9)


def test_the_person_is_the_very_one_found_and_none_while_lost():
    tracker = Tracker()
    found = person_at(100)
    tracker.update([person_at(100)], 0.0)
    assert tracker.update([found], 0.1)[0].detection is found
    (lost,) = tracker.update([], 0.2)
    assert lost.detection is None
    assert (lost.last_seen_seconds, lost.num_frames) == (0.1, 2)


def test_the_order_of_the_finds_does_not_matter():
    rng = np.random.default_rng(3)
    scenes = [
        [jittered(person_at(40 + 90 * i + 8 * k, tall=70 + 10 * i), rng) for i in range(6)]
        for k in range(20)
    ]
    plain, shuffled = Tracker(), Tracker()
    for k, people in enumerate(scenes):
        mixed = [people[i] for i in rng.permutation(6)]
        assert plain.update(people, k / GRID_FPS) == shuffled.update(mixed, k / GRID_FPS)


@pytest.mark.parametrize("times", [0.02, 0.5, 6.0])
def test_pixels_of_another_size_give_the_same_tracks(times):
    told = followed(Tracker(), crossing, 3.0)
    other = followed(Tracker(), lambda t: [scaled(p, times) for p in crossing(t)], 3.0)
    for tracks, theirs in zip(told, other, strict=True):
        assert [(t.id, t.num_frames, t.detection is None) for t in tracks] == [
            (t.id, t.num_frames, t.detection is None) for t in theirs
        ]


def test_ids_are_unique_count_up_and_are_never_given_again():
    tracker, seen = Tracker(max_people=50), []
    rng = np.random.default_rng(0)
    for k in range(200):
        people = [person_at(x) for x in rng.choice(8, rng.integers(0, 6), replace=False) * 90.0]
        if k % 50 == 49:
            tracker.reset()
        tracks = tracker.update(people, k / GRID_FPS)
        assert len(ids(tracks)) == len(tracks)
        seen.append(ids(tracks))
    first_seen = {number: k for k in reversed(range(200)) for number in seen[k]}
    assert sorted(first_seen) == list(range(1, len(first_seen) + 1))
    assert all(first_seen[n] <= first_seen[n + 1] for n in range(1, len(first_seen)))
    assert all(max(seen[k]) < min(seen[k + 2]) for k in (48, 98, 148) if seen[k] and seen[k + 2])


def test_a_reset_ends_all_and_forgets_the_time():
    tracker = Tracker()
    followed(tracker, lambda t: [person_at(100)], 1.0)
    tracker.reset()
    after = followed(tracker, lambda t: [person_at(100)], 0.5)
    assert after[0] == []
    assert [ids(tracks) for tracks in after[1:]] == [{2}] * 4
    assert after[-1][0].first_seen_seconds == 0.0


def test_nobody_there_is_no_track_and_no_failure():
    assert followed(Tracker(), lambda t: [], 2.0) == [[]] * 20


def test_six_people_have_six_ids():
    rng = np.random.default_rng(1)
    places = np.arange(6) * 60.0

    def scene(t: float) -> list[Detection]:
        return [jittered(person_at(x + 20 * np.sin(3 * t + x)), rng) for x in places]

    for tracks in followed(Tracker(max_people=6), scene, 5.0)[1:]:
        assert ids(tracks) == set(range(1, 7))


@pytest.mark.parametrize("fps", [5.0, 10.0, 30.0])
def test_a_walker_is_one_person_at_any_grid_rate(fps):
    frames = followed(Tracker(), lambda t: [person_at(20 + 90 * t)], 4.0, fps=fps)
    assert {number for tracks in frames for number in ids(tracks)} == {1}


def test_time_must_go_on():
    tracker = Tracker()
    tracker.update([], 1.0)
    for wrong in (1.0, 0.5, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="pts_seconds"):
            tracker.update([], wrong)
    with pytest.raises(ValueError, match="max_people"):
        Tracker(max_people=0)


# --- what users complain about ---


@pytest.mark.parametrize("fps", [5.0, 10.0])
def test_ids_do_not_swap_where_two_cross(fps):
    # felixchenfy/Realtime-Action-Recognition#31
    frames = followed(Tracker(), crossing, 3.0, fps=fps)
    front, back = id_near(frames[1], 60 + 80 / fps), id_near(frames[1], 300 - 80 / fps)
    last = (len(frames) - 1) / fps
    assert {front, back} == {1, 2}
    assert id_near(frames[-1], 60 + 80 * last) == front
    assert id_near(frames[-1], 300 - 80 * last) == back
    assert ids(frames[-1]) == {1, 2}


def test_somebody_hidden_for_a_second_keeps_the_id():
    hidden = lambda t: [] if 1.0 <= t < 1.85 else [person_at(100 + 10 * t)]  # noqa: E731
    frames = followed(Tracker(), hidden, 3.0)
    assert {number for tracks in frames for number in ids(tracks)} == {1}
    assert [t.detection for t in frames[12]] == [None]


def test_a_newcomer_does_not_take_the_id_of_one_who_left():
    # felixchenfy/Realtime-Action-Recognition#66
    def scene(t: float) -> list[Detection]:
        return [person_at(60)] if t < 2.0 else [person_at(320, 90, tall=120)] if t > 2.2 else []

    frames = followed(Tracker(), scene, 4.0)
    assert ids(frames[19]) == {1}
    assert 1 not in ids(frames[-1])
    assert id_near(frames[-1], 320) == 2


def test_who_walks_in_where_another_walked_out_is_somebody_else():
    def scene(t: float) -> list[Detection]:
        leaver, newcomer = 220 + 80 * t, 315 - 80 * (t - 1.6)
        if t < 1.15:
            return [person_at(leaver)]
        return [person_at(newcomer)] if t > 1.65 else []

    tracker = Tracker()
    for k in range(25):
        tracks = tracker.update(scene(k / GRID_FPS), k / GRID_FPS, picture_size=(320, 240))
    assert ids(tracks) == {2}


def test_who_is_hidden_in_the_picture_has_not_walked_out_of_it():
    scene = lambda t: [] if 1.0 <= t < 1.85 else [person_at(100 + 10 * t)]  # noqa: E731
    tracker = Tracker()
    for k in range(25):
        tracks = tracker.update(scene(k / GRID_FPS), k / GRID_FPS, picture_size=(320, 240))
    assert ids(tracks) == {1}


def test_who_comes_back_after_the_lost_second_is_somebody_new():
    scene = lambda t: [] if 1.0 <= t < 2.5 else [person_at(100)]  # noqa: E731
    frames = followed(Tracker(), scene, 4.0)
    assert ids(frames[18]) == {1}
    assert frames[21] == []
    assert ids(frames[-1]) == {2}


def test_the_skeleton_does_not_jump_to_the_other_person():
    # google-ai-edge/mediapipe#2838
    both = lambda t: [person_at(100), person_at(160)] if t < 2.0 else [person_at(160)]  # noqa: E731
    frames = followed(Tracker(), both, 4.0)
    left, right = id_near(frames[10], 100), id_near(frames[10], 160)
    for tracks in frames[20:]:
        assert id_near(tracks, 160) == right
        assert all(track.detection is None for track in tracks if track.id == left)


@pytest.mark.parametrize("score", [0.3, 0.45])
def test_small_people_get_an_id(score):
    # CMU-Perceptual-Computing-Lab/openpose#95
    def scene(t: float) -> list[Detection]:
        far = person_at(330 + 4 * t, 150, tall=28, score=score, sure=0.3)
        return [person_at(100, 10, tall=220), far]

    for tracks in followed(Tracker(), scene, 3.0)[1:]:
        assert ids(tracks) == {1, 2}


def test_a_small_person_found_every_other_time_gets_one_id_too():
    def scene(t: float) -> list[Detection]:
        return [person_at(300, tall=30, score=0.3)] if round(t * GRID_FPS) % 2 else []

    frames = followed(Tracker(), scene, 3.0)
    assert {number for tracks in frames for number in ids(tracks)} == {1}


def test_an_unsure_find_continues_a_track_and_begins_none():
    def scene(t: float) -> list[Detection]:
        return [person_at(100, score=0.6 if t < 1.0 else 0.15), person_at(300, score=0.15)]

    frames = followed(Tracker(), scene, 4.0)
    assert [ids(tracks) for tracks in frames[1:]] == [{1}] * 39
    assert all(track.detection for tracks in frames[1:] for track in tracks)


def test_a_find_that_flickers_gets_no_id():
    rng = np.random.default_rng(0)

    def scene(t: float) -> list[Detection]:
        flicker = [person_at(float(rng.uniform(200, 900)), float(rng.uniform(0, 400)))]
        return [person_at(50), *(flicker if round(t * GRID_FPS) % 4 == 0 else [])]

    frames = followed(Tracker(), scene, 10.0)
    assert {number for tracks in frames for number in ids(tracks)} == {1}


def test_one_person_found_twice_is_one_track():
    rng = np.random.default_rng(0)
    twice = lambda t: [jittered(person_at(100 + 20 * t), rng) for _ in range(2)]  # noqa: E731
    frames = followed(Tracker(), twice, 3.0)
    assert {number for tracks in frames for number in ids(tracks)} == {1}


def test_of_too_many_the_larger_are_told_and_the_main_one_first():
    scene = lambda t: [person_at(x, tall=x) for x in (50.0, 120.0, 200.0)]  # noqa: E731
    frames = followed(Tracker(max_people=2), scene, 1.0)
    assert [[t.detection.size for t in tracks if t.detection] for tracks in frames[1:]] == [
        [person_at(0, tall=200).size, person_at(0, tall=120).size]
    ] * 9


def test_the_main_one_of_two_alike_does_not_change_with_noise():
    rng = np.random.default_rng(0)

    def scene(t: float) -> list[Detection]:
        return [person_at(x, tall=100 * rng.uniform(0.9, 1.1)) for x in (50.0, 200.0)]

    frames = followed(Tracker(), scene, 5.0)
    assert len({tracks[0].id for tracks in frames[1:]}) == 1


def test_who_was_shown_for_long_stays_when_somebody_a_little_larger_comes():
    def scene(t: float) -> list[Detection]:
        return [person_at(100)] if t < 5.0 else [person_at(100), person_at(300, tall=130)]

    tracker = Tracker(max_people=1)
    assert {n for tracks in followed(tracker, scene, 8.0) for n in ids(tracks)} == {1}
    much_larger = lambda t: [person_at(100), person_at(400, tall=280)]  # noqa: E731
    after = followed(tracker, much_larger, 1.0, start=8.0)
    assert id_near(after[-1], 400) is not None
