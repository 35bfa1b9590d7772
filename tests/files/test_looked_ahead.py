"""Frames looked at ahead: other threads do it, and no answer changes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from har_live.card import Weights
from har_live.errors import SinkError, SourceError
from har_live.files.annotate import annotate
from har_live.files.looked_ahead import looked_ahead
from har_live.files.recognize import predict
from har_live.moment import Moment
from har_live.recognizer import Recognizer
from har_live.sinks.base import Sink
from har_live.sources import open_source
from har_live.types import Frame
from tests.support.make_media import make_clip

TIMES = tuple(i / 24 for i in range(40))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("ahead") / "clip.mp4"
    return str(make_clip(path, pts_seconds=TIMES, size=(320, 240)))


@pytest.fixture
def recognizer(small_weights: Callable[[str], Weights]) -> Recognizer:
    return Recognizer(small_weights("lrcn"), device="cpu")


def num_lookers() -> int:
    return sum(thread.name.startswith("har-live-look") for thread in threading.enumerate())


@pytest.mark.parametrize("kind", ["lrcn", "joints-lrcn"])
def test_a_file_gets_the_answers_of_its_frames_one_by_one(kind, small_weights, clip):
    recognizer = Recognizer(small_weights(kind), device="cpu")
    stream = recognizer.stream()
    with open_source(clip) as source:
        expected = [prediction for frame in source for prediction in stream.push(frame)]
    expected += stream.finish()
    found = predict(clip, recognizer).predictions
    assert [one.end_seconds for one in found] == [one.end_seconds for one in expected] != []
    for one, other in zip(found, expected, strict=True):
        assert np.array_equal(one.scores, other.scores)


def test_what_came_before_a_loss_is_told(recognizer):
    def frames() -> Iterator[Frame]:
        for seconds in TIMES[:20]:
            yield Frame(np.full((48, 64, 3), 90, np.uint8), seconds)
        raise SourceError("the cable is cut")

    seen = []
    with pytest.raises(SourceError, match="cable"):
        seen.extend(one.frame.pts_seconds for one in looked_ahead(frames(), recognizer))
    assert seen == list(TIMES[:20])
    assert num_lookers() == 0


def test_who_stops_early_leaves_no_thread(recognizer, clip):
    with open_source(clip) as source:
        frames = looked_ahead(source, recognizer)
        assert [next(frames).frame.pts_seconds for _ in range(9)] == pytest.approx(TIMES[:9])
        assert num_lookers() > 0
        frames.close()
    assert num_lookers() == 0


class Full(Sink):
    def write(self, moment: Moment) -> None:
        raise SinkError("the disk is full")


def test_a_sink_that_fails_leaves_no_thread(recognizer, clip):
    with pytest.raises(SinkError, match="full") as raised:
        annotate(clip, recognizer, sinks=[Full()])
    assert raised.tb is not None  # holds the frames of what ran, and so what they looked ahead with
    assert num_lookers() == 0
