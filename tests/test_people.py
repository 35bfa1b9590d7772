"""A person found, doubles, pairs, and the square cut out around somebody."""

from __future__ import annotations

from itertools import permutations

import cv2
import numpy as np
import pytest

from har_live.people.crops import cut, square_of, to_picture
from har_live.people.likeness import best_pairs, likeness, without_doubles
from har_live.people.detection import Detection
from tests.people_made import jittered, person_at

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


# --- crops ---


def test_the_square_is_around_the_sure_joints():
    person = person_at(200)  # joints from y 104 to 197
    joints = person.joints.copy()
    joints[9] = (900, 900, 0.05)
    square = square_of(Detection(joints, person.box, 0.5))
    assert square.centre_y == pytest.approx(150.5)
    assert square.side == pytest.approx(93 * 1.4)


def test_without_sure_joints_the_square_is_around_the_box():
    square = square_of(person_at(200, sure=0.05))
    assert square == pytest.approx((200, 150, 140))


def test_a_square_of_the_crops_own_size_is_the_picture():
    picture = np.random.default_rng(0).integers(0, 256, (80, 90, 3), np.uint8)
    (crop,) = cut(picture, [(42.0, 37.0, 64.0)], size=64)
    np.testing.assert_array_equal(crop, picture[5:69, 10:74])


@pytest.mark.parametrize("side", [30.0, 64.0, 100.0, 150.0, 411.0, 1000.0])
def test_a_point_is_found_again_in_the_picture(side):
    picture = np.zeros((1100, 1200, 3), np.uint8)
    square = (600.0 + side / 7, 503.0, side)
    spot = np.float32([600.0, 500.0])
    radius = max(2.0, side / 20)
    # A disc around the spot, drawn in 1/16 pixels; OpenCV counts from the middle of a pixel.
    centre = tuple(int(16 * (value - 0.5)) for value in spot)
    cv2.circle(picture, centre, round(16 * radius), (255, 255, 255), -1, cv2.LINE_AA, 4)
    (crop,) = cut(picture, [square], size=64)
    rows, columns = np.indices(crop.shape[:2]) + 0.5
    light = crop[..., 0] / crop[..., 0].sum(dtype=float)
    seen = np.float32([(columns * light).sum(), (rows * light).sum()])
    np.testing.assert_allclose(to_picture(seen, square, size=64), spot, atol=0.2 * side / 64)


def test_outside_the_picture_is_black():
    picture = np.full((40, 50, 3), 200, np.uint8)
    beyond, corner = cut(picture, [(500.0, 500.0, 300.0), (0.0, 0.0, 64.0)], size=32)
    assert not beyond.any()
    assert not corner[:15, :15].any()
    assert (corner[17:, 17:] == 200).all()


@pytest.mark.parametrize("side", [96, 128, 640])
def test_fine_detail_is_averaged_and_not_skipped(side):
    stripes = np.zeros((700, 700, 3), np.uint8)
    stripes[:, ::2] = 255
    (crop,) = cut(stripes, [(350.0, 350.0, float(side))], size=32)
    inner = crop[2:-2, 2:-2].astype(int)
    assert abs(inner - 127).max() <= 30  # skipping pixels makes it 0 or 255


def test_no_squares_no_crops():
    assert cut(np.zeros((40, 50, 3), np.uint8), []).shape == (0, 256, 256, 3)


def test_what_else_a_point_has_comes_with_the_scale():
    placed = to_picture(np.float32([[128, 128, 10]]), (50.0, 60.0, 512.0))
    np.testing.assert_allclose(placed, [[50, 60, 20]])
