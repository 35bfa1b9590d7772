"""Pictures come out upright, with square pixels, in their true colours."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from av.video.reformatter import ColorRange, Colorspace

from har_live.sources.media import MediaSource
from tests.make_media import colors_in, make_clip, number_in, quadrants
from tests.read_media import read


@pytest.mark.parametrize(("rotation", "mirrored"), [*product([0, 90, 180, 270], [False, True])])
def test_all_eight_orientations_come_out_upright(
    rotation: int, mirrored: bool, tmp_path: Path
) -> None:
    path = make_clip(
        tmp_path / "clip.mp4",
        pts_seconds=[0],
        picture=quadrants,
        rotation=rotation,
        mirrored=mirrored,
    )
    upright = np.rot90(quadrants(0, 64, 48), rotation // 90)
    upright = upright[:, ::-1] if mirrored else upright
    with MediaSource(path) as source:
        (frame,) = source
        assert colors_in(frame.image) == colors_in(upright)
        assert (source.info.height, source.info.width) == frame.image.shape[:2] == upright.shape[:2]


@pytest.mark.parametrize(
    ("pixel_aspect", "rotation", "size"),
    [
        (Fraction(4, 3), 0, (85, 48)),
        (Fraction(3, 4), 0, (64, 64)),
        (Fraction(2), 90, (48, 128)),
        (Fraction(1), 0, (64, 48)),
        (Fraction(200), 0, (64, 48)),
    ],
)
def test_pixels_come_out_square(
    pixel_aspect: Fraction, rotation: int, size: tuple[int, int], tmp_path: Path
) -> None:
    path = make_clip(
        tmp_path / "clip.mp4",
        pts_seconds=[0],
        picture=quadrants,
        pixel_aspect=pixel_aspect,
        rotation=rotation,
    )
    with MediaSource(path) as source:
        (frame,) = source
        assert (source.info.width, source.info.height) == size
        assert frame.image.shape == (size[1], size[0], 3)
        assert colors_in(frame.image) == list("GWRB" if rotation else "RGBW")


@pytest.mark.parametrize(
    ("name", "size", "pixel_format"),
    [
        ("odd.webm", (65, 47), None),
        ("odd.mp4", (37, 51), "yuv444p"),
        ("one.mkv", (2, 2), None),
        ("ten-bit.mp4", (64, 48), "yuv420p10le"),
        ("grey.mkv", (64, 48), "gray"),
    ],
)
def test_odd_sizes_and_deep_pixels(
    name: str, size: tuple[int, int], pixel_format: str | None, tmp_path: Path
) -> None:
    path = make_clip(tmp_path / name, size=size, pixel_format=pixel_format, picture=quadrants)
    frames = read(path)
    assert len(frames) == 10
    for frame in frames:
        assert frame.image.shape == (size[1], size[0], 3)
        assert frame.image.flags.c_contiguous
    if pixel_format != "gray" and size[0] > 2:
        assert colors_in(frames[0].image) == list("RGBW")


@pytest.mark.parametrize(
    ("color", "size"),
    [
        ((Colorspace.ITU601, ColorRange.MPEG), (64, 48)),
        ((Colorspace.ITU601, ColorRange.JPEG), (64, 48)),
        ((Colorspace.ITU709, ColorRange.MPEG), (64, 48)),
        ((Colorspace.ITU709, ColorRange.JPEG), (64, 48)),
        ((Colorspace.ITU601, ColorRange.MPEG), (1280, 720)),
    ],
)
def test_colours_survive_whatever_matrix_and_range_the_stream_states(
    color: tuple[Colorspace, ColorRange], size: tuple[int, int], tmp_path: Path
) -> None:
    path = make_clip(
        tmp_path / "clip.mkv", pts_seconds=[0], picture=quadrants, size=size, color=color
    )
    assert_colours_survive(path)


@pytest.mark.parametrize(
    ("size", "matrix"), [((64, 48), Colorspace.ITU601), ((1280, 720), Colorspace.ITU709)]
)
def test_an_unnamed_matrix_is_taken_as_players_do(
    size: tuple[int, int], matrix: Colorspace, tmp_path: Path
) -> None:
    path = make_clip(
        tmp_path / "clip.mkv",
        pts_seconds=[0],
        picture=quadrants,
        size=size,
        color=(matrix, ColorRange.MPEG),
        states_color=False,
    )
    assert_colours_survive(path)


def assert_colours_survive(path: Path) -> None:
    (frame,) = read(path)
    height, width = frame.image.shape[:2]
    expected = quadrants(0, width, height)
    for y, x in product((height // 4, -height // 4), (width // 4, -width // 4)):
        assert frame.image[y, x] == pytest.approx(expected[y, x], abs=5)


def test_transparent_parts_show_white(tmp_path: Path) -> None:
    def fading(_index: int, width: int, height: int) -> np.ndarray:
        image = np.full((height, width, 4), (200, 0, 0, 255), np.uint8)
        image[:, width // 3 :, 3] = 128
        image[:, 2 * width // 3 :, 3] = 0
        return image

    path = make_clip(
        tmp_path / "clip.mov", codec="qtrle", pixel_format="argb", picture=fading, size=(60, 40)
    )
    row = read(path)[0].image[20]
    assert row[5].tolist() == [200, 0, 0]
    assert row[30] == pytest.approx([227, 127, 127], abs=1)
    assert row[55].tolist() == [255, 255, 255]


def test_a_stream_may_change_its_size(tmp_path: Path) -> None:
    small = make_clip(tmp_path / "small.ts", picture=quadrants, size=(64, 48))
    large = make_clip(tmp_path / "large.ts", picture=quadrants, size=(128, 96))
    joined = tmp_path / "joined.ts"
    joined.write_bytes(small.read_bytes() + large.read_bytes())
    frames = read(joined)
    assert len(frames) == 20
    shapes = [frame.image.shape for frame in frames]
    assert shapes == [(48, 64, 3)] * 10 + [(96, 128, 3)] * 10
    assert colors_in(frames[-1].image) == list("RGBW")


@pytest.mark.parametrize(("codec", "pixel_format"), [("libx264", None), ("qtrle", "rgb24")])
def test_pictures_are_the_callers_own(codec: str, pixel_format: str | None, tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.mov", codec=codec, pixel_format=pixel_format)
    seen = []
    with MediaSource(path) as source:
        for frame in source:
            seen.append(number_in(frame.image))
            frame.image[:] = 0
    assert seen == list(range(10))
