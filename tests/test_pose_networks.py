"""The published pose networks as ours: the numbers that ship, and the originals where they are."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from har_live.models.blazepose import CROP_SIZE, POINTS, BlazePose
from safetensors.torch import load_file
from torch import nn

from har_live.models.movenet import JOINTS, MAX_PEOPLE, MoveNet
from har_live.sources.figure import FigureSource

SHIPPED = Path(__file__).resolve().parents[1] / "weights" / "pose"
NAMES = ("movenet", "blazepose-lite", "blazepose-full")
BUILD = {
    "movenet": MoveNet,
    "blazepose-lite": lambda: BlazePose("lite"),
    "blazepose-full": lambda: BlazePose("full"),
}


@cache
def network(name: str) -> nn.Module:
    module = BUILD[name]().eval()
    module.load_state_dict(load_file(SHIPPED / f"{name}.safetensors"))
    return module


@cache
def session(name: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(SHIPPED / f"{name}.onnx", options)


@cache
def figure(width: int, height: int) -> np.ndarray:
    """The built-in person, (3, H, W, 3) uint8."""
    source = FigureSource(width=width, height=height)
    return np.stack([source.picture_at(t) for t in (2.0, 5.5, 7.0)])


def in_torch(name: str, pictures: np.ndarray) -> tuple[np.ndarray, ...]:
    with torch.inference_mode():
        found = network(name)(torch.from_numpy(pictures))
    return tuple(x.numpy() for x in (found if isinstance(found, tuple) else (found,)))


def in_onnx(name: str, pictures: np.ndarray) -> tuple[np.ndarray, ...]:
    (given,) = session(name).get_inputs()
    return tuple(session(name).run(None, {given.name: pictures}))


def people(rows: np.ndarray) -> np.ndarray:
    """The rows of (N, 6, 56) that are somebody: in the others rounding decides."""
    return rows[rows[..., -1] > 0.1]


@pytest.mark.parametrize("size", [(128, 160), (192, 192), (256, 160), (256, 352)])
def test_movenet_says_the_same_in_both_runtimes_at_every_size(size):
    height, width = size
    pictures = figure(width, height)
    (ours,), (exported,) = in_torch("movenet", pictures), in_onnx("movenet", pictures)
    assert ours.shape == exported.shape == (len(pictures), MAX_PEOPLE, 56)
    assert len(people(ours)) >= len(pictures)
    np.testing.assert_allclose(people(exported), people(ours), atol=1e-4)


@pytest.mark.parametrize("name", NAMES[1:])
def test_blazepose_says_the_same_in_both_runtimes(name):
    crops = figure(CROP_SIZE, CROP_SIZE)
    for ours, exported in zip(in_torch(name, crops), in_onnx(name, crops), strict=True):
        np.testing.assert_allclose(exported, ours, atol=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_seen_alike_alone_and_among_others(name):
    pictures = figure(CROP_SIZE, CROP_SIZE)
    together = in_onnx(name, pictures)
    for index in range(len(pictures)):
        alone = in_onnx(name, pictures[index : index + 1])
        for one, all_of_them in zip(alone, together, strict=True):
            if name == "movenet":
                one, all_of_them = people(one), people(all_of_them[index : index + 1])
                np.testing.assert_allclose(one, all_of_them, atol=1e-5)
            else:
                np.testing.assert_allclose(one[0], all_of_them[index], atol=1e-5)


def test_both_find_the_built_in_person_and_agree_where_the_joints_are():
    pictures = figure(CROP_SIZE, CROP_SIZE)
    (rows,) = in_onnx("movenet", pictures)
    finder = rows[:, 0, :51].reshape(-1, len(JOINTS), 3)
    points, present = in_onnx("blazepose-full", pictures)
    assert (present > 0.9).all()
    trunk = ("left_shoulder", "right_shoulder", "left_hip", "right_hip")
    of_finder = finder[:, [JOINTS.index(name) for name in trunk], 1::-1]
    of_reader = points[:, [POINTS.index(name) for name in trunk], :2]
    assert np.abs(of_finder - of_reader).max() < 0.06
    left, right = (finder[:, JOINTS.index(f"{side}_shoulder"), 1] for side in ("left", "right"))
    assert (left > right).all()  # the person faces the camera


def test_numbers_lie_on_disk_once():
    for name in NAMES:
        assert (SHIPPED / f"{name}.onnx").stat().st_size < 100_000
        assert set(load_file(SHIPPED / f"{name}.safetensors")) == set(network(name).state_dict())


@pytest.mark.data
@pytest.mark.parametrize("name", NAMES)
def test_ours_say_what_the_originals_say(name, shared_data):
    if name != "movenet":
        pytest.importorskip("ai_edge_litert")
    from training.import_pose import PARITY, difference, fitted, read_photos
    from training.published_pose import NETWORKS

    source = shared_data / "models" / NETWORKS[name].file
    if not source.exists():
        pytest.skip(f"{source.name} is not on this machine")
    original = NETWORKS[name].original(source)
    for photo in read_photos(shared_data / "stills" / "people.tar", count=8):
        for size in NETWORKS[name].sizes:
            shown = fitted(photo, size)
            assert difference(in_torch(name, shown), original(shown)) <= PARITY
            assert difference(in_onnx(name, shown), original(shown)) <= PARITY
