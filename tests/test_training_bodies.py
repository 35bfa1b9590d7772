"""Made movements: bones keep their lengths, hands reach, a view projects what it says."""

from __future__ import annotations

import numpy as np
import pytest

from har_live.models.pose import JOINTS
from har_live.types import ClipSpec
from training.data.windows import Variation, varied
from training.people.bodies import FOREARM, SHIN, STANDING, THIGH, UPPER_ARM, reach
from training.people.draw import Looks, draw_person
from training.people.invented import invented_motions
from training.people.invented_gestures import GESTURES
from training.people.joints import BANDAI, MSR
from training.people.motion_windows import motion_window
from training.people.skeletons import SKELETON_FPS, View, body_build, project

MOTIONS = list(invented_motions(3, np.random.default_rng(0)))


def lengths(joints: np.ndarray, start: str, end: str) -> np.ndarray:
    return np.linalg.norm(joints[:, JOINTS.index(start)] - joints[:, JOINTS.index(end)], axis=1)


@pytest.mark.parametrize("motion", MOTIONS, ids=lambda motion: f"{motion.label}-{motion.group}")
def test_bones_of_invented_people_keep_their_lengths(motion):
    assert np.isfinite(motion.joints).all()
    assert len(motion.joints) >= SKELETON_FPS
    for side in ("left", "right"):
        legs = [
            lengths(motion.joints, f"{side}_{a}", f"{side}_{b}")
            for a, b in (("hip", "knee"), ("knee", "ankle"))
        ]
        # A straight leg may be a little too long for its two bones.
        assert np.abs(legs[0] - THIGH).max() < 0.12
        assert np.abs(legs[1] - SHIN).max() < 0.12
        arm = lengths(motion.joints, f"{side}_shoulder", f"{side}_elbow")
        assert np.abs(arm - UPPER_ARM).max() < 0.06


@pytest.mark.parametrize("side", [1.0, -1.0])
def test_a_hand_reaches_where_it_can_and_stops_where_the_arm_ends(side):
    body = np.repeat(STANDING[None].astype(float), 2, axis=0)
    near, far = np.array([0.1, 0.2, 0.3]), np.array([0.0, 0.0, 2.0])
    reach(body, side, np.stack([near, far]))
    shoulder, wrist = ((1, 5), (2, 6))[side < 0]
    assert body[0, wrist] - body[0, shoulder] == pytest.approx(near)
    stretched = np.linalg.norm(body[1, wrist] - body[1, shoulder])
    assert stretched == pytest.approx(UPPER_ARM + FOREARM, abs=0.01)


def test_every_gesture_differs_each_time():
    for maker in GESTURES.values():
        first, second = maker(np.random.default_rng(1)), maker(np.random.default_rng(2))
        assert first.shape == second.shape
        assert np.abs(first - second).max() > 0.02


def test_other_peoples_joints_are_all_different_ones():
    for indices in (BANDAI, MSR):
        assert len(set(indices)) == len(indices) == len(JOINTS)


def test_a_view_puts_the_person_where_and_as_large_as_it_says():
    view = View(
        turn=0.0, tilt=0.0, roll=0.0, distance=50.0, height=0.5, squeeze=1.0, centre=(0.3, 0.6)
    )
    points = project(STANDING[None], view)[0]
    trunk = points[[1, 2, 7, 8]].mean(axis=0)
    assert trunk == pytest.approx([0.3, 0.6], abs=1e-3)
    assert np.ptp(points[:, 1]) == pytest.approx(0.5, rel=0.05)
    head, left_hand = points[0], points[JOINTS.index("left_wrist")]
    assert head[1] < trunk[1], "the head is above, and y points down"
    assert left_hand[0] > trunk[0], "who faces the camera has the left hand on its right"


def test_another_body_moves_the_same_way():
    joints = MOTIONS[0].joints
    other = body_build(joints, np.random.default_rng(3))
    assert other.shape == joints.shape
    assert 0.001 < np.abs(other - joints).max() < 0.4


def test_windows_of_a_movement_have_one_frame_more_and_stay_the_same_when_nothing_varies():
    spec, still = ClipSpec(image_size=64), Variation(speed=(1.0, 1.0), crop=0.0, dark=0, lost=0)
    joints, _ = motion_window(MOTIONS[0], spec, np.random.default_rng(0), still)
    assert joints.shape == (spec.num_frames + 1, len(JOINTS), 2)
    frames = np.zeros((3, 64, 64, 3), np.uint8)
    drawn = frames.copy()
    looks = Looks.random(np.random.default_rng(0))
    draw_person(drawn[1], np.clip(joints[0], 0.1, 0.9), looks)
    assert (drawn[1] != 0).any()
    assert (drawn[[0, 2]] == 0).all()
    mirrored = varied(drawn, np.random.default_rng(1), still, mirror=True, shake=False)
    assert mirrored.shape == drawn.shape
