"""Pictures as files store them: what they hold, and the overlay on them."""

from __future__ import annotations

import numpy as np
import pytest

from har_live.overlay import (
    LiveStatus,
    OverlayView,
    TimelineRow,
    TimelineSpan,
    TimelineView,
    draw,
    draw_on,
)
from har_live.overlay.canvas import Canvas
from har_live.overlay.layout import parts
from har_live.overlay.style import Metrics
from har_live.overlay.yuv import stamp_on_yuv
from har_live.yuv import Matrix, YuvImage, from_rgb, usual_matrix

VIEW = OverlayView(
    label="wave",
    confidence=0.75,
    top=(("wave", 0.75), ("clap", 0.5), ("walk", 0.25)),
    timeline=TimelineView(
        100,
        20,
        (TimelineRow((TimelineSpan(80, 84, "walk", 0.8), TimelineSpan(90, 99, "wave", 1))),),
    ),
    truth="clap",
    labels=("none", "wave", "clap", "walk"),
    status=LiveStatus(29.97, 48.2, 310, 12, True, True, "no signal for 3 s"),
    help_lines=(("q", "quit"), ("space", "pause")),
)


def stored(image: np.ndarray, matrix: Matrix) -> YuvImage:
    """An RGB picture as a file would store it, by the definition."""
    weights, offsets = (values.astype(float) for values in from_rgb(matrix))
    height, width, _ = image.shape
    y, u, v = np.moveaxis(image @ weights.T + offsets, -1, 0)
    halves = [p.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3)).ravel() for p in (u, v)]
    planes = np.rint(np.concatenate([y.ravel(), *halves])).astype(np.uint8)
    return YuvImage(planes.reshape(-1, width), matrix)


def peak_signal_to_noise_db(one: np.ndarray, other: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / np.mean((one.astype(float) - other) ** 2)))


@pytest.mark.parametrize(
    ("matrix", "rgb", "yuv"),
    [
        ("bt601", (255, 255, 255), (235, 128, 128)),
        ("bt709", (0, 0, 0), (16, 128, 128)),
        ("bt601", (255, 0, 0), (81, 90, 240)),
        ("bt709", (255, 0, 0), (63, 102, 240)),
        ("bt709", (0, 0, 255), (32, 240, 118)),
    ],
)
def test_colours_are_those_of_the_standards(matrix, rgb, yuv):
    weights, offsets = from_rgb(matrix)
    assert tuple(np.rint(weights @ rgb + offsets)) == yuv


def test_the_matrix_by_height():
    assert (usual_matrix(576), usual_matrix(720)) == ("bt601", "bt709")


def test_planes_are_views():
    image = YuvImage(np.zeros((6, 6), np.uint8), "bt601")
    for value, plane in enumerate(image.split(), start=1):
        plane[:] = value
    assert image.shape == (4, 6, 3)
    assert [plane.shape for plane in image.split()] == [(4, 6), (2, 3), (2, 3)]
    assert image.planes.ravel().tolist() == [1] * 24 + [2] * 6 + [3] * 6


@pytest.mark.parametrize(
    "planes",
    [
        np.zeros((6, 5), np.uint8),
        np.zeros((7, 6), np.uint8),
        np.zeros((6, 6), np.float32),
        np.zeros((6, 12), np.uint8)[:, ::2],
    ],
)
def test_other_planes_are_refused(planes):
    with pytest.raises(ValueError, match="planes are"):
        YuvImage(planes, "bt601")


@pytest.mark.parametrize("matrix", ["bt601", "bt709"])
@pytest.mark.parametrize("size", [(160, 120), (322, 242), (640, 480), (1280, 720)])
def test_the_overlay_is_the_same_on_both_kinds(size, matrix):
    """Brightness to the rounding of each step; colour, of which 2×2 pixels have one, on average."""
    width, height = size
    columns = np.linspace(20, 200, width, dtype=np.uint8)
    image = np.stack([np.broadcast_to(columns, (height, width))] * 3, axis=-1).copy()
    image[..., 2] = 90
    expected = stored(draw(image, VIEW), matrix)
    drawn = stored(image, matrix)
    draw_on(drawn, VIEW)
    for one, other in zip(drawn.split(), expected.split(), strict=True):
        assert peak_signal_to_noise_db(one, other) > 47
    assert np.abs(drawn.split()[0].astype(int) - expected.split()[0]).max() <= 6


@pytest.mark.parametrize("size", [(160, 120), (322, 242), (358, 642)])
def test_nothing_else_on_the_picture_changes(size):
    width, height = size
    rng = np.random.default_rng(0)
    image = YuvImage(rng.integers(0, 256, (height * 3 // 2, width), np.uint8), "bt709")
    drawn = YuvImage(image.planes.copy(), "bt709")
    draw_on(drawn, VIEW)
    outside = np.ones((height, width), bool)
    for part in parts(VIEW, Metrics.of(width, height)):
        box = part.box
        outside[max(0, box.y) : box.bottom, max(0, box.x) : box.right] = False
    blocks = outside.reshape(height // 2, 2, width // 2, 2).all(axis=(1, 3))
    for one, other, still in zip(
        drawn.split(), image.split(), (outside, blocks, blocks), strict=True
    ):
        assert 0.1 < still.mean() < 1
        assert np.array_equal(one[still], other[still])


@pytest.mark.parametrize(("x", "y"), [(2, 2), (3, 2), (3, 5), (-3, -1), (10, 13), (-2, 9)])
def test_a_sheet_covers_its_pixels_and_its_share_of_their_colour(x, y):
    picture = YuvImage(np.full((24, 16), 128, np.uint8), "bt709")
    picture.split()[0][:] = 50
    stamp_on_yuv(Canvas.sheet(8, 6, (255, 0, 0)), picture, x, y)
    covered = np.zeros((16, 16))
    covered[max(0, y) : y + 6, max(0, x) : x + 8] = 1
    shares = covered.reshape(8, 2, 8, 2).mean(axis=(1, 3))
    luma, u, v = picture.split()
    assert np.array_equal(luma, np.where(covered, 63, 50))
    np.testing.assert_allclose(u, 128 + shares * (102 - 128), atol=1)
    np.testing.assert_allclose(v, 128 + shares * (240 - 128), atol=1)
