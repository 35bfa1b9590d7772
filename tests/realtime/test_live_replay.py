"""Live use replayed without threads, on a clock of its own."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from har_live.files.recognize import recognize
from har_live.realtime import Replay
from har_live.recognizer import Recognizer
from har_live.scorers.torch import load_model
from har_live.types import Frame
from tests.support.sources_made import MadeSource


def random_frames(count: int, fps: float, *, begin_seconds: float = 0.0) -> list[Frame]:
    """Coarse coloured blocks, another picture each time."""
    blocks = np.random.default_rng(5).integers(0, 256, (count, 3, 4, 3), np.uint8)
    pictures = blocks.repeat(16, axis=1).repeat(16, axis=2)
    return [Frame(image, begin_seconds + i / fps) for i, image in enumerate(pictures)]


def labels_of(moments) -> list[tuple]:
    return [(p.end_seconds, p.label, p.confidence) for m in moments for p in m.predictions]


@pytest.mark.parametrize("fps", [4, 10, 29.97, 60])
@pytest.mark.parametrize("step_seconds", [0.0, 0.05, 0.09])
def test_live_use_that_keeps_up_is_annotate(small_weights, fps, step_seconds):
    recognizer = Recognizer(small_weights("lrcn"), device="cpu", cut_reset=False)
    frames = random_frames(round(6 * fps), fps)
    replay = Replay(recognizer, step_seconds=step_seconds)
    moments = list(replay.play(frames))
    expected = list(recognize(MadeSource(iter(frames)), recognizer))
    assert labels_of(moments) == labels_of(expected) != []
    assert [s for m in moments for s in m.segments] == [s for m in expected for s in m.segments]
    assert np.ptp([confidence for *_, confidence in labels_of(expected)]) > 0.01  # says something
    assert replay.num_dropped == 0


@pytest.mark.parametrize("step_seconds", [0.11, 0.2, 0.3, 1.0])
def test_latency_is_one_scoring_and_one_frame_from_the_first_minute_to_the_last(
    small_weights, step_seconds
):
    fps = 60
    replay = Replay(
        Recognizer(small_weights("lrcn"), device="cpu", cut_reset=False), step_seconds=step_seconds
    )
    latest_ms = []
    for index, moment in enumerate(replay.play(random_frames(5 * 60 * fps, fps))):
        if moment.predictions and moment.frame is not None:
            assert replay.latencies.newest_ms is not None
            latest_ms.append(replay.latencies.newest_ms)
            assert replay.latencies.newest_ms <= (step_seconds + 1 / fps) * 1000 + 1, index
    assert len(latest_ms) > 30
    # Ten instants a second, of which as many were scored as there was time for.
    num_scored = 300 / (np.ceil(step_seconds * fps) / fps)
    assert replay.num_dropped == pytest.approx(3000 - num_scored, rel=0.05)


@pytest.mark.parametrize("step_seconds", [0.05, 0.13, 0.3])
def test_every_label_is_the_score_of_what_the_network_saw_last(small_weights, step_seconds):
    """Whatever was dropped: each window has its length, and began with its first frame."""
    weights = small_weights("lrcn")
    replay = Replay(Recognizer(weights, device="cpu", cut_reset=False), step_seconds=step_seconds)
    windows, model, num_checked = replay._scoring._group._windows, load_model(weights), 0
    score, advance = replay._scoring.score, windows.advance
    seen: list[np.ndarray] = []

    def noted(inputs, keep, rows):
        (frame,), (previous,) = inputs
        if not keep.any():  # a run begins
            seen[:] = [previous]
        seen.append(frame)
        return advance(inputs, keep, rows)

    def checked(grid_frames):
        nonlocal num_checked
        scored = score(grid_frames)
        for prediction in scored[0].predictions:
            with torch.inference_mode():
                clip = torch.from_numpy(np.stack(seen[-1 - weights.card.clip.num_frames :]))
                expected = model(clip[None])[0].numpy()
            np.testing.assert_allclose(prediction.scores, expected, atol=1e-4, rtol=0)
            num_checked += 1
        return scored

    replay._scoring.score, windows.advance = checked, noted
    frames = [*random_frames(240, 30), *random_frames(240, 30, begin_seconds=100)]
    list(replay.play(frames))
    assert num_checked > 10
