"""From a picture to the network's square."""

from __future__ import annotations

import numpy as np
import pytest

from har_live.transforms import to_network
from har_live.types import ClipSpec


def halves(height: int, width: int) -> np.ndarray:
    """Left red, right blue."""
    image = np.zeros((height, width, 3), np.uint8)
    image[:, : width // 2] = (200, 0, 0)
    image[:, width // 2 :] = (0, 0, 200)
    return image


@pytest.mark.parametrize("shape", [(90, 160), (160, 90), (17, 23), (1, 1), (1080, 1920)])
@pytest.mark.parametrize("fit", ["stretch", "letterbox"])
def test_always_a_square_of_the_right_size(shape, fit):
    square = to_network(halves(*shape), ClipSpec(image_size=32, fit=fit))
    assert square.shape == (32, 32, 3)
    assert square.dtype == np.uint8
    assert square.flags.c_contiguous


def test_stretch_keeps_the_whole_picture_and_its_colours():
    square = to_network(halves(90, 160), ClipSpec(image_size=32, fit="stretch"))
    assert square[:, 0].tolist() == [[200, 0, 0]] * 32
    assert square[:, -1].tolist() == [[0, 0, 200]] * 32


def test_letterbox_keeps_the_shape_between_black_bars():
    square = to_network(halves(80, 160), ClipSpec(image_size=32, fit="letterbox"))
    assert square[:8].max() == square[24:].max() == 0
    assert square[8:24, 0].tolist() == [[200, 0, 0]] * 16


def test_shrinking_averages_instead_of_picking():
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[::2] = 200
    square = to_network(stripes, ClipSpec(image_size=8))
    assert np.abs(square.astype(int) - 100).max() <= 1
