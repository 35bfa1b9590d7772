"""The built-in source: deterministic, independent of the frame rate, true to its labels."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from training.figure.actions import ACTIONS
from training.figure.camera import VIEWS
from training.figure.looks import LOOKS
from training.figure.picture import draw_person
from training.figure.pose import Pose
from training.figure.scenes import SCENES, background
from training.figure.script import DEFAULT_SCRIPT, Passage
from training.figure.skeleton import Proportions, joints_of
from training.figure.source import FigureSource

SMALL = {"width": 160, "height": 120}
SHORT = (Passage("none", 1.0), Passage("wave", 1.5), Passage("squat", 1.5))


def test_same_seed_same_bytes_other_seed_other_bytes() -> None:
    instants = (0.4, 1.7, 3.1)
    one, same, other = (
        [FigureSource(script=SHORT, seed=seed, **SMALL).picture_at(t) for t in instants]
        for seed in (5, 5, 6)
    )
    for a, b, c in zip(one, same, other, strict=True):
        np.testing.assert_array_equal(a, b)
        assert (a != c).any()


def test_the_picture_of_an_instant_does_not_depend_on_the_frame_rate() -> None:
    slow, middle, fast = (
        list(FigureSource(script=SHORT, seconds=0.7, fps=fps, width=64, height=48))
        for fps in (10.0, 30.0, 60.0)
    )
    for index, frame in enumerate(slow):
        for other in (middle[3 * index], fast[6 * index]):
            assert other.pts_seconds == pytest.approx(frame.pts_seconds, abs=1e-9)
            assert other.truth == frame.truth
            np.testing.assert_array_equal(other.image, frame.image)


def test_pictures_come_out_the_same_in_any_order() -> None:
    source = FigureSource(script=SHORT, **SMALL)
    forward = [source.picture_at(t) for t in (0.5, 2.0, 3.5)]
    backward = [source.picture_at(t) for t in (3.5, 2.0, 0.5)]
    for a, b in zip(forward, reversed(backward), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("seconds", "fps", "count"), [(1.0, 30.0, 30), (0.5, 25.0, 12), (2, 7, 14)]
)
def test_iterating_yields_seconds_times_fps_frames(seconds: float, fps: float, count: int) -> None:
    source = FigureSource(seconds=seconds, fps=fps, width=64, height=48)
    frames = list(source)
    assert len(frames) == source.info.num_frames == count
    assert [frame.pts_seconds for frame in frames] == [index / fps for index in range(count)]
    assert [frame.truth for frame in frames] == [
        source.truth_at(frame.pts_seconds) for frame in frames
    ]


def test_info_says_what_the_source_is() -> None:
    source = FigureSource(script=SHORT, fps=25.0, width=320, height=240)
    info = source.info
    assert (info.name, info.width, info.height, info.fps) == ("figure", 320, 240, 25.0)
    assert (info.duration_seconds, info.num_frames, info.is_live) == (4.0, 100, False)
    with source as opened:
        assert opened is source
    source.close()


def test_truth_follows_the_script() -> None:
    source = FigureSource(script=SHORT, **SMALL)
    assert [source.truth_at(t) for t in (0.0, 0.99, 1.0, 2.49, 2.5, 3.99)] == [
        "none", "none", "wave", "wave", "squat", "squat",
    ]  # fmt: skip


def test_sitting_and_standing_up_are_labelled_while_they_happen() -> None:
    script = (Passage("sit_down", 3.0), Passage("stand_up", 3.0))
    source = FigureSource(script=script, **SMALL)
    labels = [segment.label for segment in source.true_segments]
    assert labels == ["sit_down", "none", "stand_up", "none"]
    sitting = source.true_segments[1]
    assert sitting.start_seconds == pytest.approx(1.8)
    assert 3.0 < sitting.end_seconds < 3.6


@pytest.mark.parametrize("seconds", [None, 20.0, 100.0])
def test_true_segments_cover_the_time_and_agree_with_truth_at(seconds: float | None) -> None:
    source = FigureSource(seconds=seconds, **SMALL)
    segments = source.true_segments
    assert segments[0].start_seconds == 0.0
    assert segments[-1].end_seconds == source.info.duration_seconds
    for before, after in pairwise(segments):
        assert before.end_seconds == after.start_seconds
        assert before.label != after.label
    for segment in segments:
        for share in (0.01, 0.5, 0.99):
            t = segment.start_seconds + share * segment.duration_seconds
            assert source.truth_at(t) == segment.label


def test_a_longer_stay_starts_the_script_again() -> None:
    source = FigureSource(script=SHORT, seconds=9.0, **SMALL)
    assert source.truth_at(4.5) == "none"
    assert source.truth_at(5.5) == "wave"
    assert source.info.duration_seconds == 9.0


def test_the_default_script_shows_every_action_in_about_a_minute() -> None:
    source = FigureSource()
    assert 50 <= sum(passage.seconds for passage in DEFAULT_SCRIPT) <= 80
    shown = {segment.label for segment in source.true_segments}
    assert shown == set(ACTIONS)
    assert {passage.scene for passage in DEFAULT_SCRIPT} >= {"living_room", "park", "gym", "office"}
    assert len({passage.look for passage in DEFAULT_SCRIPT}) >= 4


@pytest.mark.parametrize(
    ("argument", "value", "allowed"),
    [
        ("width", 8, "at least 32"),
        ("height", 0, "at least 32"),
        ("fps", 0.0, "positive"),
        ("fps", float("nan"), "positive"),
        ("seconds", -1.0, "positive"),
        ("seed", -1, "at least 0"),
        ("script", (), "at least one Passage"),
    ],
)
def test_bad_arguments_are_refused(argument: str, value: object, allowed: str) -> None:
    with pytest.raises(ValueError, match=rf"^{argument} is .*{allowed}"):
        FigureSource(**{argument: value})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"label": "fly"}, "label is 'fly'; expected one of none, wave"),
        ({"scene": "moon"}, "scene is 'moon'; expected one of studio"),
        ({"look": "yeti"}, "look is 'yeti'; expected one of ben"),
        ({"view": "above"}, "view is 'above'; expected one of full"),
        ({"seconds": 0.0}, "seconds is 0.0; expected a positive number"),
    ],
)
def test_a_passage_checks_itself(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Passage(**{"label": "wave", "seconds": 1.0, **changes})  # type: ignore[arg-type]


def person_mask(**changes: object) -> np.ndarray:
    """(height, width) bool: where the picture differs from its background."""
    setting = {"scene": "studio", "look": "ben", "view": "full", "width": 160, "height": 120}
    setting |= changes
    picture = draw_person(joints_of(Pose(), Proportions()), **setting)  # type: ignore[arg-type]
    scene, view = str(setting["scene"]), str(setting["view"])
    behind = background(scene, view, picture.shape[1], picture.shape[0], False)
    return np.abs(picture.astype(int) - behind.astype(int)).max(axis=2) > 12


@pytest.mark.parametrize("size", [(160, 120), (90, 160), (640, 480), (1280, 720)])
def test_the_person_fills_the_same_share_of_any_size(size: tuple[int, int]) -> None:
    width, height = size
    mask = person_mask(width=width, height=height)
    assert mask.shape == (height, width)
    rows = np.flatnonzero(mask.any(axis=1))
    tall = (rows[-1] - rows[0]) / min(height, 0.75 * width)
    assert 0.55 < tall < 0.8
    assert not mask[0].any()
    assert not mask[:, 0].any()


@pytest.mark.parametrize("scene", SCENES)
def test_every_scene_differs_and_shows_the_person(scene: str) -> None:
    assert person_mask(scene=scene).mean() > 0.03
    own = background(scene, "full", 160, 120, False).astype(int)
    assert own.std() > 3
    for other in SCENES:
        if other != scene:
            shown = background(other, "full", 160, 120, False).astype(int)
            assert np.abs(own - shown).mean() > 5


@pytest.mark.parametrize("look", LOOKS)
def test_every_look_wears_its_colours(look: str) -> None:
    picture = draw_person(
        joints_of(Pose(), LOOKS[look].body),
        scene="studio", look=look, view="webcam", width=160, height=120,
    ).astype(float)  # fmt: skip
    chest = picture[95, 76:90].mean(axis=0)
    expected = np.array(LOOKS[look].top, float)
    cosine = chest @ expected / np.linalg.norm(chest) / np.linalg.norm(expected)
    assert cosine > 0.97


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_shows_the_person_in_the_middle(view: str) -> None:
    columns = np.flatnonzero(person_mask(view=view).any(axis=0))
    assert 40 < np.median(columns) < 120


def test_the_mug_the_chair_and_the_blink_are_seen() -> None:
    joints = joints_of(Pose(), Proportions())
    setting = {"scene": "studio", "look": "ben", "view": "webcam", "width": 320, "height": 240}
    plain = draw_person(joints, **setting)  # type: ignore[arg-type]
    for change in ({"mug_side": 0}, {"has_chair": True}, {"eyes_open": False}):
        assert (draw_person(joints, **setting, **change) != plain).any()  # type: ignore[arg-type]


def test_the_background_is_never_drawn_on() -> None:
    before = background("gym", "full", 160, 120, False).copy()
    FigureSource(script=[Passage("wave", 1.0, "gym")], **SMALL).picture_at(0.5)
    np.testing.assert_array_equal(background("gym", "full", 160, 120, False), before)
