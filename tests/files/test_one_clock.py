"""Predict, annotate and live use tell the same seconds: from the start of what is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from har_live.card import Weights
from har_live.files.annotate import annotate
from har_live.files.recognize import predict
from har_live.recognizer import Recognizer
from har_live.smoothing_spec import SmoothingSpec
from tests.cli.test_cli import run
from tests.support.live_made import live_one
from tests.support.make_media import make_clip
from tests.support.read_media import read, times
from tests.support.video_made import frame_times

STEADY = tuple(index / 20 for index in range(60))


@pytest.fixture
def recognizer(small_weights: Callable[[str], Weights]) -> Recognizer:
    """Every window has a label: no threshold, and no label for nothing."""
    weights = small_weights("lrcn")
    card = replace(weights.card, labels=("run", *weights.card.labels[1:]))
    weights = replace(weights, card=card)
    return Recognizer(weights, device="cpu", hop=1, smoothing=SmoothingSpec(enter=0, leave=0))


@pytest.fixture(params=[0, 5, 36_000])
def excerpt(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Of a broadcast whose clock was running already; FFmpeg adds 1.4 s."""
    options = {"output_ts_offset": str(request.param)}
    return make_clip(tmp_path / "in.ts", pts_seconds=STEADY, container_options=options)


def test_all_tell_the_same(excerpt: Path, recognizer: Recognizer, tmp_path: Path) -> None:
    files = {name: tmp_path / f"{name}.jsonl" for name in ("annotate", "live")}
    predicted = predict(excerpt, recognizer)
    annotate(excerpt, recognizer, sinks=[tmp_path / "out.mp4", files["annotate"]])
    live_one(str(excerpt), recognizer, sinks=[files["live"]])
    lines = {name: file.read_text().splitlines() for name, file in files.items()}
    own_seconds = float(frame_times(excerpt)[0])
    for header, *segments in lines.values():
        assert json.loads(header)["source_start_seconds"] == pytest.approx(own_seconds, abs=1e-5)
        assert json.loads(segments[0])["start_seconds"] < 1
    first = predicted.segments[0]
    assert predicted.source_start_seconds == pytest.approx(own_seconds)
    assert json.loads(lines["annotate"][1])["start_seconds"] == round(first.start_seconds, 6)
    assert times(read(excerpt))[0] == float(frame_times(tmp_path / "out.mp4")[0]) == 0


def test_the_answer_in_json_says_where_it_began(
    excerpt: Path, small_weights: Callable[[str], Weights]
) -> None:
    done = run("predict", excerpt, "-w", small_weights("lrcn").folder, "--json")
    answer = json.loads(done.stdout)
    assert answer["source_start_seconds"] == pytest.approx(float(frame_times(excerpt)[0]), abs=1e-5)


def test_sound_that_begins_first_is_where_it_begins(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "late.mkv", pts_seconds=[t + 0.5 for t in STEADY], sound=True)
    assert times(read(path))[0] == pytest.approx(0.5, abs=1e-3)
