"""The recurrent part on features made here: order matters, and nothing spoils the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import torch

from har_live.models.pose import JOINTS, MIRRORED
from har_live.models.pose_motion import MAP_SIZE, NUM_FEATURES, NUM_MAPS
from har_live.recognizer import Recognizer
from har_live.types import ClipSpec
from training.data.labels import can_mirror, our_label
from training.features.bank import Bank
from training.learn.settings import TrainSettings
from training.learn.train import Trained, train
from training.people.pictures import Augmentation, Picture, augmented
from training.ship.export import export_weights

torch.set_num_threads(1)
SPEC = ClipSpec(image_size=192)


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
