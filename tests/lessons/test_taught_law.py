"""The law for taught weights, on the recording of the demo and through the whole pipeline."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile

import numpy as np
import pytest

from har_live import teach
from har_live.card import Weights
from har_live.demo.source import DemoSource
from har_live.scorers import open_finder
from har_live.types import Frame
from tests.support.laws import RUNTIMES, TOLERANCE, stream_all
from tests.support.lessons_made import lesson
from tests.support.people_expected import Expected, assert_same, offline, uncut

SECONDS = 8.0
"""In which the drawn person waves and begins to clap."""


@pytest.fixture(scope="module")
def frames() -> list[Frame]:
    with DemoSource() as source:
        return list(takewhile(lambda frame: frame.pts_seconds < SECONDS, source))


@pytest.fixture(scope="module")
def taught(tmp_path_factory) -> Weights:
    takes = lesson("left_arm", "right_arm", takes=2)
    made = teach(takes, "arms", folder=tmp_path_factory.mktemp("taught") / "arms")
    # What is said before a window is full has laws of its own.
    return replace(made, card=replace(made.card, min_frames=None))


@pytest.fixture(scope="module")
def expected(taught, frames) -> list[Expected]:
    """By torch, each window cut and scored on its own."""
    return offline(taught, frames, hop=taught.card.hop, finder=open_finder(device="cpu"))


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_streaming_equals_offline(taught, frames, expected, runtime):
    predictions = stream_all(uncut(taught, runtime=runtime), frames)
    assert_same(predictions, expected)
    assert {prediction.person for prediction in predictions} == {1}
    assert np.ptp([told.scores for told in expected], axis=0).max() > 50 * TOLERANCE
