"""Live behaviour measured: its laws with scorers whose figures are known, and the command."""

from __future__ import annotations

import copy
import json
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from har_live.recognizer import Recognizer
from har_live.smoothing_spec import SmoothingSpec
from har_live.types import NONE, Frame
from tests.support.clips_made import make_manifest
from tests.support.weights_made import LABELS
from training.__main__ import app
from training.live import measures
from training.live.cache import RememberingScorer
from training.live.evaluate import SCORERS, play
from training.live.measures import NOTHING, timeline
from training.live.played_streams import score_stream, showing_of, smoothed
from training.live.report import figures
from training.live.stream_builder import LiveStream
from training.live.streams import frames_at

# --- laws, with scorers whose figures are known --------------------------------------------------

BRIGHTNESS = 60
"""Of one label's picture more than of the one before."""


class MadeScorer:
    """Answers with what ``answer`` says of the newest picture: the label's index."""

    runs_on = "a test"

    def __init__(self, answer):
        self.answer = answer
        self.num_steps = 0

    def open_windows(self, num_streams, num_windows):
        scorer = self

        class Windows:
            def advance(self, inputs, keep, rows):
                scorer.num_steps += 1
                scores = np.zeros((len(rows), num_windows, len(LABELS)), np.float32)
                scores[:, :, scorer.answer(inputs[0][0])] = 1
                return scores

        return Windows()


def perfect(picture):
    return round(float(picture.mean()) / BRIGHTNESS)


@pytest.fixture
def recognizer_of(small_weights):
    """A recognizer with a made scorer: windows of 0.8 s at 10 fps, an answer every 0.2 s."""

    def make(answer):
        recognizer = Recognizer(small_weights("lrcn"), runtime="onnx", device="cpu")
        recognizer.scorer = MadeScorer(answer)
        return recognizer

    return make


def made_stream(points, seconds, *, fps=30.0, kind="actions"):
    """Pictures whose brightness is the label."""
    pictures = {
        label: np.full((16, 16, 3), BRIGHTNESS * LABELS.index(label), np.uint8)
        for _, label in points
    }
    truth = timeline(points, seconds)
    frames = []
    for index in range(round(seconds * fps)):
        label = next(span.label for span in truth if index / fps < span.end_seconds - 1e-6)
        frames.append(Frame(pictures[label], index / fps, label))
    return LiveStream("made", kind, tuple(frames), truth)


ACTING = [(0.0, NONE), (3.0, "wave"), (8.0, "walk"), (12.0, NONE)]


def test_a_perfect_scorer(recognizer_of):
    recognizer = recognizer_of(perfect)
    acting = play(recognizer, made_stream(ACTING, 15.0), seed=0)
    nothing = play(recognizer, made_stream([(0.0, NONE)], 10.0, kind="nothing"), seed=0)
    reached = figures([acting, nothing])
    # The grid looks at 3.1, knows it when a later frame came at 3.133, and the label, 20 ms
    # later, is there for the next frame, at 3.167; so at each of the three changes.
    assert reached["seconds_to_label_p50"] == pytest.approx(1 / 6)
    assert reached["seconds_to_label_p95"] == pytest.approx(1 / 6)
    assert reached["share_of_time_right"] == pytest.approx(1 - 3 / 6 / 15)
    assert reached["share_of_actions_named"] == 1
    assert reached["extra_changes_per_minute"] == 0
    assert reached["segment_f1"] == 1
    assert reached["false_alarms_per_hour"] == 0
    # 60 fps has the same pictures a frame earlier, 10 fps a tenth of a second later.
    assert reached["agreement_between_rates"] == pytest.approx(1 - 3 * 0.15 / 15, abs=0.02)
    assert list(reached["scorers"]) == ["fast", "100 ms", "300 ms", "10 % of frames lost"]
    for row in reached["scorers"].values():
        assert row["share_of_actions_named"] == 1
        assert row["extra_changes_per_minute"] == 0
        assert row["segment_f1"] == 1
        assert row["false_alarms_per_hour"] == 0
    slow = [reached["scorers"][name]["seconds_to_label_p50"] for name in ("100 ms", "300 ms")]
    assert reached["seconds_to_label_p50"] < slow[0] < slow[1] < 1.5
    assert reached["streams"][0]["share_of_time_right"] == reached["share_of_time_right"]
    assert [row["reported"] for row in reached["streams"]] == [{"wave": 1, "walk": 1}, {}]


def test_a_scorer_that_always_says_the_same(recognizer_of):
    recognizer = recognizer_of(lambda _: LABELS.index("wave"))
    acting = play(recognizer, made_stream(ACTING, 15.0), seed=0)
    nothing = play(recognizer, made_stream([(0.0, NONE)], 10.0, kind="nothing"), seed=0)
    reached = figures([acting, nothing])
    # Wave is shown from 0.767 s on: at once when it begins, and never walk, which lasts 4 s.
    assert reached["seconds_to_label_p50"] == pytest.approx(2.0)
    assert reached["seconds_to_label_p95"] == pytest.approx(3.8)
    assert reached["share_of_actions_named"] == 0.5
    assert reached["share_of_time_right"] == pytest.approx((23 / 30 + 5) / 15)
    assert reached["extra_changes_per_minute"] == pytest.approx(4)  # one in 15 s, at its beginning
    assert reached["segment_f1"] == 0  # one segment of 15 s, 5 of them right
    assert reached["false_alarms_per_hour"] == pytest.approx(360)


def test_a_scorer_that_guesses(recognizer_of):
    rng = np.random.default_rng(4)
    points = [(4.0 * i, label) for i, label in enumerate(["wave", "walk", "jump"] * 8)]
    stream = made_stream(points, 96.0, fps=10.0, kind="nothing")  # nothing: no other frame rates
    row = play(recognizer_of(lambda _: rng.integers(4)), stream, seed=0).showings["fast"]
    assert measures.share_of_time_right([row]) == pytest.approx(1 / 4, abs=0.07)
    # Five answers a second, three of four another one; 15 true changes a minute.
    extra = measures.extra_changes_per_minute([row])
    assert extra == pytest.approx(5 * 60 * 3 / 4 - 15, abs=20)
    assert measures.segment_f1([row]) == 0
    assert measures.share_of_actions_named([row]) > 0.9  # in 4 s, by chance
    # Three of four answers are actions, each begins another segment with 3/4.
    alarms = measures.false_alarms_per_hour([row])
    assert alarms == pytest.approx(3600 * 5 * 9 / 16, rel=0.1)


def test_a_shown_label_stays_through_a_dropout_and_goes_while_a_window_fills(recognizer_of):
    whole = made_stream([(0.0, "wave")], 10.0)
    frames = tuple(frame for frame in whole.frames if not 4 < frame.pts_seconds < 7)
    stream = LiveStream("with a dropout", "actions", frames, whole.truth)
    shown = play(recognizer_of(perfect), stream, seed=0).showings["fast"].shown
    assert [span.label for span in shown] == [NOTHING, "wave", NOTHING, "wave"]
    assert shown[2].start_seconds == pytest.approx(7.0, abs=0.2)
    assert shown[2].seconds == pytest.approx(0.8, abs=0.15)  # a window
    again = frames_at(frames, 60.0)
    assert not [frame for frame in again if 4.01 < frame.pts_seconds < 6.99]
    assert len(again) == pytest.approx(7 * 60, abs=6)


def test_what_was_scored_is_remembered_until_something_else_is_seen(small_weights):
    recognizer = Recognizer(small_weights("lrcn"), runtime="onnx", device="cpu")
    rng = np.random.default_rng(0)
    frames = [Frame(rng.integers(0, 256, (64, 64, 3), np.uint8), i / 10) for i in range(24)]
    other = [*frames[:15], *frames[3:12]]
    other = [Frame(frame.image, i / 10) for i, frame in enumerate(other)]
    remembering = copy.copy(recognizer)
    remembering.scorer = RememberingScorer(recognizer.scorer)

    def scores(of, played):
        stream = of.stream()
        found = [p.scores for frame in played for p in stream.push(frame)]
        return np.stack(found + [p.scores for p in stream.finish()])

    for played in (frames, frames, other):
        assert np.array_equal(scores(remembering, played), scores(recognizer, played))
    counted = Recognizer(small_weights("lrcn"), runtime="onnx", device="cpu")
    counted.scorer = made = MadeScorer(perfect)
    counted.scorer = RememberingScorer(made)
    scores(counted, frames)
    assert made.num_steps == 24
    scores(counted, frames)
    assert made.num_steps == 24
    # After a gap all windows begin afresh: the same pictures are known, whatever came before.
    late = [Frame(frame.image, frame.pts_seconds + 9) for frame in frames]
    scores(counted, [frames[5], *late])
    assert made.num_steps == 25


def test_who_stood_still_makes_a_difference_to_what_is_remembered(small_weights):
    scorer = Recognizer(small_weights("lrcn"), runtime="onnx", device="cpu").scorer
    remembering = RememberingScorer(scorer)
    frames = np.random.default_rng(0).integers(0, 256, (4, 2, 64, 64, 3), np.uint8)

    def scores(of, one_alone):
        windows = of.open_windows(2, 4)
        both, rows, alone = np.ones((2, 4), bool), np.arange(2), np.array([one_alone])
        windows.advance((frames[0], frames[0]), ~both, rows)
        windows.advance((frames[1, :1], frames[0, :1]), both[:1], alone)
        windows.advance((frames[2, :1], frames[1, :1]), ~both[:1], alone)  # begins afresh, alone
        return windows.advance((frames[3], frames[2]), both, rows)

    expected = [scores(scorer, alone) for alone in (0, 1)]
    assert not np.allclose(*expected)
    for alone in (0, 1, 0, 1):
        assert np.array_equal(scores(remembering, alone), expected[alone])


def test_a_take_is_smoothed_as_if_it_had_been_played_so(recognizer_of):
    rng = np.random.default_rng(1)
    rough = recognizer_of(lambda _: rng.integers(4))
    whole = made_stream(ACTING, 15.0)
    frames = tuple(frame for frame in whole.frames if not 6 < frame.pts_seconds < 9)
    taken = score_stream(
        rough, LiveStream("made", "actions", frames, whole.truth), SCORERS[0], seed=0
    )
    spec = SmoothingSpec(average_seconds=0.7, enter=0.5, leave=0.3, hold_seconds=0.4)
    rng = np.random.default_rng(1)
    calm = recognizer_of(lambda _: rng.integers(4))
    calm.card = replace(calm.card, smoothing=spec)
    expected = showing_of(
        score_stream(calm, LiveStream("made", "actions", frames, whole.truth), SCORERS[0], seed=0)
    )
    found = showing_of(smoothed(taken, calm))
    assert (found.shown, found.segments) == (expected.shown, expected.segments)
    assert len(found.shown) < len(showing_of(taken).shown)


# --- the command ---------------------------------------------------------------------------------


def run(*command):
    done = CliRunner().invoke(app, ["evaluate-live", *map(str, command)])
    assert done.exit_code == 0, done.output
    return done


KEYS = {
    "seconds_to_label_p50",
    "seconds_to_label_p95",
    "share_of_actions_named",
    "share_of_time_right",
    "extra_changes_per_minute",
    "segment_f1",
    "false_alarms_per_hour",
    "agreement_between_rates",
}


def test_the_command_writes_what_is_promised_and_the_same_again(small_weights, tmp_path):
    weights = small_weights("lrcn").folder
    (tmp_path / "data").mkdir()
    manifest = make_manifest(tmp_path / "data")
    files = [tmp_path / "one.json", tmp_path / "two.json"]
    for file in files:
        run(weights, manifest, "--seconds", 2.5, "--seed", 3, "--json", file)
    reached = json.loads(files[0].read_text())
    assert reached.keys() >= KEYS
    assert set(reached["scorers"]) == {scorer.name for scorer in SCORERS}
    assert all(
        row.keys() >= KEYS and row["figure"].keys() >= KEYS for row in reached["scorers"].values()
    )
    assert reached["weights"] == "test-lrcn"
    assert reached["streams"][0].keys() >= {"name", "kind", "seconds"}
    assert files[0].read_text() == files[1].read_text()


def test_real_clips(shared_data, small_weights, tmp_path):
    picture, file = tmp_path / "live.png", tmp_path / "live.json"
    weights = small_weights("lrcn").folder
    run(weights, shared_data, "--seconds", 3, "--picture", picture, "--json", file)
    reached = json.loads(file.read_text())
    names = [row["name"] for row in reached["streams"]]
    assert names[:2] == ["figure", "arid-dark, changing frame rate"]
    assert "background, seen in training" in names
    assert picture.read_bytes()[:4] == b"\x89PNG"
