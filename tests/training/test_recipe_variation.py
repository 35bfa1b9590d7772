"""The same movement seen otherwise: mirrors, cameras, finders that lose joints."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from har_live.lessons.variation import Views, in_trunks, middles, mirrored, spoil
from har_live.people.motion import MotionSeen, grey_levels
from har_live.types import NUM_JOINTS
from tests.support.takes_made import BODY
from training.recipe.mirrored_motion import mirrored_motion


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def plain(count: int) -> Views:
    """Level cameras far away, straight ahead, before bodies as they are."""
    upright = np.tile(np.eye(3, dtype=np.float32), (count, 1, 1))
    ones = np.ones(count, np.float32)
    return Views(upright, upright, 1e6 * ones, ones, np.ones((count, 2), np.float32))


def moving(rng: np.random.Generator, count: int = 3, length: int = 8) -> np.ndarray:
    """(N, K, 13, 3)."""
    space = np.concatenate([BODY, np.zeros((NUM_JOINTS, 1))], axis=1)
    return (space + rng.normal(0, 0.2, (count, length, NUM_JOINTS, 3))).astype(np.float32)


def test_a_mirrors_mirror_shows_the_same(rng: np.random.Generator):
    places = moving(rng)[..., :2]
    assert np.array_equal(mirrored(mirrored(places)), places)
    assert np.allclose(mirrored(places)[..., 5, 0], -places[..., 6, 0])
    motion = rng.normal(size=(4, len(MotionSeen(*[LEVELS] * 2).features()))).astype(np.float32)
    assert np.array_equal(mirrored_motion(mirrored_motion(motion)), motion)


LEVELS = grey_levels(np.zeros((48, 48, 3), np.uint8))


def test_what_moves_in_a_mirror_is_what_moves_in_the_mirrored_picture(rng: np.random.Generator):
    coarse = rng.integers(0, 256, (12, 12, 1), np.uint8)
    picture = np.repeat(np.kron(coarse, np.ones((8, 8, 1), np.uint8)), 3, axis=2)
    # The upper half moves to the right, the lower one down.
    later = np.concatenate([np.roll(picture[:48], 3, axis=1), np.roll(picture, 2, axis=0)[48:]])

    def motion(*pictures: np.ndarray) -> np.ndarray:
        return MotionSeen(*map(grey_levels, pictures)).features()

    seen = motion(picture, later)
    in_mirror = motion(picture[:, ::-1], later[:, ::-1])
    assert np.abs(mirrored_motion(seen) - in_mirror).max() < 1e-3
    assert np.abs(seen - in_mirror).max() > 0.1


def test_a_camera_straight_ahead_shows_bodies_as_they_are(rng: np.random.Generator):
    joints = moving(rng)
    for is_3d in (False, True):
        shown = plain(3).project(joints, np.full(3, is_3d))
        assert np.allclose(shown, joints[..., :2], atol=1e-4)


def test_flat_takes_are_never_turned(rng: np.random.Generator):
    joints = moving(rng)
    views = replace(Views.random(3, rng), rotation=plain(3).rotation, squeeze=plain(3).squeeze)
    assert np.allclose(views.project(joints, np.zeros(3, bool)), joints[..., :2])
    assert not np.allclose(views.project(joints, np.ones(3, bool)), joints[..., :2], atol=0.1)


def test_views_are_chosen_window_by_window(rng: np.random.Generator):
    first, second = Views.random(3, rng), Views.random(3, rng)
    chosen = first.where(np.array([True, False, True]), second)
    for name, values in vars(chosen).items():
        assert np.array_equal(values[::2], getattr(first, name)[::2])
        assert np.array_equal(values[1], getattr(second, name)[1])


def test_bodies_come_out_one_size_and_stay_where_nothing_is_seen(rng: np.random.Generator):
    places = moving(rng)[..., :2] * np.float32([1, 5, 30]).reshape(3, 1, 1, 1)
    places[1] = np.nan
    sized = in_trunks(places)
    trunks = np.linalg.norm(sized[:, :, [1, 2]] - sized[:, :, [7, 8]], axis=-1).mean(axis=(1, 2))
    assert trunks[[0, 2]] == pytest.approx([1, 1], abs=1e-4)
    assert np.isnan(sized[1]).all()
    assert np.isnan(middles(sized)[1]).all()
    assert np.isfinite(middles(sized)[[0, 2]]).all()


def test_a_finder_loses_joints_and_finds_none_that_was_lost(rng: np.random.Generator):
    places = np.repeat(moving(rng, count=1)[..., :2], 400, axis=0)
    places[:, :, 3] = np.nan
    before = places.copy()
    spoilt = spoil(places, np.arange(400) % 2 == 0, rng)
    assert np.array_equal(places, before, equal_nan=True)
    assert np.isnan(spoilt[:, :, 3]).all()
    share_lost = np.isnan(spoilt[:, :, [0, 1, 2, 4, 5, 6]]).any(axis=-1).mean()
    assert 0.02 < share_lost < 0.2
    legs_lost = np.isnan(spoilt[:, :, 11:]).all(axis=(1, 2, 3)).mean()
    assert 0.1 < legs_lost < 0.4
    off = np.abs(spoilt - before)[np.isfinite(spoilt)]
    assert 0.005 < np.median(off) < 0.06
