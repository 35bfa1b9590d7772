"""Changes of scene: found whatever the frame rate, not seen in motion, light or noise."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from har_live.cli import app
from har_live.errors import BackendError
from har_live.files.recognize import recognize
from har_live.realtime.replay import Replay
from har_live.recognizer import Recognizer
from har_live.recognizer.scene_cuts import CutDetector
from har_live.types import Frame
from tests.recognizer.test_streaming_law import assert_same
from tests.recognizer.test_streaming_law import offline as clip_by_clip
from tests.support.laws import stream_all
from tests.support.sources_made import MadeSource
from training.measure.scene_cut_test import (
    ClipScene,
    darkened,
    every_third,
    measure_cuts,
    measure_figure,
)

SIDE = 96


def scene(seed: int, *, width: int = SIDE) -> np.ndarray:
    """(SIDE, width, 3) uint8: soft coloured forms, some of them with edges."""
    random = np.random.default_rng(seed)
    tones = random.integers(30, 226, (5, 5 * width // SIDE, 3), np.uint8)
    picture = cv2.resize(tones, (width, SIDE), interpolation=cv2.INTER_CUBIC)
    for left, top in random.integers(0, SIDE - 20, (4, 2)):
        picture[top : top + 20, left : left + 12] = random.integers(0, 256, 3)
    return picture


def with_person(picture: np.ndarray, left: int) -> np.ndarray:
    picture = picture.copy()
    picture[20:96, left : left + 30] = (200, 150, 120)
    return picture


def cuts_in(pictures) -> list[int]:
    detector = CutDetector()
    return [index for index, picture in enumerate(pictures) if detector.is_cut(picture)]


@pytest.mark.parametrize("seed", range(20))
def test_another_scene_is_a_cut(seed):
    before, after = scene(seed), scene(100 + seed)
    assert cuts_in([before, before, after, after, before]) == [2, 4]
    dark, dark_after = before // 8, after // 8
    assert cuts_in([dark, dark_after]) == [1]


def _motion(random):
    return [with_person(scene(1), left) for left in (0, 30, 66, 5, 60, 20)]


def _coming_close(random):
    return [cv2.rectangle(scene(2), (60 - at, 96), (60, 70 - at), (180, 140, 120), -1)
            for at in (0, 30, 50, 20)]  # fmt: skip


def _pan(random):
    wide = scene(3, width=3 * SIDE)
    return [wide[:, at : at + SIDE] for at in range(0, 2 * SIDE, 9)]


def _shake(random):
    large = cv2.resize(scene(4), (110, 110))
    return [large[y : y + SIDE, x : x + SIDE] for y, x in random.integers(0, 14, (20, 2))]


def _light(random):
    gains = [1, 0.5, 0.2, 1, 1.3, 1]
    return [np.clip(scene(5) * gain, 0, 255).astype(np.uint8) for gain in gains]


def _flash(random):
    return [scene(6), np.full_like(scene(6), 255), scene(6), np.zeros_like(scene(6)), scene(6)]


def _noise_in_the_dark(random):
    noise = random.normal(0, 8, (20, SIDE, SIDE, 3))
    return np.clip(scene(7) * 0.08 + noise, 0, 255).astype(np.uint8)


def _noise_alone(random):
    return np.clip(random.normal(4, 8, (20, SIDE, SIDE, 3)), 0, 255).astype(np.uint8)


NO_CUTS = (
    _motion, _coming_close, _pan, _shake, _light, _flash, _noise_in_the_dark, _noise_alone
)  # fmt: skip


@pytest.mark.parametrize("happens", NO_CUTS)
def test_what_happens_in_a_scene_is_no_cut(happens):
    pictures = happens(np.random.default_rng(0))
    assert max(cv2.absdiff(*pair).mean() for pair in pairwise(pictures)) > 3  # something happens
    assert cuts_in(pictures) == []


def test_a_cut_through_black_is_one_cut():
    black = np.zeros((SIDE, SIDE, 3), np.uint8)
    assert cuts_in([scene(0), scene(0), black, black, scene(1), scene(1)]) == [4]


# --- in the stream ------------------------------------------------------------------------------

CUT_SECONDS = 2.0


def film(fps: int, *, begin_seconds: float = 0.0) -> list[Frame]:
    """Four seconds: somebody walks about in a scene, from ``CUT_SECONDS`` on in another one."""
    frames = []
    for index in range(4 * fps):
        place = scene(0) if index < CUT_SECONDS * fps else scene(1)
        picture = with_person(place, 7 * (index * 10 // fps) % 66)
        frames.append(Frame(picture, begin_seconds + index / fps))
    return frames


@pytest.mark.parametrize("kind", ["lrcn", "convlstm"])
@pytest.mark.parametrize(("fps", "hop"), [(10, 1), (20, 3), (30, 2), (60, 8)])
def test_scores_after_a_cut_are_those_of_the_clip_that_begins_there(small_weights, kind, fps, hop):
    weights, frames = small_weights(kind), film(fps)
    recognizer = Recognizer(weights, device="cpu", hop=hop)
    predictions = stream_all(recognizer, frames)
    middle = round(CUT_SECONDS * fps)
    # A run's last instant is the frame's that was still playing when the next run began.
    held = Frame(frames[middle - 1].image, CUT_SECONDS - 0.01)
    runs = [[*frames[:middle], held], frames[middle:]]
    expected = [clip_by_clip(weights, run, weights.card.clip, hop) for run in runs]
    assert_same(predictions, expected[0] + expected[1])
    assert [p.run for p in predictions] == [0] * len(expected[0]) + [1] * len(expected[1])
    assert predictions[len(expected[0])].start_seconds == pytest.approx(CUT_SECONDS)


def test_a_cut_is_passed_over_where_it_is_asked_for(small_weights):
    weights, frames = small_weights("lrcn"), film(20)
    predictions = stream_all(Recognizer(weights, device="cpu", cut_reset=False), frames)
    assert_same(predictions, clip_by_clip(weights, frames, weights.card.clip, weights.card.hop))
    assert {p.run for p in predictions} == {0}


def test_after_a_cut_there_is_no_label_until_a_window_is_full(small_weights):
    stream = Recognizer(small_weights("lrcn"), device="cpu").stream()
    warming_up = {}
    for frame in film(10):
        stream.push(frame)
        warming_up[round(frame.pts_seconds, 1)] = stream.warming_up
    # An instant is decided by the next frame.
    assert warming_up[CUT_SECONDS] is None
    assert warming_up[CUT_SECONDS + 0.1] == 1 / 8
    assert warming_up[CUT_SECONDS + 0.7] == 7 / 8
    assert warming_up[CUT_SECONDS + 0.8] is None


def test_a_last_scene_shorter_than_a_window_is_answered_where_nothing_else_was(small_weights):
    weights = small_weights("lrcn")
    frames = [frame for frame in film(10) if 1.6 <= frame.pts_seconds < 2.3]
    (prediction,) = stream_all(Recognizer(weights, device="cpu"), frames)
    held = [Frame(frames[-1].image, 2.2 + index / 10) for index in range(1, 6)]
    (expected,) = clip_by_clip(weights, [*frames[-3:], *held], weights.card.clip, 8)
    np.testing.assert_allclose(prediction.scores, expected[1], atol=1e-4, rtol=0)
    assert prediction.start_seconds == pytest.approx(CUT_SECONDS)


@pytest.mark.parametrize("fps", [10, 30])
def test_live_use_and_annotate_find_the_same_cuts(small_weights, fps):
    recognizer = Recognizer(small_weights("lrcn"), device="cpu")
    frames = film(fps)
    moments = list(Replay(recognizer, step_seconds=0.02).play(frames))
    expected = list(recognize(MadeSource(iter(frames)), recognizer))
    runs = [(p.run, p.end_seconds, p.label) for m in moments for p in m.predictions]
    assert runs == [(p.run, p.end_seconds, p.label) for m in expected for p in m.predictions]
    assert {run for run, *_ in runs} == {0, 1}
    segments = [segment for m in moments for segment in m.segments]
    assert segments == [segment for m in expected for segment in m.segments]


@pytest.mark.parametrize("command", ["live", "annotate", "predict"])
@pytest.mark.parametrize(
    ("flags", "wanted"), [([], True), (["--cut-reset"], True), (["--no-cut-reset"], False)]
)
def test_the_commands_have_a_switch(small_weights, monkeypatch, tmp_path, command, flags, wanted):
    asked = []

    def remember(*_weights, cut_reset: bool, **_settings) -> None:
        asked.append(cut_reset)
        raise BackendError("enough")

    monkeypatch.setattr("har_live.recognizer.Recognizer", remember)
    output = [str(tmp_path / "out.mp4")] if command == "annotate" else []
    weights = ["--weights", str(small_weights("lrcn").folder)]
    done = CliRunner().invoke(app, [command, "figure", *output, *weights, *flags])
    assert isinstance(done.exception, BackendError)
    assert asked == [wanted]


# --- the measuring ------------------------------------------------------------------------------


def test_measuring_counts_joins_and_false_cuts():
    still = [ClipScene(str(seed), np.stack([scene(seed)] * 9)) for seed in range(4)]
    figures = measure_cuts(still)
    assert (figures.num_joins, figures.num_found, figures.num_false) == (4, 4, 0)
    assert figures.hours == pytest.approx(36 / 8 / 3600)
    broken = ClipScene("broken", np.stack([scene(5), scene(5), scene(6)]))
    assert measure_cuts([*still, broken]).num_false == 1
    assert measure_cuts([darkened(one) for one in still]).num_found == 4
    assert len(every_third(still[0]).pictures) == 3
    with pytest.raises(ValueError, match="one group"):
        measure_cuts(still[:1])


def test_the_figures_first_cut_is_found():
    figures = measure_figure(seconds=11)
    assert (figures.num_joins, figures.num_found, figures.num_false) == (1, 1, 0)
