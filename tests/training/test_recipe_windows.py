"""Windows to learn from: what is told of them is what is in them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from har_live.lessons.windows import FIRST_JUDGED, SETTLED, Batch
from har_live.people.joints import CONTEXT
from har_live.types import NONE, ClipSpec
from tests.support.takes_made import BODY, LEFT_ARM, labels_of, raised, take
from training.recipe.joint_windows import MIXED, STILL, Windows, cut
from training.recipe.take_weights import FILM_WEIGHT, LABEL_WEIGHTS, chances
from training.recipe.takes import Take

CLIP = ClipSpec(num_frames=20, grid_fps=10.0, image_size=256)
HELD = float(np.float16(STILL[0]))
NOBODY = np.full((13, 2), np.nan, np.float32)


def drawn(
    takes: Sequence[Take],
    *,
    labels: tuple[str, ...] | None = None,
    count: int = 300,
    seed: int = 0,
    preceded: float = 0.5,
) -> Batch:
    windows = Windows(takes, labels or labels_of(takes), CLIP)
    return windows.draw(count, np.random.default_rng(seed), preceded=preceded)


def scene(label: str, *, film: int, num_frames: int = 60) -> Take:
    """A film in which nobody is found: what moves tells which film it is, and which frame."""
    return take(label, film=film, num_frames=num_frames, body=NOBODY)


def films(batch: Batch) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(N, T) each: number of the film, frame of it, and whether the frame is held."""
    held = np.isclose(batch.motion[..., 0], HELD)
    return np.rint(batch.motion[..., 0]).astype(int), batch.motion[..., 1], held


# --- what is told --------------------------------------------------------------------------------


def test_labels_say_whose_frames_are_shown():
    takes = [scene("walk", film=1), scene("wave", film=2), scene("wave", film=3, num_frames=45)]
    batch = drawn(takes)
    film, frame, held = films(batch)
    label_of = np.array([-1, 0, 1, 1])
    assert (batch.labels == label_of[film])[~held].all()
    steps = np.diff(frame, axis=1)
    same = (film[:, 1:] == film[:, :-1]) & ~held[:, 1:] & ~held[:, :-1]
    jumps = ((steps < 0) | (steps > 2)) & same
    assert (jumps.sum(axis=1) <= 1).all()  # where a film comes after itself
    assert len(np.unique(batch.labels[:, 0])) == len(np.unique(batch.labels[:, -1])) == 2


def test_what_is_done_is_told_once_it_can_be_seen():
    takes = [scene("walk", film=1), scene("wave", film=2)]
    batch = drawn(takes)
    assert not batch.weights[:, :FIRST_JUDGED].any()
    film, _, _ = films(batch)
    borders = [(n, int(np.argmax(np.diff(row) != 0)) + 1) for n, row in enumerate(film)]
    borders = [(n, border) for n, border in borders if film[n, 0] != film[n, -1]]
    assert len(borders) > 30
    for number, border in borders:
        expected = np.ones(CLIP.num_frames)
        expected[border : border + SETTLED] = 0
        expected[:FIRST_JUDGED] = 0
        assert batch.weights[number].tolist() == expected.tolist()
    alone = (film == film[:, :1]).all(axis=1)
    assert batch.weights[alone, FIRST_JUDGED + SETTLED :].any()


def test_without_predecessors_a_long_take_fills_its_windows():
    film, _, held = films(drawn([scene("walk", film=1), scene("wave", film=2)], preceded=0))
    assert (film == film[:, :1]).all()
    assert not held.any()


def test_a_short_take_is_preceded_or_held():
    takes = [scene("walk", film=1), scene("wave", film=2, num_frames=8)]
    film, _, held = films(drawn(takes, preceded=0))
    short = np.flatnonzero(film[:, 10] == 2)  # in full swing, or about to be held
    assert len(short) > 20
    is_preceded = (film[short] == 1).any(axis=1)
    assert (is_preceded | held[short].any(axis=1)).all()
    assert is_preceded.any()
    assert held[short, -1].any()


def test_of_a_long_take_before_another_nothing_is_held():
    _, _, held = films(drawn([scene("walk", film=1), scene("wave", film=2)], preceded=1))
    assert not held.any()


def test_who_stands_still_in_the_middle_of_a_movement_does_nothing(monkeypatch):
    monkeypatch.setattr("training.recipe.joint_windows.HELD", 0.5)
    takes = [scene("walk", film=1), scene("lying", film=2), scene("none", film=3)]
    batch = drawn(takes, preceded=0)
    film, frame, _ = films(batch)
    span = np.ptp(frame, axis=1)
    stands_still = span < 0.3 * np.median(span[(film == 3).all(axis=1)])
    is_walk = (film == 1).all(axis=1)
    walk, none = labels_of(takes).index("walk"), labels_of(takes).index("none")
    assert 0.3 < stands_still[is_walk].mean() < 0.7
    assert 0 < (span[is_walk & stands_still] > 0).mean() < 0.7  # some sway
    assert (batch.labels[is_walk & stands_still] == none).all()
    assert (batch.labels[is_walk & ~stands_still] == walk).all()
    assert not stands_still[~is_walk].any()


# --- motion --------------------------------------------------------------------------------------


def test_motion_is_told_only_where_nobody_is_seen():
    takes = [take("walk", film=1), take("wave"), scene("wave", film=2)]
    batch = drawn(takes, preceded=0)
    is_seen = batch.joints.any(axis=(1, 2, 3))
    assert is_seen.any()
    assert not is_seen.all()
    assert (batch.motion.any(axis=(1, 2)) == ~is_seen).all()


# --- joints --------------------------------------------------------------------------------------


def test_the_mirror_gives_the_other_sides_label():
    labels = ("left_up", "right_up")
    batch = drawn([take("left_up", film=1, body=raised(LEFT_ARM))], labels=labels, preceded=0)
    x, y, seen = np.moveaxis(batch.joints[:, CONTEXT:], -1, 0)
    both = (seen[..., 5] > 0) & (seen[..., 6] > 0)
    left_is_higher = y[..., 5] < y[..., 6]
    right = left_is_higher == (batch.labels == labels.index("left_up"))
    assert right[both].mean() > 0.97  # joints jump now and then
    assert 0.3 < (batch.labels[:, 0] == labels.index("right_up")).mean() < 0.7
    sides = (seen[..., 1] > 0) & (seen[..., 2] > 0)
    assert ((x[..., 1] > x[..., 2])[sides]).mean() > 0.97  # who faces the camera still does


def test_where_no_label_fits_nothing_is_mirrored():
    labels = ("tennis_serve", "turn_left")
    batch = drawn([take("turn_left", film=1, body=raised(LEFT_ARM))], labels=labels, preceded=0)
    y, seen = batch.joints[:, CONTEXT:, :, 1], batch.joints[:, CONTEXT:, :, 2]
    both = (seen[..., 5] > 0) & (seen[..., 6] > 0)
    assert (y[..., 5] < y[..., 6])[both].mean() > 0.97
    assert (batch.labels == labels.index("turn_left")).all()


def test_lost_joints_are_all_zero():
    body = raised(LEFT_ARM)
    body[11:] = np.nan
    joints = drawn([take("walk", body=body), take("wave")]).joints
    assert set(np.unique(joints[..., 2])) == {0, 1}
    lost = joints[..., 2] == 0
    assert lost.any()
    assert not joints[lost].any()
    assert np.isfinite(joints).all()


def test_recorded_joints_are_lost_as_films_lose_them():
    legless = BODY.copy()
    legless[7:] = np.nan
    batch = drawn([take("walk"), take("wave", film=1, body=legless)], preceded=0)
    walk = batch.labels[:, 0] == 0  # in the order of the names
    legs = batch.joints[walk, :, 7:, 2].any(axis=(1, 2))
    assert 0.25 < legs.mean() < 0.6  # half of them are, and some lose their legs anyhow


def test_draws_depend_on_the_seed_alone():
    takes = [take("walk", film=1), take("wave", is_3d=True), take("none", film=2)]
    once, again, other = (drawn(takes, seed=seed) for seed in (3, 3, 4))
    for name, values in vars(once).items():
        assert np.array_equal(values, getattr(again, name))
    assert not np.array_equal(once.joints, other.joints)


# --- how often -----------------------------------------------------------------------------------


def test_chances_balance_labels_sources_and_people():
    many = [take("walk", dataset="a", group="anna", name=str(n)) for n in range(100)]
    few = [take("wave", dataset="a", group="anna") for _ in range(10)]
    calm = [take("none", dataset="a", group="anna")]
    takes = [*many, *few, *calm]
    odds = chances(takes)
    assert odds.sum() == pytest.approx(1)
    assert (odds > 0).all()
    walk, wave, none = odds[:100].sum(), odds[100:110].sum(), odds[110:].sum()
    assert walk == pytest.approx(wave)
    assert none == pytest.approx(LABEL_WEIGHTS["none"] * wave)


def test_of_a_label_films_and_those_who_are_rarely_seen_count_more():
    recorded = [take("wave", dataset="a", group="anna") for _ in range(4)]
    filmed = [take("wave", dataset="b", film=1, group="ben") for _ in range(4)]
    odds = chances([*recorded, *filmed])
    assert odds[4:].sum() == pytest.approx(FILM_WEIGHT * odds[:4].sum())
    crowd = [take("wave", dataset="a", group="anna") for _ in range(9)]
    odds = chances([*crowd, take("wave", dataset="a", group="eve")])
    assert 1 / 10 < odds[-1] < 1 / 2


# --- cut -----------------------------------------------------------------------------------------


def test_a_cut_shows_the_frames_played_at_the_grids_instants():
    recorded = take("wave", num_frames=40, fps=15.0)
    recorded.joints[:, 0, 0] = np.arange(40)
    joints, motion = cut(recorded, CLIP, hop=2)
    played = np.floor(np.arange(27) * 1.5)
    stream = np.concatenate([[0] * CONTEXT, played])
    assert joints.shape == (4, CONTEXT + 20, 13, 3)
    for number, window in enumerate(joints):
        assert window[:, 0, 0].tolist() == stream[2 * number : 2 * number + 23].tolist()
    assert not motion.any()


def test_a_short_take_is_a_window_that_has_not_filled():
    short = take("wave", num_frames=12, film=1)
    short.joints[:, 0, 0] = np.arange(12)
    (joints,), (motion,) = cut(short, CLIP, hop=2)
    assert joints[:, 0, 0].tolist() == [0, 0, 0, *range(12)]
    assert motion.shape[0] == 12
    assert not motion.any()  # live, nobody whose joints are seen is told of motion


def test_a_very_short_take_is_held_until_it_can_be_scored():
    short = take("wave", num_frames=6, film=1)
    short.joints[:, 0, 0] = np.arange(6)
    (joints,), _ = cut(short, CLIP, hop=2)
    assert joints[:, 0, 0].tolist() == [0, 0, 0, 0, 1, 2, 3, 4, 5, 5, 5]
    short.joints[:] = np.nan
    _, (motion,) = cut(short, CLIP, hop=2)
    assert motion[:6, 1].tolist() == [1, 2, 3, 4, 5, 6]
    assert np.array_equal(motion[6:], np.tile(STILL, (2, 1)))


# --- bodies and views ----------------------------------------------------------------------------


def widths(batch: Batch) -> np.ndarray:
    """How wide the shoulders look, in trunks, in the windows of bodies that are wholly seen."""
    joints = batch.joints[whole(batch)]
    places = np.where(joints[..., 2:] > 0, joints[..., :2], np.nan)
    shoulders, hips = places[:, :, 1:3], places[:, :, 7:9]
    trunks = np.linalg.norm(shoulders.mean(axis=2) - hips.mean(axis=2), axis=-1)
    across = np.linalg.norm(shoulders[:, :, 0] - shoulders[:, :, 1], axis=-1)
    return np.nanmedian(across / trunks, axis=1)


def whole(batch: Batch) -> np.ndarray:
    """(N,) True where every joint of a window is seen at least once."""
    return batch.joints[..., 2].any(axis=1).all(axis=1)


def test_a_take_whose_depth_was_only_told_is_seen_from_less_far_around():
    solid, told = take("walk", is_3d=True), take("walk", is_3d=True, is_lifted=True)
    wide, gentle, flat = (widths(drawn([one], preceded=0)) for one in (solid, told, take("walk")))
    front = np.median(flat)
    assert np.mean(wide < 0.7 * front) > 0.2  # from the side
    assert np.mean(gentle < 0.7 * front) < 0.1
    assert np.mean(gentle < 0.9 * front) > np.mean(flat < 0.9 * front)


def test_what_arms_do_is_done_on_other_legs_too():
    sitting = BODY.copy()
    sitting[9:, 1] = 0.1
    takes = [take("wave", is_3d=True), take(NONE, body=sitting, is_3d=True)]
    batch = drawn(takes, preceded=0)
    waving = (batch.labels[:, -1] == labels_of(takes).index("wave")) & whole(batch)
    ankles = np.median(batch.joints[waving, :, 11, 1] - batch.joints[waving, :, 7, 1], axis=1)
    sits = np.mean(ankles < 0.5)
    assert 0.5 * MIXED * 0.5 < sits < 1.5 * MIXED * 0.5  # half of the others stand, waving
    walking = drawn([take("walk", is_3d=True), takes[1]], preceded=0)
    of_legs = (walking.labels[:, -1] == 1) & whole(walking)
    ankles = walking.joints[of_legs, :, 11, 1] - walking.joints[of_legs, :, 7, 1]
    assert np.mean(np.median(ankles, axis=1) < 0.5) < 0.05
