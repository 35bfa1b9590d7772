"""Clips made ready: nothing is dropped, windows are a stream's, no group is on both sides."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from har_live.time_grid import frames_played_at
from har_live.types import ClipSpec
from tests.support.make_media import make_clip
from training.data.clip import Clip
from training.data.layouts import read_clips
from training.data.pixel_windows import windows_of_clip
from training.data.prepare import CacheSettings, prepare
from training.data.split import leaky_split, split_by_group, with_split

SPEC = ClipSpec(image_size=192)
SMALL = CacheSettings(image_size=32, cache_fps=24.0)

# --- prepare -------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two classes of two clips each, and one file that is no video."""
    for label in ("jump", "walk"):
        for group in ("g01", "g02"):
            (tmp_path / "data" / label).mkdir(parents=True, exist_ok=True)
            make_clip(tmp_path / "data" / label / f"v_{label}_{group}_c01.mp4")
    (tmp_path / "data" / "walk" / "broken.mp4").write_bytes(b"this is no video")
    return tmp_path / "data"


def test_prepare_caches_every_clip_lists_broken_ones_and_resumes(folder: Path, tmp_path: Path):
    index, broken = prepare(
        folder, tmp_path / "cache", settings=SMALL, workers=1, show_progress=False
    )
    assert {clip.path for clip, _ in index} == {
        f"{label}/v_{label}_{group}_c01.mp4"
        for label in ("jump", "walk")
        for group in ("g01", "g02")
    }
    assert list(broken) == ["walk/broken.mp4"]
    frames = np.load(index[0][1])
    assert (frames.dtype, frames.shape[1:]) == (np.uint8, (32, 32, 3))
    written = [path.stat().st_mtime_ns for _, path in index]
    index[1][1].unlink()
    again, _ = prepare(folder, tmp_path / "cache", settings=SMALL, workers=1, show_progress=False)
    rewritten = [path.stat().st_mtime_ns for _, path in again]
    assert [a == b for a, b in zip(written, rewritten, strict=True)] == [True, False, True, True]


def test_groups_come_from_the_names_of_ucf_files(folder: Path):
    _, clips = read_clips(folder)
    groups = {clip.path: clip.group for clip in clips}
    assert groups["jump/v_jump_g01_c01.mp4"] == "jump-g01"


def test_a_short_clip_is_kept_with_its_last_frame_held():
    num_frames = 13  # half a second at 24 fps: five of the sixteen grid frames
    (window,) = windows_of_clip(num_frames, 24.0, SPEC, hop=2, most=4)
    assert window.tolist() == [0, 0, 3, 6, 9] + [12] * 12


def test_windows_are_those_that_a_stream_would_score():
    num_frames = 24 * 4 + 1
    windows = windows_of_clip(num_frames, 24.0, SPEC, hop=2, most=100)
    times = np.arange(num_frames) / 24
    for number, window in enumerate(windows):
        instants = (number * 2 + np.arange(-1, 16)) / SPEC.grid_fps
        assert window.tolist() == frames_played_at(times, instants).tolist()
    assert windows[-1][-1] == 31 * 3  # a window that ends on grid frame 32 would begin between hops


# --- split ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(8))
def test_a_group_is_never_on_both_sides(seed: int):
    rng = np.random.default_rng(seed)
    clips = [
        Clip(str(i), "set", label=f"label-{rng.integers(4)}", group=f"group-{rng.integers(15)}")
        for i in range(120)
    ]
    split = split_by_group(clips, seed=seed)
    learnt = {clip.group for clip in split if clip.split == "train"}
    measured = {clip.group for clip in split if clip.split == "val"}
    assert not learnt & measured
    assert {clip.label for clip in split if clip.split == "train"} == {c.label for c in clips}
    assert 0.1 < sum(clip.split == "val" for clip in split) / len(split) < 0.4
    leaky = leaky_split(clips, seed=seed)
    assert {c.group for c in leaky if c.split == "val"} & {
        c.group for c in leaky if c.split == "train"
    }


def test_the_data_sets_own_split_is_kept():
    clips = [Clip("a", "set", "x", "g", "val"), Clip("b", "set", "x", "g2", "train")]
    assert with_split(clips) == clips
