"""A person found, doubles, pairs, and the square cut out around somebody."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from har_live.people.detection import Detection
from har_live.people.matching import best_pairs, likeness, without_doubles
from tests.support.people_made import jittered, person_at

# --- the value ---


def test_a_person_refuses_what_is_none():
    good = person_at(50)
    holed = good.joints.copy()
    holed[3, 1] = np.nan
    for joints in (holed, good.joints.astype(np.float64), good.joints[:13]):
        with pytest.raises(ValueError, match="joints"):
            Detection(joints, good.box, 0.5)
    for box in ((10.0, 0.0, 5.0, 9.0), (0.0, 0.0, 1.0, float("nan"))):
        with pytest.raises(ValueError, match="box"):
            Detection(good.joints, box, 0.5)
    for score in (-0.1, 1.5, float("nan")):
        with pytest.raises(ValueError, match="score"):
            Detection(good.joints, good.box, score)


def test_a_person_says_where():
    assert repr(person_at(50)) == "Detection(box=(30, 100, 70, 200), score=0.60, 17 joints sure)"


# --- doubles and pairs ---


def test_of_doubles_the_surest_is_kept():
    rng = np.random.default_rng(0)
    sure, unsure = person_at(100, score=0.7), jittered(person_at(100, score=0.3), rng, 0.03)
    other = person_at(130)
    assert without_doubles([unsure, other, sure]) == [sure, other]
    assert without_doubles([]) == []


def test_two_who_overlap_are_two():
    front, back = person_at(100), person_at(115, 95)
    assert len(without_doubles([front, back])) == 2


def test_with_few_joints_the_box_tells():
    blurred = [person_at(x, sure=0.05) for x in (100, 110, 400)]
    alike = likeness(blurred[:1], blurred[1:], reach=0.2)
    assert alike[0, 0] == pytest.approx(30 / 50)
    assert alike[0, 1] == 0.0


@pytest.mark.parametrize("shape", [(6, 6), (8, 6), (3, 6), (6, 2)])
def test_the_best_pairs_are_the_best_of_all(shape):
    rng = np.random.default_rng(sum(shape))
    for _ in range(5):
        gains = np.maximum(rng.uniform(-0.5, 1.0, shape), 0.0)
        pairs = best_pairs(gains)
        small, large = sorted(shape)
        table = gains if shape[0] == small else gains.T
        best = max(
            sum(table[row, column] for row, column in enumerate(way))
            for way in permutations(range(large), small)
        )
        assert sum(gains[pair] for pair in pairs) == pytest.approx(best)
        assert all(gains[pair] > 0 for pair in pairs)
        assert len({r for r, _ in pairs}) == len({c for _, c in pairs}) == len(pairs)


def test_nothing_gains_nothing():
    assert best_pairs(np.zeros((3, 2))) == []
    assert best_pairs(np.zeros((0, 2))) == []
