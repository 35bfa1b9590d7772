"""From a picture to the network's square."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from har_live.transforms import to_network
from har_live.types import ClipSpec
from har_live.yuv import Matrix, YuvImage
from tests.test_yuv import stored


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


def natural(height: int, width: int) -> np.ndarray:
    """Shapes of all sizes with soft edges, in colours that YUV can hold."""
    noise = np.random.default_rng(0).uniform(-1, 1, (height, width, 3)).astype(np.float32)
    layers = [cv2.GaussianBlur(noise, (0, 0), sigma) * sigma for sigma in (1.5, 6, 25)]
    return np.clip(128 + 60 * sum(layers), 40, 215).astype(np.uint8)


def noise_db(one: np.ndarray, other: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / np.mean((one.astype(float) - other) ** 2)))


@pytest.mark.parametrize("shape", [(720, 1280), (721, 1281), (1080, 1920), (1280, 720)])
@pytest.mark.parametrize("size", [112, 192])
def test_halving_first_is_averaging_all_the_same(shape, size):
    image = natural(*shape)
    exact = cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA)
    assert noise_db(to_network(image, ClipSpec(image_size=size)), exact) > 45


class Stored:
    """A picture that counts how often it is made RGB."""

    def __init__(self, image: np.ndarray, matrix: Matrix) -> None:
        self.image, self.matrix, self.num_made = image, matrix, 0
        self.shape = image.shape

    def rgb(self) -> np.ndarray:
        self.num_made += 1
        return self.image

    def yuv(self) -> YuvImage:
        return stored(self.image, self.matrix)


@pytest.mark.parametrize("matrix", ["bt601", "bt709"])
@pytest.mark.parametrize("fit", ["stretch", "letterbox"])
def test_a_large_stored_picture_is_never_made_rgb_whole(matrix, fit):
    image = cv2.GaussianBlur(natural(720, 1280), (0, 0), 2)
    picture, spec = Stored(image, matrix), ClipSpec(image_size=192, fit=fit)
    assert noise_db(to_network(picture, spec), to_network(image, spec)) > 45
    assert picture.num_made == 0


def test_a_small_stored_picture_is_made_rgb_as_it_always_was():
    image = natural(240, 320)
    picture, spec = Stored(image, "bt601"), ClipSpec(image_size=192)
    assert np.array_equal(to_network(picture, spec), to_network(image, spec))
    assert picture.num_made == 1
