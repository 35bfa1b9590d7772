"""A service that begins again by itself: events that go on, names with the time, long recordings
split, recordings of killed runs found."""

from __future__ import annotations

import json
import logging
import re
import shutil
from contextlib import closing
from datetime import datetime
from pathlib import Path

import av
import pytest

from har_live.errors import HarLiveError, SinkError
from har_live.files.prefetch import prefetch
from har_live.realtime import LiveSettings, finish_recordings
from har_live.realtime import threads as live_threads
from har_live.sinks.naming import free_path, has_time, of_any_time, with_time
from har_live.types import Segment
from tests.support.live_made import WatchedRecognizer, live_one
from tests.support.make_media import make_clip
from tests.support.sinks_made import begun_events, telling
from tests.support.sources_made import MadeSource, frames, paced
from tests.support.video_made import frame_times, left_behind

SEGMENT = Segment(1.0, 2.0, "wave", 0.9, 0.95)


def run(path: Path, *, source: str = "cam", weights: str = "lrcn", **how: bool) -> None:
    with closing(
        begun_events(path, source=source, weights=weights, labels=["wave"], **how)
    ) as sink:
        sink.write(telling(SEGMENT))


# --- append -----------------------------------------------------------------------------------


def test_json_lines_go_on_with_a_header_for_each_run(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    run(path, append=True)
    first = path.read_bytes()
    run(path, append=True)
    assert path.read_bytes() == first * 2
    assert [json.loads(line).get("format") for line in path.read_text().splitlines()] == [
        "har-live-events", None, "har-live-events", None
    ]  # fmt: skip


def test_csv_goes_on_under_one_heading(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    run(path, append=True)
    run(path, append=True)
    heading, *rows = path.read_text().splitlines()
    assert heading.startswith("start_seconds")
    assert rows == ["1.0,2.0,Wave,0.9,0.95,,,,,"] * 2


def test_a_torn_end_is_taken_away(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "out.jsonl"
    run(path)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"start_sec')
    run(path, append=True)
    assert path.read_bytes() == whole * 2
    assert "its last entry was torn" in caplog.text


@pytest.mark.parametrize("suffix", [".srt", ".vtt"])
def test_subtitles_cannot_go_on(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(SinkError, match=r"can't append to .*begin anew with every run; use"):
        run(tmp_path / f"out{suffix}", append=True)
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "text"), [("a.jsonl", "{}\n"), ("a.jsonl", "hm\n"), ("a.csv", "x\n")]
)
def test_another_file_is_left_as_it_is(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(SinkError, match="it is no file of events like these"):
        run(path, append=True)
    assert path.read_text() == text


def test_an_aborted_run_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    run(path)
    before = path.read_bytes()
    begun_events(path, append=True).abort()
    assert path.read_bytes() == before


@pytest.mark.parametrize("how", [{"append": True}, {"overwrite": True}])
def test_two_runs_never_write_one_file(tmp_path: Path, how: dict[str, bool]) -> None:
    path = tmp_path / "out.jsonl"
    with closing(begun_events(path)) as sink:
        sink.write(telling(SEGMENT))
        before = path.read_bytes()
        with pytest.raises(SinkError, match="another run is writing it"):
            run(path, **how)
        assert path.read_bytes() == before


def test_a_device_is_written_to_and_never_removed(tmp_path: Path) -> None:
    sink = begun_events(_null(tmp_path), overwrite=True)
    sink.write(telling(SEGMENT))
    sink.abort()
    assert _null(tmp_path).exists()


def _null(folder: Path) -> Path:
    link = folder / "null.jsonl"
    if not link.is_symlink():
        link.symlink_to("/dev/null")
    return link


def test_a_name_in_another_code_page_is_told_in_json(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    run(path, source="caf\udce9.mp4")
    assert json.loads(path.read_text("utf-8").splitlines()[0])["source"] == "caf\udce9.mp4"


# --- names ------------------------------------------------------------------------------------


def test_names_with_the_time(tmp_path: Path) -> None:
    asked = tmp_path / "%Y" / "cam-%Y%m%d-%H%M%S.mp4"
    assert has_time(asked)
    assert not has_time(tmp_path / "100%.mp4")
    path = with_time(asked)
    assert path.parent == tmp_path / f"{datetime.now():%Y}"
    assert path.parent.is_dir()
    assert re.fullmatch(r"cam-\d{8}-\d{6}\.mp4", path.name)


def test_a_name_that_is_taken_gets_a_number(tmp_path: Path) -> None:
    asked = tmp_path / "%Y.mp4"
    year = f"{datetime.now():%Y}"
    (tmp_path / f"{year}.mp4").touch()
    assert free_path(asked).name == f"{year}-2.mp4"
    (tmp_path / "other.mp4").touch()
    assert [path.name for path in of_any_time(asked)] == [f"{year}.mp4"]


# --- live -------------------------------------------------------------------------------------


@pytest.fixture
def recognizer(small_weights) -> WatchedRecognizer:
    return WatchedRecognizer(small_weights("lrcn"))


def film(count: int) -> MadeSource:
    return MadeSource(paced(frames(count)), is_live=False)


def test_a_run_goes_on_where_the_last_one_ended(recognizer, tmp_path) -> None:
    settings, sinks = LiveSettings(append=True), [tmp_path / "out.jsonl"]
    for _ in range(2):
        live_one("made", recognizer, sinks=sinks, settings=settings, open_new=lambda: film(45))
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [line.get("format") for line in lines].count("har-live-events") == 2


@pytest.mark.parametrize("has_threads", [True, False])
def test_a_long_recording_is_split(recognizer, tmp_path, monkeypatch, has_threads) -> None:
    if not has_threads:

        def none_left(_thread) -> None:
            raise HarLiveError("no thread")

        monkeypatch.setattr(finish_recordings, "start_thread", none_left)
    settings, sinks = LiveSettings(split_seconds=1), [tmp_path / "out.mp4"]
    summary = live_one(
        "made", recognizer, sinks=sinks, settings=settings, open_new=lambda: film(75)
    )
    parts = left_behind(tmp_path)
    assert parts[:2] == ["out-2.mp4", "out-3.mp4"]
    times = [frame_times(tmp_path / name) for name in parts]
    assert sum(map(len, times)) == summary.num_shown
    assert all(one[0] == 0 for one in times)


def test_a_recording_of_a_killed_run_gets_its_name(recognizer, tmp_path, caplog) -> None:
    caplog.set_level(logging.WARNING, "har_live")
    clip = make_clip(tmp_path / "made.mp4")
    shutil.move(clip, tmp_path / "cam-20260101-120000.part.mp4")
    (tmp_path / "cam-20260101-130000.part.mp4").touch()
    sinks = [tmp_path / "cam-%Y%m%d-%H%M%S.mp4"]
    live_one("made", recognizer, sinks=sinks, open_new=lambda: film(20))
    assert "cam-20260101-120000.mp4 is what a run recorded that was killed" in caplog.text
    old, empty, new = left_behind(tmp_path)
    assert (old, empty) == ("cam-20260101-120000.mp4", "cam-20260101-130000.part.mp4")
    assert frame_times(tmp_path / new)


def test_a_recording_killed_before_its_first_picture_is_named(recognizer, tmp_path, caplog) -> None:
    caplog.set_level(logging.WARNING, "har_live")
    left = tmp_path / "cam-20260101-120000.part.mp4"
    with av.open(left, "w", format="mp4", options={"movflags": "empty_moov"}) as recording:
        stream = recording.add_stream("mpeg4", 30)
        stream.width, stream.height = 64, 48
        recording.start_encoding()
    assert left.stat().st_size
    sinks = [tmp_path / "cam-%Y%m%d-%H%M%S.mp4"]
    live_one("made", recognizer, sinks=sinks, open_new=lambda: film(20))
    assert f"{left} is what a run began that was killed; it has no picture" in caplog.text
    assert left.name in left_behind(tmp_path)


# --- threads ----------------------------------------------------------------------------------


def no_thread(_self) -> None:
    raise RuntimeError("can't start new thread")


def test_without_a_thread_annotating_says_so(monkeypatch) -> None:
    monkeypatch.setattr("threading.Thread.start", no_thread)
    with pytest.raises(HarLiveError, match="can't start new thread: the system allows"):
        next(prefetch([1], max_waiting=1))


def test_without_a_thread_live_use_says_so_and_leaves_nothing(
    recognizer, tmp_path, monkeypatch
) -> None:
    start_thread, started = live_threads.start_thread, []

    def second_fails(thread) -> None:
        if started:
            monkeypatch.setattr("threading.Thread.start", no_thread)
        started.append(thread)
        start_thread(thread)

    monkeypatch.setattr(live_threads, "start_thread", second_fails)
    sinks = [tmp_path / "out.mp4", tmp_path / "out.jsonl"]
    with pytest.raises(HarLiveError, match="can't start new thread"):
        live_one("made", recognizer, sinks=sinks, open_new=lambda: film(10))
    assert left_behind(tmp_path) == []
