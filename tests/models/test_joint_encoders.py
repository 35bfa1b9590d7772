"""What networks are told of a person's joints: nothing of where, how large or how far away."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from har_live.models.build import build_model
from har_live.models.config import ModelConfig
from har_live.models.joint_maps import REACH, JointMapEncoder
from har_live.models.joints import measured
from har_live.models.window_model import WindowModel
from har_live.people.joints import CONTEXT, JOINT_NAMES, LEAST_SCORE
from har_live.people.motion import NUM_MOTION
from har_live.types import NUM_JOINTS

CONFIGS = {
    "joints": ModelConfig("lrcn", "joints", hidden=(16,)),
    "joint_maps": ModelConfig("convlstm", "joint_maps", hidden=(8,), places=4),
}
NUM_FRAMES = 5
STANDING = torch.tensor(
    [
        [0.0, -1.4],
        *([-0.3, -1.0], [0.3, -1.0], [-0.5, -0.5], [0.5, -0.5], [-0.5, 0.0], [0.5, 0.0]),
        *([-0.2, 0.0], [0.2, 0.0], [-0.2, 0.8], [0.2, 0.8], [-0.2, 1.5], [0.2, 1.5]),
    ]
)
"""(13, 2) a person who faces the camera, in trunks about the hips."""


def make(encoder: str) -> WindowModel:
    torch.manual_seed(0)
    return build_model(CONFIGS[encoder], image_size=64, num_labels=4).eval()


def people(*, batch: int = 3) -> tuple[Tensor, Tensor]:
    """Windows of people who fidget, all of whose joints are seen: joints and motion."""
    torch.manual_seed(1)
    moved = 0.2 * torch.randn(batch, CONTEXT + NUM_FRAMES, NUM_JOINTS, 2)
    scores = torch.ones(batch, CONTEXT + NUM_FRAMES, NUM_JOINTS, 1)
    joints = torch.cat([0.2 * (STANDING + moved) + 0.5, scores], dim=-1)
    return joints, torch.randn(batch, NUM_FRAMES, NUM_MOTION)


def placed(joints: Tensor, *, size: float, at: tuple[float, float]) -> Tensor:
    """The same people, larger and elsewhere in the picture."""
    return torch.cat([size * joints[..., :2] + torch.tensor(at), joints[..., 2:]], dim=-1)


@pytest.fixture(params=CONFIGS)
def model(request) -> WindowModel:
    return make(request.param)


def test_place_and_size_are_not_told(model):
    joints, motion = people()
    with torch.inference_mode():
        expected = model.clip_features(joints, motion)
        elsewhere = model.clip_features(placed(joints, size=3.0, at=(-2.0, 0.7)), motion)
    assert expected.std() > 0.01
    torch.testing.assert_close(elsewhere, expected, atol=1e-4, rtol=1e-4)


def test_going_somewhere_is_told(model):
    joints, motion = people()
    going = joints.clone()
    going[..., 0] += 0.1 * torch.arange(CONTEXT + NUM_FRAMES)[:, None]
    with torch.inference_mode():
        difference = model.clip_features(going, motion) - model.clip_features(joints, motion)
    assert difference.abs().max() > 0.01


@pytest.mark.parametrize("joint", range(NUM_JOINTS), ids=JOINT_NAMES)
def test_a_joint_that_is_not_seen_leaves_no_mark(model, joint):
    joints, motion = people()
    joints[:, :, joint, 2] = LEAST_SCORE / 2
    elsewhere = joints.clone()
    elsewhere[:, :, joint, :2] += 7.0
    with torch.inference_mode():
        expected = model.clip_features(joints, motion)
        assert torch.equal(model.clip_features(elsewhere, motion), expected)


def test_nobody_is_told_finitely(model):
    with torch.inference_mode():
        assert model.encode(*model.encoder.example(2)).isfinite().all()


def test_every_parameter_learns(model):
    logits = model.train().clip_logits(*people(batch=8))
    torch.nn.functional.cross_entropy(logits, torch.arange(8) % 4).backward()
    silent = [n for n, p in model.named_parameters() if p.grad is None or not p.grad.any()]
    assert silent == []


def test_frame_by_frame_gives_the_clips_scores(model):
    joints, motion = people()
    with torch.inference_mode():
        expected = model(joints, motion)
        state, keep = model.zero_state(len(joints), 1), torch.ones(len(joints), 1)
        for at in range(NUM_FRAMES):
            features = model.encode(joints[:, at : at + CONTEXT + 1], motion[:, at])
            state = model.step(features, state, keep)
        torch.testing.assert_close(model.classify(state)[:, 0], expected)


def test_a_joint_is_a_spot_where_it_is():
    encoder = JointMapEncoder(image_size=64, side=41)
    standing = torch.cat([STANDING, torch.ones(NUM_JOINTS, 1)], dim=-1)
    body = measured(standing.expand(1, CONTEXT + 1, NUM_JOINTS, 3))
    spots = encoder.draw(body)[0, : 5 * NUM_JOINTS : 5]
    rows, columns = spots.flatten(1).argmax(1) // 41, spots.flatten(1).argmax(1) % 41
    found = torch.stack([columns, rows], dim=1) * (2 * REACH / 40) - REACH
    torch.testing.assert_close(found, STANDING / body.scale[0, -1], atol=REACH / 40, rtol=0)


def test_what_does_not_move_shows_joints_and_limbs_alone():
    joints, _ = people(batch=1)
    still = joints[:, :1].expand(1, CONTEXT + 1, NUM_JOINTS, 3)
    encoder = JointMapEncoder(image_size=64)
    lit = encoder.draw(measured(still))[0, : 5 * NUM_JOINTS].flatten(1).abs().sum(1) > 0
    assert lit.tolist() == [True, False, False, False, False] * NUM_JOINTS
