"""What annotate costs beside the least that it could; and no picture is converted for nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from har_live.card import Weights
from har_live.files.annotate import annotate
from har_live.files.recognize import predict
from har_live.recognizer import Recognizer
from har_live.sinks.recording import SOFTWARE
from har_live.sources.media.picture import PictureMaker
from tests.support.make_media import make_clip

MOST_TIMES = 2.0
"""Of a transcode's processor time, with a network that costs nothing; measured: 1.15."""


def drifting(index: int, width: int, height: int) -> np.ndarray:
    """A soft pattern that moves, so that there is something to encode."""
    rows, columns = np.ogrid[:height, :width]
    waves = [
        np.sin((rows * a + columns * b) / 40 + index / 5) for a, b in ((1, 2), (2, -1), (3, 1))
    ]
    return np.stack([(128 + 60 * wave).astype(np.uint8) for wave in waves], axis=-1)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cost") / "clip.mp4"
    times = [index / 30 for index in range(30)]
    return make_clip(path, pts_seconds=times, size=(1280, 720), picture=drifting)


@pytest.fixture(scope="module")
def recognizer(small_weights: Callable[[str], Weights]) -> Recognizer:
    return Recognizer(small_weights("lrcn"), device="cpu")


def transcode(source: Path, target: Path) -> None:
    """Decode and encode, and nothing else."""
    with av.open(source) as clip, av.open(target, "w") as output:
        video = clip.streams.video[0]
        encoder = output.add_stream(SOFTWARE.name, rate=30, options=dict(SOFTWARE.options))
        encoder.width, encoder.height, encoder.pix_fmt = 1280, 720, "yuv420p"
        encoder.codec_context.thread_count = 0
        encoder.codec_context.time_base = video.time_base
        for frame in clip.decode(video):
            output.mux(encoder.encode(frame))
        output.mux(encoder.encode(None))


def processor_seconds(task: Callable[[], object]) -> float:
    begun_seconds = time.process_time()
    task()
    return time.process_time() - begun_seconds


def test_annotate_is_close_to_a_transcode(clip, recognizer, tmp_path):
    ours, least = [], []
    for _ in range(4):
        ours.append(
            processor_seconds(
                lambda: annotate(clip, recognizer, sinks=[tmp_path / "ours.mp4"], overwrite=True)
            )
        )
        least.append(processor_seconds(lambda: transcode(clip, tmp_path / "least.mp4")))
    ratio = min(ours) / min(least)  # other work on the machine only ever adds
    assert ratio < MOST_TIMES, f"{ratio:.2f} times a transcode"


def test_a_large_picture_is_never_made_rgb_whole(clip, recognizer, tmp_path, monkeypatch):
    def refuse(*_: object) -> None:
        raise AssertionError("a whole picture was made RGB")

    monkeypatch.setattr(PictureMaker, "to_rgb", refuse)
    alone = predict(clip, recognizer)
    written = annotate(clip, recognizer, sinks=[tmp_path / "out.mp4"])
    assert alone.num_frames == written.num_frames == 30
    assert len(alone.predictions) > 0
    for one, other in zip(alone.predictions, written.predictions, strict=True):
        assert np.array_equal(one.scores, other.scores)
