"""The published people finder as ours: the numbers that ship, and the original where it is."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from safetensors.torch import load_file

from har_live.card import open_pose_weights
from har_live.models.movenet import JOINTS, MAX_PEOPLE, MoveNet
from har_live.scorers import onnx, torch
from training.figure.source import FigureSource

SIDE = 256


@cache
def in_torch():
    return torch.load_movenet(open_pose_weights(), device="cpu")


@cache
def in_onnx():
    return onnx.load_movenet(open_pose_weights(), device="cpu")


@cache
def figure(width: int, height: int) -> np.ndarray:
    """The built-in person, (3, H, W, 3) uint8."""
    source = FigureSource(width=width, height=height)
    return np.stack([source.picture_at(t) for t in (2.0, 5.5, 7.0)])


def people(rows: np.ndarray) -> np.ndarray:
    """The rows of (N, 6, 56) that are somebody: in the others rounding decides."""
    return rows[rows[..., -1] > 0.1]


@pytest.mark.parametrize("size", [(128, 160), (192, 192), (256, 160), (256, 352)])
def test_both_runtimes_say_the_same_at_every_size(size):
    height, width = size
    pictures = figure(width, height)
    ours, exported = in_torch()(pictures), in_onnx()(pictures)
    assert ours.shape == exported.shape == (len(pictures), MAX_PEOPLE, 56)
    assert len(people(ours)) >= len(pictures)
    np.testing.assert_allclose(people(exported), people(ours), atol=1e-4)


def test_a_picture_is_seen_alike_alone_and_among_others():
    pictures = figure(SIDE, SIDE)
    together = in_onnx()(pictures)
    for index in range(len(pictures)):
        alone = in_onnx()(pictures[index : index + 1])
        np.testing.assert_allclose(people(alone), people(together[index : index + 1]), atol=1e-5)


def test_the_built_in_person_faces_the_camera():
    finder = in_onnx()(figure(SIDE, SIDE))[:, 0, :51].reshape(-1, len(JOINTS), 3)
    left, right = (finder[:, JOINTS.index(f"{side}_shoulder"), 1] for side in ("left", "right"))
    nose, hips = finder[:, 0, 0], finder[:, JOINTS.index("left_hip"), 0]
    assert (left > right).all()
    assert (nose < hips).all()


def test_numbers_lie_on_disk_once():
    pose = open_pose_weights()
    assert pose.verify("movenet.onnx").stat().st_size < 100_000
    assert set(load_file(pose.verify("movenet.safetensors"))) == set(MoveNet().state_dict())


@pytest.mark.data
def test_ours_say_what_the_original_says(shared_data):
    from training.import_pose import (
        ORIGINAL_FILE,
        PARITY,
        SIZES,
        difference,
        fitted,
        original_of,
        read_photos,
    )

    source = shared_data / "models" / ORIGINAL_FILE
    if not source.exists():
        pytest.skip(f"{source.name} is not on this machine")
    original = original_of(source)
    for photo in read_photos(shared_data / "stills" / "people.tar", count=8):
        for size in SIZES:
            shown = fitted(photo, size)
            assert difference(in_torch()(shown), original(shown)) <= PARITY
            assert difference(in_onnx()(shown), original(shown)) <= PARITY
