"""The law that the project stands on: streaming scores are the offline clip's scores."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from functools import partial

import numpy as np
import pytest
import torch

from har_live.card import Weights
from har_live.recognizer import Recognizer
from har_live.scorers import open_scorer
from har_live.scorers.torch import load_model
from har_live.time_grid import frames_played_at, grid_instants
from har_live.transforms import to_network
from har_live.types import ClipSpec, Frame, Prediction
from tests.support.laws import RUNTIMES, TOLERANCE, stream_all, stream_runs, stream_together
from tests.support.weights_made import CONFIGS, PICTURE_KINDS

Uncut = partial(Recognizer, device="cpu", cut_reset=False)
"""Here every picture is unlike the one before, and none begins a scene."""


@pytest.fixture(scope="module")
def made(small_weights) -> dict[str, Weights]:
    return {kind: small_weights(kind) for kind in PICTURE_KINDS}


def random_frames(pts_seconds: Sequence[float], *, seed: int = 0) -> list[Frame]:
    """One unlike picture, of coarse coloured blocks, for each time."""
    random = np.random.default_rng(seed)
    blocks = random.integers(0, 256, (len(pts_seconds), 3, 5, 3), np.uint8)
    pictures = blocks.repeat(16, axis=1).repeat(16, axis=2)
    return [Frame(picture, float(pts)) for picture, pts in zip(pictures, pts_seconds, strict=True)]


def variable_timeline(seconds: float, *, seed: int, longest: float = 0.25) -> np.ndarray:
    """Times of a camera whose rate wanders up to 60 fps; some frames share a time."""
    random = np.random.default_rng(seed)
    steps = random.choice([0.0, 1 / 60, 1 / 30, 1 / 24, 0.08, longest], size=2000)
    pts = 3.7 + np.cumsum(steps)
    return pts[pts < 3.7 + seconds]


def offline(weights: Weights, frames: list[Frame], clip: ClipSpec, hop: int) -> list[tuple]:
    """(end, scores) of every window of an unbroken run, each cut and scored on its own."""
    model = load_model(weights)
    pts = [frame.pts_seconds for frame in frames]
    instants = grid_instants(pts, clip.grid_fps)
    seen = np.stack([to_network(frames[i].image, clip) for i in frames_played_at(pts, instants)])
    starts = range(0, len(instants) - clip.num_frames + 1, hop)
    # Of each window its T frames, and the one before as «previous».
    clips = [seen[[max(at - 1, 0), *range(at, at + clip.num_frames)]] for at in starts]
    with torch.inference_mode():
        scores = model(torch.from_numpy(np.stack(clips))).numpy()
    ends = [instants[at + clip.num_frames - 1] for at in starts]
    return list(zip(ends, scores, strict=True))


def assert_same(predictions: list[Prediction], expected: list[tuple]) -> None:
    assert len(predictions) == len(expected) > 0
    for prediction, (end_seconds, scores) in zip(predictions, expected, strict=True):
        assert prediction.end_seconds == pytest.approx(end_seconds, abs=1e-6)
        np.testing.assert_allclose(prediction.scores, scores, atol=TOLERANCE, rtol=0)


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("kind", PICTURE_KINDS)
@pytest.mark.parametrize("hop", [1, 2, 3, 8])
def test_streaming_equals_offline(made, kind, runtime, hop):
    weights = made[kind]
    recognizer = Uncut(weights, runtime=runtime, hop=hop)
    frames = random_frames(variable_timeline(2.0, seed=hop))
    expected = offline(weights, frames, weights.card.clip, hop)
    assert_same(stream_all(recognizer, frames), expected)
    # Scores that hardly differ would let a wrong window pass for the right one.
    assert np.ptp([scores for _, scores in expected], axis=0).max() > 50 * TOLERANCE


@pytest.mark.parametrize("num_frames", [1, 5, 13])
@pytest.mark.parametrize("runtime", RUNTIMES)
def test_any_window_length(made, runtime, num_frames):
    """T is the card's alone: the same tensors stream with any."""
    card = made["lrcn"].card
    clip = dataclasses.replace(card.clip, num_frames=num_frames)
    hop = min(2, num_frames)
    weights = dataclasses.replace(made["lrcn"], card=dataclasses.replace(card, clip=clip, hop=hop))
    # No step longer than the shortest window: that would be a gap.
    frames = random_frames(variable_timeline(4.0, seed=num_frames, longest=0.09))
    predictions = stream_all(Uncut(weights, runtime=runtime), frames)
    assert_same(predictions, offline(weights, frames, clip, hop))


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("kind", PICTURE_KINDS)
def test_each_run_is_its_own_clip(made, kind, runtime):
    """After a gap, a step back and a reset, windows begin afresh and know nothing of before."""
    weights = made[kind]
    clip, hop = weights.card.clip, weights.card.hop
    times = [
        np.arange(0, 2, 0.05),
        np.arange(2 + 2 * clip.window_seconds, 5, 0.04),  # a gap longer than a window
        np.arange(1, 2.5, 1 / 30),  # a step back
        np.arange(2.5, 4, 1 / 30),  # no gap, but a reset
    ]
    runs = [random_frames(pts, seed=seed) for seed, pts in enumerate(times)]
    predictions = stream_runs(Uncut(weights, runtime=runtime), runs)
    expected = [item for run in runs for item in offline(weights, run, clip, hop)]
    assert_same(predictions, expected)
    assert sorted({p.run for p in predictions}) == [0, 1, 2, 3]


def test_a_short_gap_holds_the_frame_that_was_playing(made):
    weights = made["lrcn"]
    clip, hop = weights.card.clip, weights.card.hop
    pts = np.concatenate([np.arange(0, 1, 0.05), np.arange(1 + 0.7 * clip.window_seconds, 3, 0.05)])
    frames = random_frames(pts)
    predictions = stream_all(Uncut(weights), frames)
    assert_same(predictions, offline(weights, frames, clip, hop))


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("kind", sorted(CONFIGS))
@pytest.mark.parametrize("num_subjects", [2, 5])
def test_subjects_in_any_batches_do_not_touch_each_other(
    small_weights, kind, runtime, num_subjects
):
    """Each step shows something to some of the subjects, in any order, or to all of them."""
    weights = small_weights(kind)
    scorer = open_scorer(weights, runtime=runtime, device="cpu")
    examples = load_model(weights).encoder.example(num_subjects)
    random = np.random.default_rng(3)
    together = scorer.open_windows(num_subjects, 4)
    alone = [scorer.open_windows(1, 4) for _ in range(num_subjects)]
    num_together = 0
    for step in range(15):
        num_rows = num_subjects if step % 5 == 0 else random.integers(1, num_subjects + 1)
        rows = random.permutation(num_subjects)[:num_rows]
        num_together += num_rows > 1
        inputs = tuple(
            (255 * random.random((num_rows, *example.shape[1:]))).astype(example.numpy().dtype)
            for example in examples
        )
        keep = random.random((num_rows, 4)) < 0.7
        scores = together.advance(inputs, keep, rows)
        for index, row in enumerate(rows):
            one = slice(index, index + 1)
            single = alone[row].advance(tuple(x[one] for x in inputs), keep[one], np.array([0]))
            np.testing.assert_allclose(scores[one], single, atol=TOLERANCE, rtol=0)
    assert num_together >= 3


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("kind", PICTURE_KINDS)
def test_sources_in_one_group_are_as_alone(made, kind, runtime):
    """Three sources, of other rates and lengths, one with a gap and one too short for a window."""
    recognizer = Uncut(made[kind], runtime=runtime)
    gap = made[kind].card.clip.window_seconds + 1
    films = [
        random_frames(variable_timeline(2.0, seed=1), seed=1),
        random_frames(np.concatenate([np.arange(0, 1, 0.1), gap + np.arange(1, 2, 0.1)]), seed=2),
        random_frames(np.arange(5) / 30, seed=3),
    ]
    for film, found in zip(films, stream_together(recognizer, films), strict=True):
        expected = stream_all(recognizer, film)
        assert [p.run for p in found] == [p.run for p in expected]
        assert_same(found, [(p.end_seconds, p.scores) for p in expected])


def test_a_group_has_at_least_one_source(made):
    with pytest.raises(ValueError, match="num_sources is 0"):
        Uncut(made["lrcn"]).streams(0)


@pytest.mark.parametrize("kind", PICTURE_KINDS)
def test_torch_equals_onnx(made, kind):
    frames = random_frames(variable_timeline(2.0, seed=11))
    by_torch, by_onnx = (
        stream_all(Uncut(made[kind], runtime=runtime), frames) for runtime in ("torch", "onnx")
    )
    assert_same(by_onnx, [(p.end_seconds, p.scores) for p in by_torch])
    assert [p.label for p in by_onnx] == [p.label for p in by_torch]


@pytest.mark.parametrize("fps", [10, 20, 30, 60])
def test_frame_rate_does_not_matter(made, fps):
    """A scene that changes ten times a second is the same scene at any higher rate."""
    scene = random_frames(np.arange(40) / 10, seed=5)
    filmed = [
        dataclasses.replace(scene[index * 10 // fps], pts_seconds=index / fps)
        for index in range(4 * fps)
    ]
    recognizer = Uncut(made["lrcn"])
    expected = stream_all(recognizer, scene)
    predictions = stream_all(recognizer, filmed)[: len(expected)]
    assert_same(predictions, [(p.end_seconds, p.scores) for p in expected])


def test_a_stream_can_be_used_again(made):
    stream = Uncut(made["lrcn"]).stream()
    frames = random_frames(np.arange(60) / 30)
    rounds = [
        [p for frame in frames for p in stream.push(frame)] + stream.finish() for _ in range(2)
    ]
    assert_same(rounds[1], [(p.end_seconds, p.scores) for p in rounds[0]])


def test_a_short_source_gets_one_answer_with_its_last_frame_held(made):
    weights = made["lrcn"]
    clip = weights.card.clip
    frames = random_frames([0.0, 0.1, 0.2])
    (prediction,) = stream_all(Uncut(weights), frames)
    held = [*frames, *(dataclasses.replace(frames[-1], pts_seconds=i / 10) for i in range(3, 8))]
    assert_same([prediction], [(0.2, offline(weights, held, clip, 8)[0][1])])
    assert prediction.start_seconds == 0.0


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("kind", PICTURE_KINDS)
@pytest.mark.parametrize("hop", [1, 3])
def test_a_run_begins_with_short_windows_where_the_card_allows(made, kind, runtime, hop):
    """They are scored as offline clips of that many frames; the full ones are what they were."""
    card = made[kind].card
    early = dataclasses.replace(made[kind], card=dataclasses.replace(card, min_frames=3))
    frames = random_frames(variable_timeline(2.0, seed=hop))
    predictions = stream_all(Uncut(early, runtime=runtime, hop=hop), frames)
    short = [p for p in predictions if p.fullness < 1]
    assert [round(p.fullness * card.clip.num_frames) for p in short] == [
        n for n in range(3, card.clip.num_frames) if (card.clip.num_frames - n) % hop == 0
    ]
    for prediction in short:
        clip = dataclasses.replace(
            card.clip, num_frames=round(prediction.fullness * card.clip.num_frames)
        )
        (expected, *_) = offline(made[kind], frames, clip, hop)
        assert_same([prediction], [expected])
    assert_same(predictions[len(short) :], offline(made[kind], frames, card.clip, hop))


def test_warming_up_ends_with_the_first_score(made):
    card = made["lrcn"].card
    early = dataclasses.replace(made["lrcn"], card=dataclasses.replace(card, min_frames=4, hop=2))
    stream = Uncut(early).stream()
    for frame in random_frames(np.arange(30) / card.clip.grid_fps):
        before = stream.warming_up
        if stream.push(frame):
            break
        assert before is not None
    assert before is not None
    assert stream.warming_up is None
