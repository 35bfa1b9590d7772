"""The joints stage: what it writes is what a network is shown live."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import training.recipe.find_joints
from har_live.card import DEFAULT_PEOPLE, ModelCard
from har_live.errors import SourceError
from har_live.models.config import ModelConfig
from har_live.people.joints import CONTEXT, FROM_COCO, LEAST_SCORE
from har_live.recognizer import StreamGroup
from har_live.sources import open_source
from har_live.time_grid import TimeGrid
from har_live.types import WHOLE_PICTURE
from tests.support.joints_made import finder, joints_of, number_of, save_gesture
from tests.support.make_media import make_clip, numbered
from training.data.clip import Clip
from training.provenance import chain
from training.recipe.find_joints import CLIP, Seen, find_joints, look_at, read_seen
from training.recipe.joint_windows import cut
from training.recipe.takes import takes_of

CARD = ModelCard("test", ("none", "wave"), ModelConfig("lrcn", "joints", hidden=(4,)), CLIP, hop=1)


class Shown:
    """In the place of a scorer: notes what a network is shown of each subject."""

    def __init__(self) -> None:
        self.of: dict[int, list[tuple[np.ndarray, ...]]] = {}

    def open_windows(self, num_subjects: int, num_windows: int) -> Shown:
        self._num_windows = num_windows
        return self

    def advance(self, inputs, keep, rows) -> np.ndarray:
        for number, row in enumerate(rows.tolist()):
            self.of.setdefault(row, []).append(tuple(values[number].copy() for values in inputs))
        return np.full((len(rows), self._num_windows, 2), 0.5, np.float32)


def shown_live(video: Path) -> dict[int, list[tuple[np.ndarray, ...]]]:
    """Inputs of the network by the rows of its states: the whole picture's, the person's."""
    scorer = Shown()
    recognizer = SimpleNamespace(
        card=CARD, finder=finder(), scorer=scorer, max_people=DEFAULT_PEOPLE, cut_reset=False
    )
    group = StreamGroup(recognizer, 1)  # type: ignore[arg-type]
    grid = TimeGrid(CLIP.grid_fps, max_gap_seconds=CLIP.window_seconds)
    with open_source(str(video)) as source:
        frames = [grid_frame for frame in source for grid_frame in grid.push(frame)]
    for grid_frame in [*frames, *grid.finish()]:
        group.advance({0: grid_frame})
    group.finish(0)
    return scorer.of


@pytest.mark.parametrize("num_frames", [30, 12], ids=["long", "short"])
def test_windows_of_a_looked_at_clip_are_those_that_the_network_is_shown_live(
    tmp_path: Path, num_frames: int
):
    video = save_gesture(tmp_path / "a.mp4", "left_arm", num_frames=num_frames)
    seen = look_at(video, finder())
    assert seen.people.tolist() == [WHOLE_PICTURE, 1]
    (take,) = takes_of(Clip("a.mp4", "mine", "left_arm", "anna"), seen)
    windows = cut(take, CLIP, hop=1)
    _, live = shown_live(video).values()
    assert len(windows[0]) == max(1, len(live) - CLIP.num_frames + 1)
    for begin, (joints, motion) in enumerate(zip(*windows, strict=True)):
        for index in range(len(motion)):  # a short one is looked at until it ends
            told_joints, told_motion = live[begin + index]
            is_seen = told_joints[..., 2] >= LEAST_SCORE
            ours = joints[index : index + CONTEXT + 1]
            assert np.array_equal(ours[..., 2] > 0, is_seen)
            assert np.array_equal(ours[..., :2][is_seen], told_joints[..., :2][is_seen])
            assert np.allclose(motion[index], told_motion, atol=2e-3)  # kept as halves


def test_joints_are_where_the_finder_says_in_heights_of_the_picture(tmp_path: Path):
    seen = look_at(save_gesture(tmp_path / "a.mp4", "right_arm", phase=5), finder())
    person = seen.joints[seen.starts[1] :]
    told = np.stack([joints_of(number_of("right_arm", 5 + i))[FROM_COCO] for i in range(24)])
    # A newcomer is known from the second grid frame on.
    assert np.allclose(person[..., :2], told[-len(person) :], atol=1e-5)
    assert 22 <= len(person) <= 24


def test_where_nobody_is_only_the_whole_picture_is_seen(tmp_path: Path):
    video = make_clip(
        tmp_path / "a.mp4",
        pts_seconds=[i / 10 for i in range(8)],
        picture=lambda index, width, height: numbered(0, width, height),
    )
    seen = look_at(video, finder())
    assert seen.people.tolist() == [WHOLE_PICTURE]
    assert seen.starts.tolist() == [0, 8]
    assert not seen.joints.any()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two clips with a manifest, and the network that finds people in them."""
    for name, gesture in (("a.mp4", "none"), ("b.mp4", "left_arm")):
        save_gesture(tmp_path / "data" / "clips" / name, gesture, num_frames=6)
    rows = ("path,label", "clips/a.mp4,none", "clips/b.mp4,wave")
    (tmp_path / "data" / "clips.csv").write_text("\n".join(rows) + "\n", "utf-8")
    monkeypatch.setattr(training.recipe.find_joints, "open_finder", finder)
    return tmp_path / "data"


def test_clips_are_looked_at_once(folder: Path, tmp_path: Path):
    out = tmp_path / "joints"
    assert find_joints(folder, out) == 2
    (recipe,) = chain(out)
    assert list(recipe["inputs"]) == ["clips.csv"]
    kept = {
        path.relative_to(out).as_posix(): path.stat().st_mtime_ns for path in out.rglob("*.npz")
    }
    assert sorted(kept) == ["clips/a.mp4.npz", "clips/b.mp4.npz"]
    (out / "clips" / "a.mp4.npz").unlink()
    find_joints(folder, out)
    again = look_at(folder / "clips" / "a.mp4", finder())
    for name, values in again._asdict().items():
        assert np.array_equal(getattr(read_seen(out / "clips" / "a.mp4.npz"), name), values)
    assert (out / "clips" / "b.mp4.npz").stat().st_mtime_ns == kept["clips/b.mp4.npz"]


def test_what_can_not_be_read_leaves_nothing_behind(folder: Path, tmp_path: Path):
    (folder / "clips" / "b.mp4").write_bytes(b"no film")
    with pytest.raises(SourceError, match=r"b\.mp4"):
        find_joints(folder, tmp_path / "joints")
    names = [path.name for path in (tmp_path / "joints").rglob("*") if path.is_file()]
    assert names == ["a.mp4.npz"]


def test_people_who_are_seen_are_told_one_after_the_other():
    assert Seen._fields == ("people", "starts", "joints", "motion")
