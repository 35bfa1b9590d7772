"""Movements as joints alone, and drawn by the figure's renderer."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from har_live.figure.script import DEFAULT_SCRIPT
from har_live.figure.skeleton import BONES, Proportions, joints_of
from har_live.models.pose import JOINTS, MIRRORED
from har_live.models.pose_motion import NUM_POSE_FEATURES, pose_features
from har_live.types import ClipSpec
from training.data.windows import Variation
from training.features.joint_windows import JointWindows, as_found, joint_windows
from training.learn.gestures import GestureSettings, leave_people_out
from training.learn.settings import TrainSettings
from training.people.bodies import STANDING
from training.people.figure_people import (
    HEIGHT,
    OURS,
    WIDTH,
    Take,
    draw,
    figure_joints,
    figure_window,
    seen_joints,
)
from training.people.invented import invented_motions
from training.people.skeletons import Motion, View, balance, kept_in_view, project

SPEC = ClipSpec(num_frames=6, grid_fps=8.0, image_size=96)
MOTIONS = list(invented_motions(2, np.random.default_rng(0)))
TAKE = Take("studio", "ben", "full", 0.0, (0.0, 0.0), 0.0, 0.3, has_chair=False)

FROM_AHEAD = View(0.0, 0.0, 0.0, distance=3.0, height=0.7, squeeze=0.75, centre=(0.5, 0.5))
LEFT_WRIST = JOINTS.index("left_wrist")


def test_a_figure_that_performs_a_recording_keeps_its_own_bones():
    body = Proportions()
    for motion in MOTIONS:
        joints = figure_joints(motion.joints, TAKE)
        for chain in ((6, 8, body.upper_arm), (8, 10, body.forearm), (20, 22, body.shin)):
            start, end, length = chain
            for side in (0, 1):
                found = np.linalg.norm(joints[:, start + side] - joints[:, end + side], axis=1)
                assert found == pytest.approx(length, abs=1e-6)


def test_a_standing_recording_becomes_a_standing_figure():
    """Against the figure's own pose at rest, joint by joint, within a hand's breadth."""
    from har_live.figure.pose import Pose

    performed = figure_joints(np.repeat(STANDING[None], 3, axis=0), TAKE)[0]
    resting = joints_of(Pose(), Proportions())
    assert len(performed) == len(resting) == 1 + max(max(bone) for bone in BONES)
    # The recording's own arms hang a little further from the body.
    assert np.abs(performed - resting)[list(OURS)].max() < 0.12


def test_left_stays_left_and_joints_lie_on_the_drawn_person():
    joints = figure_joints(np.repeat(STANDING[None], 2, axis=0), TAKE)[0]
    seen = seen_joints(joints, TAKE)
    left, right = JOINTS.index("left_wrist"), JOINTS.index("right_wrist")
    assert seen[left, 0] > 0.5 > seen[right, 0]  # facing us, their left is on our right
    picture = draw(joints, TAKE)
    assert picture.shape == (HEIGHT, WIDTH, 3)
    empty = draw(joints + np.array([0.0, 0.0, 50.0]), TAKE)  # far behind the camera
    changed = np.abs(picture.astype(int) - empty).max(axis=2) > 12
    for x, y, _ in seen[1:]:
        column, row = int(x * WIDTH), int(y * HEIGHT)
        assert changed[row - 2 : row + 3, column - 2 : column + 3].any()


def test_takes_of_the_demo_are_never_drawn():
    shown = {(p.scene, p.look, p.view) for p in DEFAULT_SCRIPT}
    rng = np.random.default_rng(0)
    takes = {(t.scene, t.look, t.view) for t in (Take.random(rng) for _ in range(500))}
    assert len(takes) > 100
    assert not takes & shown


def test_a_window_of_the_figure_moves_and_is_the_same_for_the_same_chance():
    points = MOTIONS[1].joints[:7]
    first = figure_window(points, 96, np.random.default_rng(3))
    again = figure_window(points, 96, np.random.default_rng(3))
    assert first.shape == (7, 96, 96, 3)
    assert (first == again).all()
    assert (first[0] != first[-1]).any()


def test_joint_windows_say_what_the_encoder_says_of_such_joints(tmp_path):
    made = joint_windows(MOTIONS, 12, SPEC, np.random.default_rng(0), Variation())
    made.save(tmp_path / "joints.npz")
    loaded = JointWindows.load(tmp_path / "joints.npz")
    assert (loaded.joints == made.joints).all()
    vectors = loaded.features(torch.tensor([3, 1]), "lrcn")
    expected = pose_features(torch.from_numpy(made.joints[1]).float())
    assert vectors[1, :, :NUM_POSE_FEATURES] == pytest.approx(expected, abs=1e-6)
    assert vectors[:, :, NUM_POSE_FEATURES:].isnan().all()
    maps = loaded.features(torch.tensor([3, 1]), "convlstm")
    brightest = maps[1, 0, 0].flatten().argmax().item()
    x, y, _ = made.joints[1, 0, 0].astype(float)
    middle_x, middle_y, side = maps[1, 0, -3:, 0, 0].tolist()
    size = maps.shape[-1]
    at = [(x - middle_x) / side + 0.5, (y - middle_y) / side + 0.5]
    found = [(brightest % size + 0.5) / size, (brightest // size + 0.5) / size]
    assert found == pytest.approx(at, abs=1.1 / size)


def test_what_is_found_is_in_the_picture_and_mirrored_half_the_time():
    rng = np.random.default_rng(0)
    still = np.repeat(project(STANDING[None], FROM_AHEAD), 16, axis=0)
    still[:, LEFT_WRIST] += [0.1, -0.4]
    found = np.stack([as_found(still, rng) for _ in range(200)])
    assert found.min() >= 0
    assert found.max() <= 1
    middle = np.median(found[..., :2], axis=1)  # (200, 13, 2): where a joint mostly is
    mirrored = still[0, list(MIRRORED)] * [-1, 1] + [1, 0]
    apart = [np.linalg.norm(middle - place, axis=-1).mean(axis=1) for place in (still[0], mirrored)]
    assert 0.4 < (apart[1] < apart[0]).mean() < 0.6


def test_every_label_is_drawn_equally_often_whatever_its_sources():
    few = [Motion(STANDING[None], "wave", "one", "a")] * 2
    many = [Motion(STANDING[None], "wave", "other", "b")] * 30
    single = [Motion(STANDING[None], "bow", "one", "a")]
    chances = balance([*few, *many, *single])
    assert chances[:2].sum() == pytest.approx(0.25)
    assert chances[2:32].sum() == pytest.approx(0.25)
    assert chances[32] == pytest.approx(0.5)


def test_nobody_runs_out_of_the_picture():
    run = np.repeat(STANDING[None], 40, axis=0)
    run[:, :, 2] += np.linspace(0, 8, 40, dtype=np.float32)[:, None]
    for seed in range(20):
        kept = kept_in_view(run, np.random.default_rng(seed))
        assert np.abs(kept[:, 7:9, [0, 2]].mean(axis=1)).max() < 1.3
        # The body itself is untouched: only where it stands changes.
        assert kept - kept[:, :1] == pytest.approx(run - run[:, :1], abs=1e-5)


def test_gestures_of_people_never_seen(shared_data, tmp_path):
    """A short training does far better than chance (5 %), and nobody is on both sides."""
    fit = TrainSettings(hidden=(64,), epochs=8, motion_dropped=0.0, pose_dropped=0.0, keep="last")
    settings = GestureSettings(people_left_out=4, copies=4, fit=fit)
    folds = list(leave_people_out(shared_data / "skeletons", tmp_path, settings))
    assert [len(fold.people) for fold in folds] == [4, 4]
    assert not set(folds[0].people) & set(folds[1].people)
    assert min(fold.accuracy for fold in folds) > 0.15
