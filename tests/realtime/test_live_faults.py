"""Whatever breaks: files are complete, no thread is left, and a lost source comes back."""

from __future__ import annotations

import errno
import json
import logging
import os
from pathlib import Path

import pytest

from har_live.errors import HarLiveError, SinkError, SourceError
from har_live.overlay import OverlayView
from har_live.realtime import LiveSettings
from har_live.sinks.video import VideoFile
from har_live.sources import SourceSettings
from har_live.sources.isolated import IsolatedSource
from har_live.sources.kinds import kind_of
from har_live.sources.media import MediaSource
from tests.support.live_made import MadeWindow, WatchedRecognizer, live_one, shown
from tests.support.resources import held, is_alive, needs_proc, wait_until
from tests.support.servers.mjpeg import MjpegCamera
from tests.support.sources_made import OPENER, MadeSource, frames, paced


@pytest.fixture
def recognizer(small_weights) -> WatchedRecognizer:
    return WatchedRecognizer(small_weights("lrcn"))


@pytest.fixture(autouse=True)
def leaves_nothing_behind(recognizer):
    is_linux = Path("/proc/self/fd").is_dir()
    before = held() if is_linux else None
    yield
    if before is not None:
        assert held()[1:] == before[1:]  # files, children; conftest watches the threads


@pytest.fixture
def files(tmp_path) -> list[Path]:
    return [tmp_path / "out.mp4", tmp_path / "out.jsonl", tmp_path / "out.srt"]


def num_recorded(path: Path) -> int:
    with MediaSource(path) as recording:
        return len(list(recording))


def assert_whole(files: list[Path]) -> None:
    """The recording plays; the events are entries and nothing else."""
    record, events, _ = files
    assert num_recorded(record) >= 20
    lines = events.read_text().splitlines()
    assert json.loads(lines[0])["format"] == "har-live-events"
    assert [json.loads(line)["label"] for line in lines[1:]]
    assert sorted(path.name for path in record.parent.iterdir()) == [
        "out.jsonl",
        "out.mp4",
        "out.srt",
    ]


def film(count: int = 10**9) -> MadeSource:
    return MadeSource(paced(frames(count)), is_live=True)


# --- errors -----------------------------------------------------------------------------------


def test_an_error_in_the_scorer_reaches_the_user_once(small_weights, files, caplog):
    recognizer = WatchedRecognizer(small_weights("lrcn"), fails_after=20)
    with pytest.raises(HarLiveError) as raised:
        live_one("made", recognizer, sinks=files, open_new=film)
    assert str(raised.value) == (
        "scorer failed: RuntimeError: the graphics card is gone; --debug shows where"
    )
    assert isinstance(raised.value.__cause__, RuntimeError)
    assert not caplog.records
    assert_whole(files)


def test_an_unexpected_error_in_capture_does_too(recognizer, files):
    def broken():
        yield from paced(frames(45))
        raise ZeroDivisionError("nobody expected this")

    with pytest.raises(HarLiveError, match=r"^capture failed: ZeroDivisionError: nobody"):
        live_one("made", recognizer, sinks=files, open_new=lambda: MadeSource(broken()))
    assert_whole(files)


def test_a_recording_that_is_lost_half_way_is_an_error(recognizer, files):
    def lost():
        yield from paced(frames(45))
        raise SourceError("clip: lost after 1.5 s; check the network")

    with pytest.raises(SourceError, match=r"^clip: lost after 1\.5 s; check the network$"):
        live_one("made", recognizer, sinks=files, open_new=lambda: MadeSource(lost()))
    assert_whole(files)


def test_events_alone_stay_when_the_source_is_lost(recognizer, tmp_path):
    """Without a window and a recording there is no picture, but there was something to see."""

    def lost():
        yield from paced(frames(45))
        raise SourceError("clip: lost after 1.5 s; check the network")

    sinks = [tmp_path / "out.csv"]
    with pytest.raises(SourceError):
        live_one("made", recognizer, sinks=sinks, open_new=lambda: MadeSource(lost()))
    assert len((tmp_path / "out.csv").read_text().splitlines()) > 1


def test_a_full_disk_ends_it_with_what_was_written(recognizer, files, monkeypatch):
    write, num_written = VideoFile.write, 0

    def until_full(self, image, pts_seconds):
        nonlocal num_written
        num_written += 1
        if num_written > 40:
            raise SinkError(f"can't write {self.path}: {os.strerror(errno.ENOSPC)}")
        write(self, image, pts_seconds)

    monkeypatch.setattr(VideoFile, "write", until_full)
    with pytest.raises(SinkError, match="No space left on device"):
        live_one("made", recognizer, sinks=files, open_new=film)
    assert_whole(files)


def test_files_that_exist_are_refused_before_anything_is_opened(recognizer, files):
    files[2].write_text("mine")
    with pytest.raises(SinkError, match=r"out\.srt exists already"):
        live_one("made", recognizer, sinks=files, open_new=lambda: pytest.fail("opened"))
    assert files[2].read_text() == "mine"
    assert not files[1].exists()


def test_a_source_that_cannot_be_opened_leaves_no_file(recognizer, files):
    with pytest.raises(SourceError, match=r"clip\.mp4: no such file"):
        live_one("/nowhere/clip.mp4", recognizer, sinks=files)
    assert list(files[0].parent.iterdir()) == []


def test_what_can_hang_is_known_beforehand(tmp_path):
    pipe = tmp_path / "pipe.mp4"
    os.mkfifo(pipe)
    for spec in ("0", "rtsp://x/y", "https://youtu.be/x", "http://x/y.mp4", str(pipe)):
        assert kind_of(spec).can_hang(spec)
    for spec in ("figure", str(tmp_path / "clip.mp4")):
        assert not kind_of(spec).can_hang(spec)


# --- lost and back ----------------------------------------------------------------------------


@pytest.fixture
def quick(monkeypatch):
    """Attempts follow each other in hundredths of a second."""
    monkeypatch.setattr("har_live.backoff.FIRST_DELAY_SECONDS", 0.02)


@pytest.mark.usefixtures("quick")
def test_a_lost_source_comes_back_and_windows_begin_afresh(recognizer, views, caplog):
    """It breaks off, fails twice, and comes back with a clock of its own."""
    caplog.set_level(logging.INFO, "har_live")
    openings = iter(
        [
            lambda: MadeSource(paced(frames(40)), is_live=True),
            lambda: MadeSource(_lost(), is_live=True),
            _refused,
            lambda: MadeSource(paced(frames(60)), is_live=True),
            lambda: MadeSource(paced(frames(20))),  # it has become a recording: that ends
        ]
    )
    window = MadeWindow()
    summary = live_one("made", recognizer, window=window, open_new=lambda: next(openings)())
    assert summary.ending == "the end of the source"
    assert summary.num_reconnects == 2
    attempts = [view.status.notice for view in views if view.status.notice]
    assert next(a for a in attempts if a.startswith("reconnecting")) == "reconnecting, attempt 1"
    assert "reconnecting, attempt 2" in attempts
    # 40 frames give windows of the first run, 60 of the last but one; none has frames of both.
    runs = sorted({p.run for p in recognizer.predictions})
    assert len(runs) == 2
    for run in runs:
        spans = [p.end_seconds - p.start_seconds for p in recognizer.predictions if p.run == run]
        assert max(spans) < 0.75  # eight instants at ten a second
    assert "connection refused; attempt 3 to reconnect" in caplog.text
    assert caplog.text.count("made: connected again") == 2


def _lost():
    raise SourceError("made: lost")
    yield


def _refused():
    raise SourceError("made: connection refused")


@pytest.mark.usefixtures("quick")
def test_retries_are_counted_and_then_it_is_lost(recognizer, files):
    openings = []

    def open_new():
        openings.append(len(openings))
        return film(45) if len(openings) == 1 else _refused()

    settings = LiveSettings(retries=3)
    with pytest.raises(SourceError, match=r"^made: connection refused$"):
        live_one("made", recognizer, sinks=files, settings=settings, open_new=open_new)
    assert len(openings) == 1 + 3
    assert_whole(files)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(("retries", "num_openings"), [(None, 1), (0, 1), (2, 3)])
def test_the_first_opening_is_tried_again_only_on_demand(recognizer, retries, num_openings):
    openings = []

    def open_new():
        openings.append(len(openings))
        _refused()

    with pytest.raises(SourceError, match="connection refused"):
        live_one("made", recognizer, settings=LiveSettings(retries=retries), open_new=open_new)
    assert len(openings) == num_openings


def test_quitting_does_not_wait_for_the_next_attempt(recognizer, monkeypatch, views):
    monkeypatch.setattr("har_live.backoff.FIRST_DELAY_SECONDS", 1000)

    def is_reconnecting(_window) -> bool:
        return bool(views) and (views[-1].status.notice or "").startswith("reconnecting")

    window = MadeWindow([(is_reconnecting, "quit")])
    summary = live_one("made", recognizer, window=window, open_new=lambda: film(10))
    assert summary.ending == "a key"


def num_pictures(views: list[OverlayView]) -> int:
    """Of a source; until it is open, the window shows a notice."""
    return sum(view.status.notice is None for view in views)


@needs_proc
@pytest.mark.usefixtures("quick")
def test_a_network_camera_is_switched_off_and_on(recognizer, views, tmp_path):
    with MjpegCamera() as camera:
        later: list[MjpegCamera] = []

        def switch(_window) -> bool:
            notice = (views and views[-1].status.notice) or ""
            has_failed = notice.startswith("reconnecting") and not notice.endswith("attempt 1")
            if has_failed and not later:
                later.append(MjpegCamera(camera.port))
            return False

        def off(_window) -> bool:
            if num_pictures(views) >= 20:
                camera.switch_off()
                return True
            return False

        def is_back(_window) -> bool:
            return switch(_window) or (bool(later) and later[0].num_connections > 0 and moves())

        def moves() -> bool:
            return views[-1].status.notice is None and views[-1].status.fps > 5

        sinks = [tmp_path / "out.jsonl"]
        settings = LiveSettings(options=SourceSettings(timeout_seconds=5, live=True))
        try:
            window = MadeWindow([(off, "help"), (is_back, "quit")])
            summary = live_one(
                camera.url, recognizer, sinks=sinks, window=window, settings=settings
            )
        finally:
            for again in later:
                again.switch_off()
    assert summary.num_reconnects == 1
    assert "secret" not in (tmp_path / "out.jsonl").read_text()


@needs_proc
def test_a_camera_that_goes_silent_is_missed_and_given_up(recognizer, views):
    with MjpegCamera() as camera:

        def silence(_window) -> bool:
            if num_pictures(views) >= 20:
                camera.silence()
                return True
            return False

        def is_given_up(_window) -> bool:
            return (views[-1].status.notice or "").startswith("reconnecting")

        window = MadeWindow([(silence, "help"), (is_given_up, "quit")])
        options = SourceSettings(timeout_seconds=2.5, live=True)
        live_one(camera.url, recognizer, window=window, settings=LiveSettings(options=options))
    notices = [view.status.notice for view in views]
    assert "no signal for 1 s" in notices
    assert "no signal for 2 s" in notices


def test_while_a_source_opens_the_window_lives(recognizer, views):
    window = MadeWindow([(shown(10), "quit")])

    def open_new() -> MadeSource:
        wait_until(lambda: window.num_shown > 0)
        return film()

    summary = live_one("rtsp://user:pw@door/live", recognizer, window=window, open_new=open_new)
    assert views[0].status.notice == "opening rtsp://door/live"
    assert window.picture.shape == (120, 160, 3)
    assert summary.num_shown >= 5


@needs_proc
@pytest.mark.usefixtures("quick")
def test_a_hanging_reader_is_replaced(recognizer):
    """The real isolation, with a source whose read never returns."""
    opened: list[IsolatedSource] = []

    def open_new() -> IsolatedSource:
        opened.append(IsolatedSource("hang:30", opener=OPENER, stall_seconds=0.3))
        return opened[-1]

    window = MadeWindow([(lambda _window: len(opened) == 3, "quit")])
    summary = live_one("made", recognizer, window=window, open_new=open_new)
    assert summary.num_reconnects >= 1
    assert not any(is_alive(source.pid) for source in opened)
