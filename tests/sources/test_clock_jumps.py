"""A clock that jumps in a recording: nothing waits for what is not there, and nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import pytest

from har_live.card import Weights
from har_live.files.annotate import annotate
from har_live.files.recognize import predict
from har_live.realtime import LiveSettings
from har_live.recognizer import Recognizer
from har_live.sinks.video import VideoFile
from tests.support.live_made import live_one
from tests.support.make_media import make_clip
from tests.support.read_media import numbers, read, times, warnings
from tests.support.servers.http_server import HttpServer, folder_answer
from tests.support.video_made import INFO, frame_times, left_behind, picture, sound_packets

TWO_SECONDS = tuple(index / 10 for index in range(20))
JUMPS = {"ahead": (10, 20_000), "back": (20_000, 10), "a little back": (20, 15), "on": (10, 24)}
"""Where the clock stands at the start of the two parts, in seconds."""


@pytest.fixture
def recognizer(small_weights: Callable[[str], Weights]) -> Recognizer:
    return Recognizer(small_weights("lrcn"), device="cpu", hop=1)


def make_restarted(path: Path, starts: tuple[int, int]) -> Path:
    """A transport stream whose encoder was started anew after two seconds."""
    parts = [make_part(path.with_name("part.ts"), start) for start in starts]
    path.write_bytes(b"".join(parts))
    path.with_name("part.ts").unlink()
    return path


def make_part(path: Path, start: int) -> bytes:
    """Two seconds with sound, whose clock begins at ``start``."""
    options = {"output_ts_offset": str(start)}
    make_clip(path, pts_seconds=TWO_SECONDS, sound=True, container_options=options)
    return path.read_bytes()


def serve_in_segments(server: HttpServer, folder: Path, starts: tuple[int, int]) -> str:
    """The address of a playlist that has an end, and says where the clock begins anew."""
    folder.mkdir()
    lines = ["#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-TARGETDURATION:2", "#EXT-X-MEDIA-SEQUENCE:0"]
    for number, start in enumerate(starts):
        make_part(folder / f"{number}.ts", start)
        lines += ["#EXT-X-DISCONTINUITY"] * (number > 0) + ["#EXTINF:2.0,", f"{number}.ts"]
    (folder / "l.m3u8").write_text("\n".join([*lines, "#EXT-X-ENDLIST", ""]))
    server.route("/.*", folder_answer(folder))
    return f"{server.url}/l.m3u8"


@pytest.mark.parametrize("starts", JUMPS.values(), ids=JUMPS)
def test_what_lies_between_is_left_out_and_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, starts: tuple[int, int]
) -> None:
    frames = read(make_restarted(tmp_path / "in.ts", starts))
    assert numbers(frames) == 2 * list(range(20))
    steps = [later - earlier for earlier, later in pairwise(times(frames))]
    assert steps == pytest.approx([0.1] * 39, abs=0.09)
    assert times(frames)[0] < 0.1
    assert [i for i, frame in enumerate(frames) if frame.begins_anew] == [20]
    (warning,) = warnings(caplog)
    assert "in.ts: at " in warning
    assert "its clock jumps" in warning


@pytest.mark.parametrize("starts", JUMPS.values(), ids=JUMPS)
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_the_video_written_is_as_long_as_what_was_seen(
    tmp_path: Path, recognizer: Recognizer, starts: tuple[int, int], suffix: str
) -> None:
    """And its sound goes on with the pictures."""
    source = make_restarted(tmp_path / "in.ts", starts)
    out, events = tmp_path / f"out{suffix}", tmp_path / "out.jsonl"
    annotate(source, recognizer, sinks=[out, events])
    seen = [float(time) for time in frame_times(out)]
    assert seen == pytest.approx(times(read(source)), abs=1e-3)
    heard = [float(time) for time, _ in sound_packets(out)]
    assert len(heard) == len(sound_packets(source))
    assert (heard[0], heard[-1]) == pytest.approx((0, 4), abs=0.2)
    steps = [later - earlier for earlier, later in pairwise(heard)]
    assert 0 <= min(steps) < max(steps) < 0.15
    assert all(
        json.loads(line)["end_seconds"] < 4.2 for line in events.read_text().splitlines()[1:]
    )


def test_windows_begin_afresh(tmp_path: Path, recognizer: Recognizer) -> None:
    result = predict(make_restarted(tmp_path / "in.ts", JUMPS["ahead"]), recognizer)
    assert {prediction.run for prediction in result.predictions} == {0, 1}
    assert not [p for p in result.predictions if p.start_seconds < 1.95 and p.end_seconds > 2.05]


def test_live_use_goes_on_at_once(tmp_path: Path, recognizer: Recognizer) -> None:
    source = make_restarted(tmp_path / "in.ts", JUMPS["ahead"])
    summary = live_one(str(source), recognizer, settings=LiveSettings(seconds=60))
    assert summary.ending == "the end of the source"
    assert summary.duration_seconds < 30


@pytest.mark.parametrize("starts", JUMPS.values(), ids=JUMPS)
def test_a_recording_in_segments_over_http(
    tmp_path: Path, recognizer: Recognizer, server: HttpServer, starts: tuple[int, int]
) -> None:
    """What ``annotate`` writes of it is as long as its pictures, and so is its sound."""
    url = serve_in_segments(server, tmp_path / "served", starts)
    out, events = tmp_path / "out.mp4", tmp_path / "out.jsonl"
    result = annotate(url, recognizer, sinks=[out, events])
    assert result.num_frames == 40
    written = [float(time) for time in frame_times(out)]
    assert len(written) == 40
    assert (written[0], written[-1]) == pytest.approx((0, 3.9), abs=0.2)
    heard = [float(time) for time, _ in sound_packets(out)]
    assert (heard[0], heard[-1]) == pytest.approx((0, 4), abs=0.25)
    assert all(
        json.loads(line)["end_seconds"] < 4.3 for line in events.read_text().splitlines()[1:]
    )


@pytest.mark.parametrize("name", ["ahead", "back"])
def test_live_use_of_it_stands_still_nowhere(
    tmp_path: Path, recognizer: Recognizer, server: HttpServer, name: str
) -> None:
    url = serve_in_segments(server, tmp_path / "served", JUMPS[name])
    settings, sinks = LiveSettings(seconds=60), [tmp_path / "out.mp4"]
    summary = live_one(url, recognizer, sinks=sinks, settings=settings)
    assert summary.ending == "the end of the source"
    assert summary.duration_seconds < 30
    assert float(frame_times(tmp_path / "out.mp4")[-1]) == pytest.approx(3.9, abs=1)


def test_one_wild_time_is_no_more_than_that(tmp_path: Path) -> None:
    wild = [*TWO_SECONDS[:9], 9000.0, *TWO_SECONDS[10:]]
    path = make_clip(tmp_path / "in.mkv", pts_seconds=wild, codec="mjpeg")
    assert times(read(path)) == pytest.approx(TWO_SECONDS, abs=0.002)


def test_a_long_pause_of_a_recording_is_its_own(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "in.mp4", pts_seconds=[0, 0.1, 600, 600.1])
    assert times(read(path)) == pytest.approx([0, 0.1, 600, 600.1])


def test_a_night_without_a_camera_costs_no_frame_of_the_recording(tmp_path: Path) -> None:
    """MP4 counts pauses up to six hours and a half; what is shown last stays in between."""
    out = tmp_path / "out.mp4"
    with VideoFile(out, INFO) as sink:
        for number, second in enumerate([0, 1, 50_000, 50_001]):
            sink.write(picture(number), second)
    written = frame_times(out)
    assert [time for time in written if time.denominator == 1] == [0, 1, 50_000, 50_001]
    assert max(later - earlier for earlier, later in pairwise(written)) < 25_000
    assert left_behind(tmp_path) == ["out.mp4"]
    with av.open(out) as video:
        assert video.duration is not None
        assert Fraction(video.duration, av.time_base) == pytest.approx(50_001, abs=0.1)
