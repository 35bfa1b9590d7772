"""The laws of the skeleton and what each action does with it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from training.figure.actions import ACTIONS
from training.figure.camera import VIEWS, Camera
from training.figure.looks import LOOKS
from training.figure.performance import BLEND_SECONDS, Performance
from training.figure.pose import Pose, from_vector, mirrored, to_vector
from training.figure.script import Passage
from training.figure.skeleton import BONES, LEFT, OUTWARD, RIGHT, Joint, Proportions, joints_of

SECONDS = 5.0
FPS = 24.0
FLOOR_TOLERANCE_M = 0.02


@lru_cache
def joints_over(label: str, *, view: str = "full", seed: int = 0, fps: float = FPS) -> np.ndarray:
    """(T, J, 3) joints of one passage of ``SECONDS``."""
    performance = Performance([Passage(label, SECONDS, view=view)], seed)
    instants = np.arange(0.0, SECONDS, 1 / fps)
    return np.stack([joints_of(performance.snapshot_at(t).pose, Proportions()) for t in instants])


def crossings(values: np.ndarray) -> int:
    """How often a signal crosses its own mean."""
    above = values > values.mean()
    return int(np.count_nonzero(above[1:] != above[:-1]))


@pytest.mark.parametrize(
    ("label", "view"),
    [*((label, "full") for label in ACTIONS), ("walk", "knees"), ("run", "knees")],
)
def test_bones_keep_their_lengths_and_nothing_sinks_or_jerks(label: str, view: str) -> None:
    joints = joints_over(label, view=view)
    for a, b in BONES:
        length = np.linalg.norm(joints[:, a] - joints[:, b], axis=1)
        np.testing.assert_allclose(length, length[0], atol=1e-9)
    assert joints[:, :, 1].min() > -FLOOR_TOLERANCE_M
    # A throwing hand moves about 11 m/s, the trunk about 4 m/s.
    speed = np.linalg.norm(np.diff(joints, axis=0), axis=2) * FPS
    assert speed.max() < 11.5
    assert speed[:, : Joint.SHOULDER].max() < 4.5


@pytest.mark.parametrize("label", ACTIONS)
def test_knees_and_elbows_bend_the_human_way(label: str) -> None:
    joints = joints_over(label)
    for side in (RIGHT, LEFT):
        hip, knee, ankle, toe = (
            joints[:, joint + side] for joint in (Joint.HIP, Joint.KNEE, Joint.ANKLE, Joint.TOE)
        )
        # The knee stands out before the line from hip to ankle, on the toes' side.
        ahead = knee - 0.5 * (hip + ankle)
        bent = np.linalg.norm(ahead, axis=1) > 0.03
        forward = (toe - ankle) + 0.5 * (toe - ankle).mean(axis=0)
        assert ((ahead * forward).sum(axis=1)[bent] > -0.01).all()


def test_a_pose_survives_the_vector_form_and_two_mirrors() -> None:
    values = np.random.default_rng(7).normal(size=to_vector(Pose()).shape)
    pose = from_vector(values)
    np.testing.assert_array_equal(to_vector(pose), values)
    np.testing.assert_array_equal(to_vector(mirrored(mirrored(pose))), values)


def test_the_mirrored_pose_is_the_mirrored_body() -> None:
    pose = ACTIONS["throw"].pose(0.4, 1.0, RIGHT)
    joints = joints_of(pose, Proportions())
    other = joints_of(mirrored(pose), Proportions())
    flipped = joints * [-1.0, 1.0, 1.0]
    np.testing.assert_allclose(other[Joint.WRIST + LEFT], flipped[Joint.WRIST + RIGHT], atol=1e-9)
    np.testing.assert_allclose(other[Joint.TOE + RIGHT], flipped[Joint.TOE + LEFT], atol=1e-9)
    np.testing.assert_allclose(other[Joint.NOSE], flipped[Joint.NOSE], atol=1e-9)
    np.testing.assert_allclose(other[Joint.THUMB + LEFT], flipped[Joint.THUMB + RIGHT], atol=1e-9)


def test_wave_swings_one_raised_hand() -> None:
    joints = joints_over("wave")
    wrists = joints[:, Joint.WRIST : Joint.WRIST + 2]
    shoulders = joints[:, Joint.SHOULDER : Joint.SHOULDER + 2, 1]
    up = (wrists[:, :, 1] > shoulders + 0.1).all(axis=0)
    assert up.sum() == 1
    raised = wrists[:, int(np.argmax(up)), 0]
    assert np.ptp(raised) > 0.2
    assert 2 * SECONDS < crossings(raised) < 5 * SECONDS


def test_clap_brings_the_palms_together_and_apart() -> None:
    joints = joints_over("clap")
    gap = np.linalg.norm(joints[:, Joint.KNUCKLE] - joints[:, Joint.KNUCKLE + 1], axis=1)
    assert gap.min() < 0.06
    assert gap.max() > 0.2
    assert crossings(gap) > 3 * SECONDS


def test_walk_alternates_the_feet_and_plants_them() -> None:
    joints = joints_over("walk", fps=60.0)
    right, left = joints[:, Joint.ANKLE + RIGHT], joints[:, Joint.ANKLE + LEFT]
    higher = right[:, 1] > left[:, 1]
    assert np.count_nonzero(higher[1:] != higher[:-1]) >= 8
    assert (np.minimum(right[:, 1], left[:, 1]) < 0.12).all(), "one foot is always down"
    speed = np.linalg.norm(np.diff(joints[:, Joint.PELVIS], axis=0), axis=1) * 60
    assert 0.6 < np.median(speed) < 1.5
    # A planted foot hardly slides: in most frames the slower foot is nearly at rest.
    slide = np.linalg.norm(np.diff(np.stack([right, left]), axis=1), axis=2).min(axis=0) * 60
    assert np.median(slide) < 0.35 * np.median(speed)


@pytest.mark.parametrize("label", ["walk", "run"])
def test_without_room_the_person_stays_on_the_spot(label: str) -> None:
    pelvis = joints_over(label, view="knees")[:, Joint.PELVIS]
    assert np.ptp(pelvis[:, [0, 2]], axis=0).max() < 0.1


def test_run_has_both_feet_in_the_air_at_times() -> None:
    ankles = joints_over("run", fps=60.0)[:, Joint.ANKLE : Joint.ANKLE + 2, 1]
    standing = Proportions().ankle_height
    assert (ankles.min(axis=1) > standing + 0.03).mean() > 0.1
    assert ankles.max() > standing + 0.3


def test_jump_takes_both_feet_off_the_floor() -> None:
    joints = joints_over("jump")
    toes = joints[:, Joint.TOE : Joint.TOE + 2, 1].min(axis=1)
    assert toes.max() > 0.15
    assert crossings(joints[:, Joint.PELVIS, 1]) >= 5


def test_squat_lowers_the_hips_over_planted_feet() -> None:
    joints = joints_over("squat")
    hips = joints[:, Joint.HIP, 1]
    assert hips.min() < 0.55 < 0.85 < hips.max()
    assert np.ptp(joints[:, Joint.ANKLE : Joint.ANKLE + 2], axis=0).max() < 0.01


def test_punch_reaches_forward_with_each_hand_in_turn() -> None:
    joints = joints_over("punch")
    reach = joints[:, Joint.WRIST : Joint.WRIST + 2, 2] - joints[:, Joint.CHEST, None, 2]
    assert (reach.max(axis=0) > 0.45).all()
    assert not (reach > 0.45).all(axis=1).any()


def test_kick_lifts_one_foot_to_the_waist() -> None:
    joints = joints_over("kick")
    ankles = joints[:, Joint.ANKLE : Joint.ANKLE + 2, 1]
    assert ankles.max() > 0.8
    assert ankles.min(axis=1).max() < 0.15


def test_sitting_down_ends_on_the_chair_and_standing_up_begins_there() -> None:
    height = joints_over("sit_down")[:, Joint.PELVIS, 1]
    assert height[0] > 0.9
    assert height[int(2.2 * FPS)] == pytest.approx(0.545, abs=0.02)
    height = joints_over("stand_up")[:, Joint.PELVIS, 1]
    assert height[0] == pytest.approx(0.545, abs=0.02)
    assert height[int(2.4 * FPS)] > 0.9


def test_raise_hands_lifts_both_over_the_head() -> None:
    joints = joints_over("raise_hands")
    over = joints[:, Joint.WRIST : Joint.WRIST + 2, 1] - joints[:, Joint.HEAD, None, 1]
    assert over.min(axis=1).max() > 0.15
    assert over.max(axis=1).min() < -0.5


def test_bow_brings_the_head_forward_and_down() -> None:
    head = joints_over("bow")[:, Joint.HEAD]
    assert np.ptp(head[:, 1]) > 0.3
    assert np.ptp(head[:, 2]) > 0.3


def test_throw_goes_from_behind_the_head_to_the_front() -> None:
    joints = joints_over("throw")
    wrists = joints[:, Joint.WRIST : Joint.WRIST + 2, 2] - joints[:, Joint.HEAD, None, 2]
    assert wrists.min() < -0.15
    assert wrists.max() > 0.3


def test_jumping_jack_spread_and_close_arms_and_legs_together() -> None:
    joints = joints_over("jumping_jack")
    legs = np.linalg.norm(joints[:, Joint.ANKLE] - joints[:, Joint.ANKLE + 1], axis=1)
    arms = joints[:, Joint.WRIST, 1]
    assert legs.max() > 0.6 > 0.25 > legs.min()
    assert np.corrcoef(legs, arms)[0, 1] > 0.8


def test_drink_brings_the_hand_to_the_mouth() -> None:
    joints = joints_over("drink")
    mouth = joints[:, Joint.NOSE] + [0.0, -0.05, 0.0]
    hands = joints[:, Joint.KNUCKLE : Joint.KNUCKLE + 2]
    distance = np.linalg.norm(hands - mouth[:, None], axis=2)
    assert distance.min() < 0.14
    assert distance.max(axis=1).min() > 0.3, "one hand only"


def test_point_stretches_an_arm() -> None:
    joints = joints_over("point")
    arm = np.linalg.norm(
        joints[:, Joint.WRIST : Joint.WRIST + 2] - joints[:, Joint.SHOULDER : Joint.SHOULDER + 2],
        axis=2,
    )
    full = Proportions().upper_arm + Proportions().forearm
    height = joints[:, Joint.WRIST : Joint.WRIST + 2, 1] - joints[:, Joint.SHOULDER, None, 1]
    assert ((arm > 0.93 * full) & (height > -0.1)).any()


def test_dance_sways_from_side_to_side() -> None:
    pelvis = joints_over("dance")[:, Joint.PELVIS, 0]
    assert np.ptp(pelvis) > 0.15
    assert crossings(pelvis) >= 8


def test_none_is_nearly_still_but_alive() -> None:
    joints = joints_over("none")
    ankles = joints[:, Joint.ANKLE : Joint.ANKLE + 2]
    assert np.ptp(ankles, axis=0).max() < 0.01
    spread = np.ptp(joints[:, Joint.NECK], axis=0)
    assert (spread > 0.002).all()
    assert (spread < 0.15).all()


@pytest.mark.parametrize("seed", range(4))
def test_no_jump_is_left_half_done(seed: int) -> None:
    performance = Performance([Passage("jump", 4.0), Passage("none", 1.0)], seed)
    joints = joints_of(performance.snapshot_at(4.0).pose, Proportions())
    assert joints[Joint.PELVIS, 1] > 0.93
    assert joints[Joint.TOE : Joint.TOE + 2, 1].max() < 0.04


def test_outward_is_away_from_the_body() -> None:
    joints = joints_of(Pose(), Proportions())
    for side in (RIGHT, LEFT):
        for joint in (Joint.SHOULDER, Joint.WRIST, Joint.HIP, Joint.ANKLE):
            assert joints[joint + side, 0] * OUTWARD[side] > 0


def test_actions_of_a_take_flow_into_each_other() -> None:
    script = [Passage("none", 2.0), Passage("raise_hands", 2.8), Passage("bow", 2.0)]
    performance = Performance(script, 0)
    instants = np.arange(2.0 - BLEND_SECONDS, 2.0 + BLEND_SECONDS, 0.005)
    joints = np.stack([joints_of(performance.snapshot_at(t).pose, Proportions()) for t in instants])
    assert np.linalg.norm(np.diff(joints, axis=0), axis=2).max() < 0.04


@pytest.mark.parametrize("view", [v for v in VIEWS if VIEWS[v].roam_m > 0])
@pytest.mark.parametrize("size", [(640, 480), (480, 640)])
def test_full_views_keep_the_whole_person_inside_the_picture(
    view: str, size: tuple[int, int]
) -> None:
    camera = Camera(VIEWS[view], *size)
    tallest = max(look.stature_m for look in LOOKS.values()) / 1.75
    for label in ("jump", "raise_hands", "jumping_jack", "walk", "run", "kick", "throw"):
        joints = joints_over(label, view=view, fps=7.0) * tallest
        pixels = camera.pixels(camera.seen(joints))
        assert pixels.min() > 0, (label, pixels.min(axis=(0, 1)))
        assert (pixels.max(axis=(0, 1)) < size).all(), (label, pixels.max(axis=(0, 1)))
