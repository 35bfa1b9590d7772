"""annotate and predict: a video goes in, the same video with labels, and its segments, come out."""

from __future__ import annotations

import csv
import dataclasses
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from har_live.card import Weights
from har_live.errors import SinkError, SourceError
from har_live.files.annotate import annotate
from har_live.files.recognize import predict
from har_live.recognizer import Recognizer
from har_live.smoothing_spec import SmoothingSpec
from har_live.sources import Source, open_source
from tests.support.make_media import make_clip, make_sound
from training.figure.source import FigureSource

VARIABLE = tuple(np.cumsum([0.0, *([1 / 30, 1 / 15, 0.05, 0.11] * 8)]))
"""33 frames of a rate that changes all the time, 2.1 s."""
STEADY = tuple(i / 20 for i in range(50))


@pytest.fixture(scope="module")
def weights(small_weights: Callable[[str], Weights]) -> Weights:
    return small_weights("lrcn")


@pytest.fixture(scope="module")
def recognizer(weights: Weights) -> Recognizer:
    return Recognizer(weights, device="cpu", hop=1)


def frame_times(path: Path) -> list[float]:
    with av.open(path) as container:
        return [frame.time for frame in container.decode(video=0)]


def sound_packets(path: Path) -> list[bytes]:
    with av.open(path) as container:
        return [bytes(packet) for packet in container.demux(audio=0) if packet.size]


def test_every_frame_is_kept_at_its_time_with_its_sound(recognizer, tmp_path):
    source = make_clip(tmp_path / "in.mp4", pts_seconds=VARIABLE, size=(96, 64), sound=True)
    result = annotate(source, recognizer, sinks=[tmp_path / "out.mp4"])
    assert result.num_frames == len(VARIABLE)
    assert frame_times(tmp_path / "out.mp4") == pytest.approx(frame_times(source), abs=2e-5)
    assert sound_packets(tmp_path / "out.mp4") == sound_packets(source) != []


def test_a_rotated_clip_comes_out_upright(recognizer, tmp_path):
    source = make_clip(tmp_path / "in.mp4", pts_seconds=VARIABLE, size=(96, 64), rotation=90)
    annotate(source, recognizer, sinks=[tmp_path / "out.mp4"])
    with av.open(tmp_path / "out.mp4") as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (64, 96)
        assert next(container.decode(stream)).rotation == 0
    assert frame_times(tmp_path / "out.mp4") == pytest.approx(frame_times(source), abs=2e-5)


def test_the_overlay_is_on_the_picture(recognizer, tmp_path):
    source = make_clip(tmp_path / "in.mp4", pts_seconds=STEADY, size=(320, 240))
    annotate(source, recognizer, sinks=[tmp_path / "out.mp4"])
    before, after = (
        [frame.to_ndarray(format="rgb24").astype(int) for frame in av.open(path).decode(video=0)]
        for path in (source, tmp_path / "out.mp4")
    )
    changed = np.abs(after[-1] - before[-1]).max(axis=2) > 40
    assert changed[:60, :120].mean() > 0.3, "the label's panel, top left"
    assert changed[-30:].mean() > 0.3, "the timeline, at the bottom"
    assert changed[90:180, 180:].mean() < 0.01, "the middle is left alone"


def test_the_same_input_gives_the_same_bytes(recognizer, tmp_path):
    source = make_clip(tmp_path / "in.mp4", pts_seconds=STEADY, size=(96, 64))
    outputs = []
    for name in ("a", "b"):
        paths = [tmp_path / f"{name}{suffix}" for suffix in (".mp4", ".jsonl")]
        annotate(source, recognizer, sinks=[paths[0], *paths[1:]])
        outputs.append([path.read_bytes() for path in paths])
    assert outputs[0] == outputs[1]


def test_predict_and_annotate_agree(recognizer, tmp_path):
    source = make_clip(tmp_path / "in.mp4", pts_seconds=STEADY, size=(96, 64))
    written = annotate(source, recognizer, sinks=[tmp_path / "out.mp4"])
    alone = predict(source, recognizer)
    assert len(alone.predictions) == len(written.predictions) > 5
    for a, b in zip(alone.predictions, written.predictions, strict=True):
        np.testing.assert_array_equal(a.scores, b.scores)
    assert alone.segments == written.segments


def test_events_are_the_segments(weights, tmp_path):
    """With no threshold every window has a label, so there are segments to write."""
    recognizer = Recognizer(weights, device="cpu", smoothing=SmoothingSpec(0, 0, 0, 0))
    source = FigureSource(seconds=4, width=160, height=120, fps=15)
    events = [tmp_path / f"out{suffix}" for suffix in (".jsonl", ".csv", ".srt", ".vtt")]
    result = annotate(source, recognizer, sinks=[tmp_path / "out.mp4", *events])
    lines = [json.loads(line) for line in events[0].read_text("utf-8").splitlines()]
    assert lines[0]["format"] == "har-live-events"
    assert lines[0]["weights"] == "test-lrcn"
    expected = [(s.label, round(s.start_seconds, 6)) for s in result.segments]
    assert [(line["label"], line["start_seconds"]) for line in lines[1:]] == expected
    with events[1].open(newline="") as file:
        assert [row["label"] for row in csv.DictReader(file)] == [s.label for s in result.segments]
    for path in events[2:]:
        assert path.read_text("utf-8").count(" --> ") == len(result.segments)


def test_predict_makes_nothing_ready_to_be_drawn(weights, monkeypatch):
    monkeypatch.setattr("har_live.files.recognize.OverlayState", None)
    source = FigureSource(seconds=3, width=64, height=64, fps=10)
    assert predict(source, Recognizer(weights, device="cpu")).num_frames == 30


def test_events_lie_on_the_outputs_clock(weights, tmp_path):
    """A recording begun in mid-broadcast starts at an hour; its annotated copy starts at 0."""
    recognizer = Recognizer(weights, device="cpu", smoothing=SmoothingSpec(0, 0, 0, 0))
    source = FigureSource(seconds=3, width=64, height=64, fps=10)

    class Late(Source):
        info = source.info

        def __iter__(self):
            for frame in source:
                yield dataclasses.replace(frame, pts_seconds=frame.pts_seconds + 3600)

    early = annotate(source, recognizer, sinks=[tmp_path / "a.mp4", tmp_path / "a.csv"])
    late = annotate(Late(), recognizer, sinks=[tmp_path / "b.mp4", tmp_path / "b.csv"])
    assert [s.start_seconds for s in late.segments] == pytest.approx(
        [s.start_seconds + 3600 for s in early.segments]
    )
    assert (tmp_path / "a.csv").read_text() == (tmp_path / "b.csv").read_text()


def test_the_truth_is_compared_where_it_is_known(recognizer):
    source = FigureSource(seconds=3, width=64, height=64, fps=10)
    result = predict(source, recognizer)
    truths = [frame.truth for frame in source]
    labels = {p.label for p in result.predictions}
    judged = result.judged
    assert 0 < judged.num_frames < len(truths) == 30
    assert judged.num_right + judged.num_unsure <= judged.num_frames
    assert (judged.num_right > 0) == bool(labels & set(truths))


def test_a_clip_shorter_than_a_window_gets_one_answer(recognizer, tmp_path):
    source = make_clip(tmp_path / "short.mp4", pts_seconds=(0, 0.1, 0.2), size=(96, 64))
    result = annotate(source, recognizer, sinks=[tmp_path / "out.mp4"])
    assert len(result.predictions) == 1
    assert result.clip_scores().sum() == pytest.approx(1)


@pytest.mark.parametrize("fault", ["missing", "directory", "empty", "text", "sound"])
def test_a_bad_source_leaves_nothing_behind(recognizer, tmp_path, fault):
    source = tmp_path / "in.mp4"
    if fault == "directory":
        source.mkdir()
    elif fault == "empty":
        source.touch()
    elif fault == "text":
        source.write_text("not a video\n" * 100)
    elif fault == "sound":
        make_sound(source)
    (tmp_path / "out").mkdir()
    with pytest.raises(SourceError):
        annotate(source, recognizer, sinks=[tmp_path / "out/o.mp4", tmp_path / "out/o.srt"])
    assert list((tmp_path / "out").iterdir()) == []


def test_an_output_that_exists_is_kept_and_nothing_is_begun(recognizer, tmp_path):
    source = make_clip(tmp_path / "in.mp4", size=(96, 64))
    precious = tmp_path / "out.srt"
    precious.write_text("mine")
    with pytest.raises(SinkError, match="--overwrite"):
        annotate(source, recognizer, sinks=[tmp_path / "out.mp4", tmp_path / "a.csv", precious])
    assert precious.read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.mp4", "out.srt"]


def test_an_interruption_keeps_what_was_done(weights, tmp_path):
    recognizer = Recognizer(weights, device="cpu", smoothing=SmoothingSpec(0, 0, 0, 0))
    source = make_clip(tmp_path / "in.mp4", pts_seconds=STEADY, size=(96, 64), sound=True)
    seen = 0

    def interrupt_late(frame, info):
        nonlocal seen
        seen += 1
        if seen == 40:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        annotate(
            source,
            recognizer,
            sinks=[tmp_path / "out.mp4", tmp_path / "out.jsonl"],
            on_frame=interrupt_late,
        )
    assert len(frame_times(tmp_path / "out.mp4")) == 40
    for line in (tmp_path / "out.jsonl").read_text().splitlines():
        assert json.loads(line)


def test_an_open_source_stays_open(recognizer, tmp_path):
    with open_source(str(make_clip(tmp_path / "in.mp4", size=(96, 64)))) as source:
        result = predict(source, recognizer)
        assert result.num_frames == 10
        assert source.info.time_base > Fraction(0)


@pytest.mark.data
def test_real_clips_of_every_kind_are_annotated(recognizer, shared_data, tmp_path):
    folders = sorted((shared_data / "clips").glob("*/*"))
    files = [next(folder.glob("*.mp4")) for folder in folders[::4]]
    files += sorted((shared_data / "originals").iterdir())
    for path in files:
        output = tmp_path / f"{path.name}.out.mp4"
        result = annotate(path, recognizer, sinks=[output, tmp_path / f"{path.name}.srt"])
        assert frame_times(output) == pytest.approx(frame_times(path), abs=2e-5)
        assert result.predictions, path
        output.unlink()
