"""Interlaced video loses its combs, and neither a frame nor its time."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from tests.support.make_media import TENTHS, make_clip
from tests.support.read_media import read, times


def bar_in_fields(index: int, width: int, height: int) -> np.ndarray:
    """A bar that moves on by eight pixels between the two fields of a frame."""
    image = np.full((height, width, 3), 20, np.uint8)
    for field in (0, 1):
        left = 8 * (2 * index + field) % (width - 16)
        image[field::2, left : left + 16] = 235
    return image


def combs(grey: np.ndarray) -> float:
    """How much each line differs from those above and below, where these two agree."""
    lines = grey.astype(int)
    own = np.abs(2 * lines[1:-1] - lines[:-2] - lines[2:])
    return float(own[np.abs(lines[2:] - lines[:-2]) < 30].mean())


@pytest.fixture(params=[TENTHS, TENTHS[:2]], ids=["ten", "two"])
def clip(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    path = tmp_path / "in.mkv"
    return make_clip(
        path,
        pts_seconds=request.param,
        size=(160, 128),
        picture=bar_in_fields,
        options={"flags": "+ildct+ilme", "crf": "4"},
    )


def test_combs_are_gone(clip: Path) -> None:
    with av.open(str(clip)) as video:
        stored = list(video.decode(video=0))
    assert all(frame.interlaced_frame for frame in stored)
    frames = read(clip)
    assert times(frames) == pytest.approx([frame.time for frame in stored])
    for frame, before in zip(frames, stored, strict=True):
        assert combs(before.to_ndarray(format="gray")) > 10
        assert combs(frame.image.mean(axis=2)) < 3
        assert frame.yuv is not None
        assert combs(frame.yuv.split()[0]) < 3, "what annotate draws on"


def test_a_single_frame_is_not_lost(tmp_path: Path) -> None:
    options = {"flags": "+ildct+ilme"}
    path = make_clip(tmp_path / "in.mkv", pts_seconds=TENTHS[:1], options=options)
    assert times(read(path)) == [0]


def test_other_video_is_left_alone(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "in.mkv", size=(160, 128), picture=bar_in_fields)
    assert combs(read(path)[3].image.mean(axis=2)) > 10
