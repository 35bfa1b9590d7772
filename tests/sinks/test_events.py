"""The events sinks: read back by readers that are not ours."""

from __future__ import annotations

import csv
import json
import resource
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from har_live.errors import SinkError
from har_live.sinks.base import Outputs, Run
from har_live.sinks.event_formats import COLUMNS, FORMATS
from har_live.sinks.events import EventsSink
from har_live.types import Segment, VideoInfo
from tests.support.sinks_made import begun_events, telling

SEGMENTS = [
    Segment(0.0, 1.875, "wave", 0.8712345, 0.95),
    Segment(
        1.875, 59.9996, "sit down", 0.5, np.float32(0.6), person=2, box=(0.123456, 0.0, 0.5, 1.0)
    ),
    Segment(3661.0015, 359_999.9994, "wave", 1.0, 1.0),
]
AWKWARD = Segment(2.0, 3.0, 'winkt & "lacht" <laut>,\n\n--> 手を振る 👋', 0.07, 0.08)


def open_sink(path: Path, *, overwrite: bool = False) -> EventsSink:
    return begun_events(
        path,
        source="clip.mp4",
        weights="lrcn",
        labels=["wave", "sit down"],
        start_seconds=36_000.5,
        overwrite=overwrite,
    )


def write_all(path: Path, segments: list[Segment]) -> Path:
    with closing(open_sink(path)) as sink:
        for segment in segments:
            sink.write(telling(segment))
    return path


@pytest.mark.parametrize("suffix", [".jsonl", ".ndjson", ".json", ".JSONL"])
def test_json_lines(tmp_path: Path, suffix: str) -> None:
    path = write_all(tmp_path / f"out{suffix}", [*SEGMENTS, AWKWARD])
    header, *events = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert header == {
        "format": "har-live-events",
        "version": 2,
        "source_start_seconds": 36_000.5,
        "source": "clip.mp4",
        "weights": "lrcn",
        "labels": ["wave", "sit down"],
    }
    assert events[0] == {
        "start_seconds": 0.0,
        "end_seconds": 1.875,
        "label": "wave",
        "mean_confidence": 0.8712,
        "peak_confidence": 0.95,
        "person": None,
        "box": None,
    }
    assert (events[1]["person"], events[1]["box"]) == (2, [0.1235, 0.0, 0.5, 1.0])
    assert (events[1]["end_seconds"], events[1]["peak_confidence"]) == (59.9996, 0.6)
    assert events[3]["label"] == AWKWARD.label
    assert len(events) == 4


def test_csv(tmp_path: Path) -> None:
    path = write_all(tmp_path / "out.csv", [*SEGMENTS, AWKWARD])
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert tuple(rows[0]) == COLUMNS
    assert rows[1] == ["0.0", "1.875", "Wave", "0.8712", "0.95", *[""] * 5]
    assert rows[2][5:] == ["2", "0.1235", "0.0", "0.5", "1.0"]
    label = 'Winkt & "lacht" <laut>, --> 手を振る 👋'
    assert rows[4] == ["2.0", "3.0", label, "0.07", "0.08", *[""] * 5]
    assert len(rows) == 5


def cues(path: Path) -> list[tuple[float, float, str]]:
    """Start, end and text of every cue, as FFmpeg reads them."""
    with av.open(str(path)) as subtitles:
        return [
            (
                float(packet.pts * packet.time_base),
                float((packet.pts + packet.duration) * packet.time_base),
                bytes(packet).decode(),
            )
            for packet in subtitles.demux()
            if packet.size
        ]


@pytest.mark.parametrize("suffix", [".srt", ".vtt"])
def test_subtitles(tmp_path: Path, suffix: str) -> None:
    assert cues(write_all(tmp_path / f"out{suffix}", SEGMENTS)) == [
        (0.0, 1.875, "Wave 87 %"),
        (1.875, 60.0, "Sit down 50 %"),
        (3661.002, 359_999.999, "Wave 100 %"),
    ]


@pytest.mark.parametrize("suffix", [".srt", ".vtt"])
def test_subtitles_say_who_once_a_second_person_did_something(tmp_path: Path, suffix: str) -> None:
    people = (1, 0, 1, 2, 1, 0, 5)
    segments = [
        Segment(float(i), i + 1.0, "wave", 0.5, 0.5, person=person, box=None)
        for i, person in enumerate(people)
    ]
    texts = [text for *_, text in cues(write_all(tmp_path / f"out{suffix}", segments))]
    assert texts == [
        *["Wave 50 %"] * 3,
        "Person 2: Wave 50 %",
        "Person 1: Wave 50 %",
        "Wave 50 %",
        "Person 5: Wave 50 %",
    ]


def test_srt_text(tmp_path: Path) -> None:
    path = write_all(tmp_path / "out.srt", [SEGMENTS[1], AWKWARD])
    assert path.read_text("utf-8") == (
        "1\n00:00:01,875 --> 00:01:00,000\nSit down 50 %\n\n"
        '2\n00:00:02,000 --> 00:00:03,000\nWinkt & "lacht" <laut>, → 手を振る 👋 7 %\n\n'
    )


def test_webvtt_text(tmp_path: Path) -> None:
    path = write_all(tmp_path / "out.vtt", [SEGMENTS[2], AWKWARD])
    assert path.read_text("utf-8") == (
        "WEBVTT\n\n"
        "01:01:01.002 --> 99:59:59.999\nWave 100 %\n\n"
        "00:00:02.000 --> 00:00:03.000\n"
        'Winkt &amp; "lacht" &lt;laut&gt;, --&gt; 手を振る 👋 7 %\n\n'
    )


@pytest.mark.parametrize(
    ("start", "end", "times"),
    [
        (-0.5, 1.0, "00:00:00,000 --> 00:00:01,000"),
        (-2.0, -1.0, "00:00:00,000 --> 00:00:00,001"),
        (5.0, 5.0, "00:00:05,000 --> 00:00:05,001"),
        (3599.9996, 3600.0, "01:00:00,000 --> 01:00:00,001"),
        (360_000.0, 360_001.0, "100:00:00,000 --> 100:00:01,000"),
    ],
)
def test_times_at_the_edges(tmp_path: Path, start: float, end: float, times: str) -> None:
    path = write_all(tmp_path / "out.srt", [Segment(start, end, "wave", 1, 1)])
    assert path.read_text("utf-8").splitlines()[1] == times


@pytest.mark.parametrize("suffix", FORMATS)
def test_on_disk_at_once_and_only_whole_entries(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    whole = write_all(tmp_path / f"whole{suffix}", SEGMENTS).read_bytes()
    sink = open_sink(path)
    seen = [path.read_bytes()]
    for segment in SEGMENTS:
        sink.write(telling(segment))
        seen.append(path.read_bytes())
    assert seen[-1] == whole
    for shorter, longer in pairwise(seen):
        assert longer.startswith(shorter)
        assert len(longer) > len(shorter)
    assert all(state.endswith(b"\n") for state in seen if state)
    sink.close()
    sink.close()
    assert path.read_bytes() == whole


def test_an_exception_leaves_complete_entries(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"

    def run() -> None:
        with Outputs([EventsSink(path)]) as outputs:
            outputs.begin(Run(VideoInfo("cam", 64, 48), ("wave",), "lrcn"))
            outputs.write(telling(SEGMENTS[0]))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run()
    assert [json.loads(line).get("label") for line in path.read_text().splitlines()] == [
        None,
        "wave",
    ]


def test_a_full_disk_leaves_complete_entries(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    sink = open_sink(path)
    sink.write(telling(SEGMENTS[0]))
    complete = path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(complete) + 20, hard))
    try:
        with pytest.raises(SinkError, match=r"can't write .*out\.jsonl: File too large"):
            sink.write(telling(SEGMENTS[1]))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_bytes() == complete
    sink.write(telling(SEGMENTS[2]))  # there is room again
    sink.close()
    assert len(path.read_text().splitlines()) == 3


def test_a_disk_too_full_for_the_header_leaves_no_file(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        with pytest.raises(SinkError, match="File too large"):
            open_sink(tmp_path / "out.jsonl")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", FORMATS)
def test_nothing_is_overwritten_unasked(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    path.write_bytes(b"precious")
    with pytest.raises(SinkError, match="exists already; pass --overwrite"):
        open_sink(path)
    assert path.read_bytes() == b"precious"
    with closing(open_sink(path, overwrite=True)) as sink:
        sink.write(telling(SEGMENTS[0]))
    assert b"precious" not in path.read_bytes()


@pytest.mark.parametrize("name", ["out.txt", "out", "srt"])
def test_unknown_suffix(tmp_path: Path, name: str) -> None:
    with pytest.raises(SinkError, match=r"\.jsonl, \.ndjson, \.json, \.csv, \.srt, \.vtt"):
        open_sink(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(SinkError, match="it is a directory"):
        open_sink(tmp_path / "folder.csv")
    with pytest.raises(SinkError, match=r"there is no folder .*missing; create it first"):
        open_sink(tmp_path / "missing" / "out.csv")


def test_abort_leaves_no_file(tmp_path: Path) -> None:
    sink = open_sink(tmp_path / "out.csv")
    sink.write(telling(SEGMENTS[0]))
    sink.abort()
    sink.abort()
    assert list(tmp_path.iterdir()) == []
