"""Bodies put together of two people."""

from __future__ import annotations

import numpy as np
import pytest

from har_live.people.joints import LIMBS
from tests.support.takes_made import BODY
from training.recipe.mixed_bodies import with_legs_of

ARMS_AND_TRUNK, LEGS = slice(0, 9), slice(9, 13)


def solid(*, turned: float = 0.0, knees: float = 0.8, at: float = 0.0) -> np.ndarray:
    """(1, 5, 13, 3) somebody who is turned about the vertical, with knees so far below the hips."""
    body = np.concatenate([BODY, np.zeros((13, 1), np.float32)], axis=1)
    body[9:11, 1] = knees
    body[9:11, 2] = -(0.8 - knees)  # ahead of the hips
    cos, sin = np.cos(turned), np.sin(turned)
    body = body @ np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]], np.float32)
    return np.repeat(body[None, None] + np.float32(at), 5, axis=1).astype(np.float32)


def lengths(joints: np.ndarray) -> np.ndarray:
    return np.stack(
        [np.linalg.norm(joints[..., a, :] - joints[..., b, :], axis=-1) for a, b in LIMBS]
    )


def test_legs_are_the_others_and_all_else_is_ones_own():
    own, sitting = solid(), solid(knees=0.2, at=3.0)
    mixed = with_legs_of(own, sitting)
    assert np.array_equal(mixed[:, :, ARMS_AND_TRUNK], own[:, :, ARMS_AND_TRUNK])
    assert mixed[:, :, LEGS] == pytest.approx(solid(knees=0.2)[:, :, LEGS], abs=1e-5)


def test_legs_face_where_the_hips_do_and_keep_their_lengths():
    mixed = with_legs_of(solid(turned=1.2), solid(turned=-0.7, knees=0.2))
    expected = solid(turned=1.2, knees=0.2)
    assert mixed == pytest.approx(expected, abs=1e-5)
    assert lengths(mixed) == pytest.approx(lengths(expected), abs=1e-5)


def test_who_has_no_hips_gives_no_legs():
    other = solid()
    other[:, :, 7:9] = np.nan
    mixed = with_legs_of(solid(), other)
    assert np.isnan(mixed[:, :, LEGS]).all()
    assert np.isfinite(mixed[:, :, ARMS_AND_TRUNK]).all()
