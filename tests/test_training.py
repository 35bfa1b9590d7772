"""Training on tiny clips made here: nothing is dropped, nothing leaks, order matters."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import torch

from har_live.grid import frames_played_at
from har_live.models.pose import JOINTS, MIRRORED
from har_live.models.pose_motion import MAP_SIZE, NUM_FEATURES, NUM_MAPS
from har_live.recognizer import Recognizer
from har_live.types import ClipSpec
from tests.make_media import make_clip
from training.data.clip import Clip
from training.data.labels import can_mirror, our_label
from training.data.layouts import read_clips
from training.data.prepare import CacheSettings, prepare
from training.data.split import leaky_split, split_by_group, with_split
from training.data.windows import windows_of_clip
from training.features.bank import Bank
from training.learn.settings import TrainSettings
from training.learn.train import Trained, train
from training.measure.measures import calibration_error, within_accuracy
from training.people.pictures import Augmentation, Picture, augmented
from training.ship.export import export_weights

torch.set_num_threads(1)
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


# --- the recurrent part --------------------------------------------------------------------------


def ramps(count: int, seed: int) -> Bank:
    """Features that rise through the window (``up``), or the same ones reversed (``down``)."""
    rng = np.random.default_rng(seed)
    rise = np.linspace(-1, 1, SPEC.num_frames)[None, :, None]
    up = rise + rng.normal(0, 0.3, (count, SPEC.num_frames, NUM_FEATURES))
    maps = rise[..., None, None] + rng.normal(
        0, 0.3, (count, SPEC.num_frames, NUM_MAPS, MAP_SIZE, MAP_SIZE)
    )
    return Bank(
        vectors=np.concatenate([up, up[:, ::-1]]).astype(np.float16),
        maps=np.concatenate([maps, maps[:, ::-1]]).astype(np.float16),
        labels=np.array(["up"] * count + ["down"] * count),
        datasets=np.array(["ramps"] * 2 * count),
        groups=np.arange(2 * count).astype(str),
        sources=np.arange(2 * count).astype(str),
    )


@pytest.mark.parametrize("architecture", ["lrcn", "convlstm"])
def test_training_tells_a_window_from_its_reverse(architecture, tmp_path: Path):
    trained = train_on_ramps(architecture, tmp_path)
    assert trained.card.labels == ("down", "up")
    assert trained.measures["top1"] == 1.0


def train_on_ramps(architecture: Literal["lrcn", "convlstm"], run: Path) -> Trained:
    settings = TrainSettings(
        architecture=architecture,
        hidden=(8,),
        epochs=6,
        batch_size=8,
        learning_rate=0.02,
        windows_per_epoch=64,
    )
    return train(ramps(16, 0), ramps(8, 1), None, run, SPEC, settings)


def test_what_was_trained_is_exported_and_both_runtimes_agree(tmp_path: Path):
    trained = train_on_ramps("lrcn", tmp_path / "run")
    weights = export_weights(trained.model, trained.card, tmp_path / "weights")
    frames = np.random.default_rng(0).integers(0, 256, (1, 192, 192, 3), np.uint8)
    keep = np.zeros((1, 2), bool)
    torch_scores, onnx_scores = (
        Recognizer(weights, runtime=runtime, device="cpu")
        .scorer.open_windows(1, 2)
        .advance(frames, frames, keep)
        for runtime in ("torch", "onnx")
    )
    assert np.abs(torch_scores - onnx_scores).max() < 1e-4


def test_the_same_seed_trains_the_same_weights(tmp_path: Path):
    settings = TrainSettings(hidden=(4,), epochs=2, batch_size=8)
    first, second = (
        train(ramps(8, 0), ramps(4, 1), None, tmp_path / name, SPEC, settings).model.state_dict()
        for name in ("a", "b")
    )
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_features_nobody_looked_at_do_not_spoil_the_rest(tmp_path: Path):
    bank = ramps(8, 0)
    bank.vectors[:4, :, 100:] = np.nan
    settings = TrainSettings(hidden=(4,), epochs=1, batch_size=8)
    model = train(bank, ramps(4, 1), None, tmp_path, SPEC, settings).model
    assert all(torch.isfinite(value).all() for value in model.state_dict().values())


# --- labels and measures -------------------------------------------------------------------------


def test_a_mirrored_picture_has_the_other_hand_and_strokes_are_never_mirrored():
    assert not can_mirror("tennis_forehand")
    assert can_mirror("wave")
    assert our_label("no_fight") == our_label("background") == "none"
    image = np.zeros((96, 96, 3), np.uint8)
    joints = np.full((len(JOINTS), 3), [0.5, 0.5, 1.0], np.float32)
    hand = JOINTS.index("left_wrist")
    joints[hand, :2] = [0.9, 0.2]
    still = Augmentation(
        person_share=(0.5, 0.5), squeeze=(1.0, 1.0), rotation_degrees=0.0, darkness=0.0, blur=0.0
    )
    sides = set()
    for seed in range(12):
        _, moved = augmented(Picture(image, joints), np.random.default_rng(seed), still)
        others = [i for i in range(len(JOINTS)) if i not in (hand, MIRRORED[hand])]
        middle = moved[others, 0].mean()
        far = hand if abs(moved[hand, 0] - middle) > 0.1 else MIRRORED[hand]
        sides.add((JOINTS[far], bool(moved[far, 0] > middle)))
    assert sides == {("left_wrist", True), ("right_wrist", False)}


def test_measures_of_answers_known_in_advance():
    labels = ("a", "b", "c")
    scores = np.array([[0.6, 0.3, 0.1], [0.2, 0.3, 0.5], [0.1, 0.8, 0.1]], np.float32)
    truths = np.array(["a", "b", "b"])
    # c does not occur, so among a and b the second answer is b.
    assert within_accuracy(scores, truths, labels) == 1.0
    # Confidence 0.6 right, 0.5 wrong, 0.8 right: (0.4 + 0.5 + 0.2) / 3.
    assert calibration_error(scores, truths, labels) == pytest.approx(1.1 / 3, abs=1e-6)
