"""Depths of flat takes: told by what was learnt of bodies in 3D."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.support.takes_made import BODY, take
from training.recipe.lift import learn_to_lift, lifted, with_depths
from training.recipe.takes import Take

NOBODY = np.full((13, 2), np.nan, np.float32)


def reaching(*, seed: int, num_frames: int = 60) -> Take:
    """Somebody whose left arm, as long as ever, swings from straight ahead to straight down."""
    rng = np.random.default_rng(seed)
    angles = np.abs(np.sin(np.arange(num_frames) * 0.2 + rng.uniform(0, 3))) * np.pi / 2
    one = take("push", body=BODY, num_frames=num_frames)
    joints = one.joints.copy()
    for joint, reach in ((3, 0.5), (5, 1.0)):
        joints[:, joint] = joints[:, 1]
        joints[:, joint, 1] += reach * np.cos(angles)
        joints[:, joint, 2] -= reach * np.sin(angles)
    return replace(one, joints=joints, is_3d=True, group=str(seed))


def flat(one: Take) -> Take:
    """What a camera straight ahead and far away shows of it, anywhere and at any size."""
    joints = one.joints * np.float32(0.13) + np.array([0.4, 0.7, 0], np.float32)
    joints[..., 2] = 0
    return replace(one, joints=joints, is_3d=False)


@pytest.fixture(scope="module")
def lifter():
    return learn_to_lift([reaching(seed=seed) for seed in range(20)], steps=250, seed=0)


def test_an_arm_that_looks_short_reaches_ahead(lifter):
    truth = reaching(seed=99)
    told = lifted(flat(truth), lifter)
    assert told.is_3d
    assert told.is_lifted
    wrist, expected = told.joints[:, 5, 2], truth.joints[:, 5, 2]
    assert np.abs(wrist - expected).mean() < 0.35 * np.abs(expected).mean()
    assert np.corrcoef(wrist, expected)[0, 1] > 0.9


def test_what_the_camera_saw_stays_as_it_was_but_for_size_and_place(lifter):
    film = flat(reaching(seed=99))
    seen, told = film.joints[..., :2], lifted(film, lifter).joints[..., :2]
    for places in (seen, told):
        places -= places.mean(axis=(0, 1))
    assert seen * told.std() / seen.std() == pytest.approx(told, abs=1e-4)


def test_what_was_not_seen_is_not_told(lifter):
    film = flat(reaching(seed=99))
    film.joints[10:20, 5] = np.nan
    film.joints[30] = np.nan
    told = lifted(film, lifter).joints
    assert (np.isnan(told) == np.isnan(film.joints)).all()


def test_nobody_stays_flat(lifter):
    film = take("none", body=NOBODY)
    assert lifted(film, lifter) is film


def test_takes_in_3d_are_left_alone_and_the_same_seed_tells_the_same():
    takes = [reaching(seed=0), flat(reaching(seed=1))]
    first, second = (with_depths(takes, steps=3, seed=5) for _ in "ab")
    assert first[0] is takes[0]
    assert np.array_equal(first[1].joints, second[1].joints)
    other = with_depths(takes, steps=3, seed=6)
    assert not np.array_equal(first[1].joints, other[1].joints)


@pytest.mark.parametrize("steps", [0, 3])
def test_without_anything_to_learn_from_takes_stay_flat(steps: int):
    takes = [flat(reaching(seed=0))]
    assert with_depths(takes, steps=steps, seed=0) == takes
