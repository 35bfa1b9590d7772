"""Pictures come out upright, with square pixels, in their true colours."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange, Colorspace

from har_live.sources.media import MediaSource
from har_live.yuv import from_rgb
from tests.support.make_media import colors_in, make_clip, number_in, quadrants
from tests.support.read_media import read


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


def test_a_picture_is_made_once_and_also_when_the_source_is_closed(tmp_path: Path) -> None:
    frames = read(make_clip(tmp_path / "clip.mp4"))
    assert [number_in(frame.image) for frame in frames] == list(range(10))
    assert all(frame.image is frame.image for frame in frames)


def test_threads_that_ask_at_once_get_equal_pictures(tmp_path: Path) -> None:
    path = make_clip(
        tmp_path / "clip.mp4", pts_seconds=[i / 10 for i in range(40)], size=(320, 240)
    )
    expected = [frame.image for frame in read(path)]
    frames = read(path)
    with ThreadPoolExecutor(4) as pool:
        seen = list(pool.map(lambda index: frames[index % 40].image, range(160)))
    for index, image in enumerate(seen):
        assert np.array_equal(image, expected[index % 40])


@pytest.mark.parametrize(("rotation", "mirrored"), [*product([0, 90, 180, 270], [False, True])])
def test_what_is_stored_is_the_same_picture(rotation: int, mirrored: bool, tmp_path: Path) -> None:
    path = make_clip(
        tmp_path / "clip.mp4",
        pts_seconds=[0],
        picture=quadrants,
        size=(128, 96),
        rotation=rotation,
        mirrored=mirrored,
    )
    (frame,) = read(path)
    yuv = frame.yuv
    assert yuv is not None
    assert yuv.matrix == "bt601"
    assert yuv.shape == frame.image.shape
    weights, offsets = from_rgb("bt601")
    height, width, _ = yuv.shape
    for y, x in product((height // 4, -height // 4), (width // 4, -width // 4)):
        stored = [
            plane[y // (1 + (n > 0)), x // (1 + (n > 0))] for n, plane in enumerate(yuv.split())
        ]
        assert stored == pytest.approx(weights @ frame.image[y, x] + offsets, abs=3)


def test_what_is_stored_is_the_decoders_to_the_byte(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.mp4", picture=quadrants, size=(70, 46))
    with av.open(path) as container:
        planes = [frame.to_ndarray() for frame in container.decode(video=0)]
    for frame, expected in zip(read(path), planes, strict=True):
        assert frame.yuv is not None
        assert np.array_equal(frame.yuv.planes, expected)


@pytest.mark.parametrize(
    ("settings", "matrix"),
    [
        ({}, "bt601"),
        ({"color": (Colorspace.ITU709, ColorRange.MPEG)}, "bt709"),
        ({"color": (Colorspace.ITU709, ColorRange.JPEG)}, None),
        ({"size": (65, 47), "codec": "libvpx"}, None),
        ({"pixel_aspect": Fraction(4, 3)}, None),
        ({"pixel_format": "yuv444p"}, None),
        ({"pixel_format": "yuv420p10le"}, None),
    ],
)
def test_what_is_stored_in_another_way_has_no_planes(
    settings: dict[str, Any], matrix: str | None, tmp_path: Path
) -> None:
    (frame,) = read(make_clip(tmp_path / "clip.mkv", pts_seconds=[0], **settings))
    assert (None if frame.yuv is None else frame.yuv.matrix) == matrix
