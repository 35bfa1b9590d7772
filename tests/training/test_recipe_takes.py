"""Recorded movements and clips as takes of one body."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from har_live.people.joints import LEAST_SCORE, LIMBS
from har_live.people.motion import NUM_MOTION
from har_live.types import NONE, WHOLE_PICTURE
from tests.conftest import SHARED_DATA
from tests.support.takes_made import BODY
from training.data.clip import Clip
from training.recipe.find_joints import Seen
from training.recipe.recorded import load_recorded
from training.recipe.retarget import HEAD, HIP_WIDTH, LIMB_LENGTHS, SHOULDER_WIDTH, retargeted
from training.recipe.takes import FIGHTS, Take, takes_of, walks_by

# --- one body ------------------------------------------------------------------------------------


def recorded(rng: np.random.Generator, size: float, num_frames: int) -> np.ndarray:
    """(F, 13, 3) by a long-legged body of any size."""
    body = np.concatenate([BODY * (1, 1.3), np.zeros((13, 1))], axis=1)
    frames = body + rng.normal(0, 0.15, (num_frames, 13, 3))
    return (size * frames + rng.normal(0, 5, 3)).astype(np.float32)


def directions(joints: np.ndarray) -> np.ndarray:
    ways = np.stack([joints[:, b] - joints[:, a] for a, b in (*LIMBS, (1, 2), (7, 8))], axis=1)
    return ways / np.linalg.norm(ways, axis=-1, keepdims=True)


def length(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.median(np.linalg.norm(first - second, axis=-1)))


def test_a_retargeted_body_has_usual_lengths_and_moves_in_the_same_directions():
    rng = np.random.default_rng(0)
    takes = [recorded(rng, 0.3, 40), recorded(rng, 170.0, 25)]
    usual = retargeted(np.concatenate(takes), np.array([0, 40, 65]))
    for own, take in zip((usual[:40], usual[40:]), takes, strict=True):
        assert np.allclose(directions(own), directions(take), atol=1e-3)
        neck, hips = own[:, 1:3].mean(axis=1), own[:, 7:9].mean(axis=1)
        assert length(neck, hips) == pytest.approx(1, abs=1e-4)
        assert length(own[:, 1], own[:, 2]) == pytest.approx(SHOULDER_WIDTH, abs=1e-4)
        assert length(own[:, 7], own[:, 8]) == pytest.approx(HIP_WIDTH, abs=1e-4)
        assert length(own[:, 0], neck) == pytest.approx(HEAD, abs=1e-4)
        for (parent, child), usual_length in zip(LIMBS, LIMB_LENGTHS, strict=True):
            assert length(own[:, parent], own[:, child]) == pytest.approx(usual_length, abs=1e-4)


def test_takes_are_retargeted_each_by_itself_whatever_lies_beside_them():
    rng = np.random.default_rng(1)
    first, second = recorded(rng, 1.0, 30), recorded(rng, 2.0, 9)
    first[:, 12] = np.nan  # never seen
    first[3:7, 5] = np.nan
    together = retargeted(np.concatenate([first, second]), np.array([0, 30, 30, 39]))
    assert np.array_equal(together[30:], retargeted(second, np.array([0, 9])))
    assert np.array_equal(np.isnan(together[:30]), np.isnan(first))
    wrist_to_elbow = np.linalg.norm(together[:30, 5] - together[:30, 3], axis=-1)
    assert np.nanmedian(wrist_to_elbow) == pytest.approx(LIMB_LENGTHS[1], abs=1e-4)


# --- the recorded sources ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sources() -> dict[str, list[Take]]:
    """All recorded takes by their data sets, read once."""
    if not (SHARED_DATA / "skeletons" / "recorded.npz").exists():
        pytest.skip("the recorded movements are not on this machine")
    begin = time.process_time()
    takes = load_recorded(SHARED_DATA / "skeletons")
    assert time.process_time() - begin < 12  # 3 s on an idle core
    found: dict[str, list[Take]] = {}
    for take in takes:
        found.setdefault(take.dataset, []).append(take)
    return found


def leans_left(take: Take) -> float:
    """How far, at the beginning, the left shoulder is right of the right one, as a share."""
    way = take.joints[:5, 1] - take.joints[:5, 2]
    return float(np.nanmean(way[:, 0] / np.linalg.norm(way, axis=-1)))


@pytest.mark.parametrize("name", ["msr-action3d", "bandai-namco"])
def test_who_faces_the_camera_has_their_left_on_the_right(name, sources):
    # Some walk past the camera.
    takes = [take for take in sources[name] if take.label not in ("walk", "run")]
    assert np.mean([leans_left(take) > 0.5 for take in takes]) > 0.95
    # Heads are above hips, and noses before necks.
    assert np.mean([take.joints[0, 0, 1] < take.joints[0, 7, 1] for take in takes]) > 0.99
    necks = [take.joints[:5, 1:3, 2].mean() for take in takes]
    noses = [take.joints[:5, 0, 2].mean() for take in takes]
    assert np.mean(np.array(noses) < np.array(necks)) > 0.9


def test_msr_people_wave_with_the_right_hand(sources):
    def path(take: Take, joint: int) -> float:
        about = take.joints[:, joint] - take.joints[:, 1:3].mean(axis=1)
        return float(np.linalg.norm(np.diff(about, axis=0), axis=-1).sum())

    one_handed = [
        take for take in sources["msr-action3d"] if take.label in ("draw_in_air", "throw")
    ]
    assert np.mean([path(take, 6) > path(take, 5) for take in one_handed]) > 0.9


def test_every_recorded_take_is_sound(sources):
    takes = [take for some in sources.values() for take in some]
    assert len(takes) > 15_000
    assert all(len(take.joints) >= 5 and 1 <= take.fps <= 60 for take in takes)
    # Somebody is seen, and no body is longer than bodies are.
    assert all(np.isfinite(take.joints).any() for take in takes)
    solid = [take for take in takes if take.is_3d]
    assert np.mean([np.nanmedian(leg(take)) < 2.0 for take in solid]) > 0.99


def leg(take: Take) -> np.ndarray:
    return np.linalg.norm(take.joints[:, 11] - take.joints[:, 7], axis=-1)


# --- clips ---------------------------------------------------------------------------------------


def seen(*people: tuple[int, float], num_frames: int = 12) -> Seen:
    """People by their ids and how tall they are; 0 is nobody."""
    ids = [WHOLE_PICTURE, *(number for number, _ in people)]
    joints = np.zeros((len(ids), num_frames, 13, 3), np.float32)
    for place, (_, tall) in enumerate(people, 1):
        joints[place, ..., :2] = BODY * tall + 0.5
        joints[place, ..., 2] = 0.9
        joints[place, :, 3, 2] = LEAST_SCORE / 2
    return Seen(
        people=np.array(ids),
        starts=np.arange(len(ids) + 1) * num_frames,
        joints=joints.reshape(-1, 13, 3),
        motion=np.zeros((len(ids) * num_frames, NUM_MOTION), np.float16),
    )


def clip_of(dataset: str) -> Clip:
    return Clip("a/b.mp4", dataset, "wave", "anna", "train")


def test_of_a_clip_the_largest_person_is_the_take():
    (take,) = takes_of(clip_of("mine"), seen((1, 0.1), (2, 0.3), (3, 0.2)))
    assert take.is_main
    assert (take.label, take.group, take.split, take.name) == ("wave", "anna", "train", "a/b.mp4")
    tall = np.nanmax(take.joints[..., 1]) - np.nanmin(take.joints[..., 1])
    assert tall == pytest.approx(0.3 * np.ptp(BODY[:, 1]), abs=1e-5)
    assert np.isnan(take.joints[:, 3]).all()  # a guess is no sight
    assert not np.isnan(take.joints[:, 4]).any()


def test_where_nobody_is_found_the_whole_picture_is_the_take_of_a_scene_alone():
    (take,) = takes_of(clip_of("background"), seen())
    assert take.is_main
    assert np.isnan(take.joints).all()
    assert list(takes_of(clip_of("mine"), seen())) == []


@pytest.mark.parametrize(
    ("dataset", "label", "step", "walks"),
    [
        (FIGHTS, NONE, 0.07, True),
        (FIGHTS, NONE, 0.05, False),
        (FIGHTS, "fight", 0.07, False),
        ("falls", NONE, 0.07, False),
    ],
)
def test_whoever_does_nothing_may_walk_by(dataset, label, step, walks):
    (take,) = takes_of(clip_of("mine"), seen((1, 0.3)))
    trunk = 0.3 * np.linalg.norm(BODY[[1, 2]].mean(axis=0) - BODY[[7, 8]].mean(axis=0))
    along = step * trunk * np.arange(len(take.joints))  # at ten frames a second
    joints = take.joints.copy()
    joints[..., 0] += along[:, None].astype(np.float32)
    assert walks_by(replace(take, joints=joints, dataset=dataset, label=label)) == walks


def test_in_a_fight_everybody_fights_and_the_scene_tells():
    takes = list(takes_of(clip_of(FIGHTS), seen((1, 0.1), (2, 0.3))))
    assert [take.is_main for take in takes] == [False, False, True]
