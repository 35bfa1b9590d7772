"""What the finder is shown, and what it makes of the answers."""

from __future__ import annotations

import numpy as np
import pytest

from har_live.people.finder import DARK, MOST_GAIN, PeopleFinder, brightened


def grey(level: int, *, size: tuple[int, int] = (32, 64)) -> np.ndarray:
    return np.full((*size, 3), level, np.uint8)


@pytest.mark.parametrize(("level", "seen"), [(200, 200), (DARK, DARK), (25, DARK), (5, 15), (0, 0)])
def test_dark_pictures_are_shown_brighter(level, seen):
    picture = grey(int(level))
    assert brightened(picture).mean() == pytest.approx(seen, abs=0.6)
    assert (picture == level).all()


def test_a_bright_picture_is_not_copied():
    picture = grey(90)
    assert brightened(picture) is picture


def test_a_lamp_in_the_dark_does_not_wrap_around():
    picture = grey(0)
    picture[:2] = 250
    assert brightened(picture)[:2].min() == 255


def test_the_network_is_shown_what_was_brightened():
    shown = []

    def net(pictures: np.ndarray) -> np.ndarray:
        shown.append(pictures)
        return np.zeros((len(pictures), 6, 56), np.float32)

    found = PeopleFinder(net).find([grey(10), grey(90)], aspects=[2.0, 2.0])
    assert found == [[], []]
    assert [picture.mean() for picture in shown[0]] == [10 * MOST_GAIN, 90]
