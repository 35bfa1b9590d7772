"""A read from the network that fails half-way: reset, half closed, silent; with real servers."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from multiprocessing import Pipe
from pathlib import Path
from typing import NamedTuple

import pytest

from har_live.errors import HarLiveError, SourceError
from har_live.files.annotate import annotate
from har_live.realtime import LiveSettings
from har_live.sources import SourceSettings, child, open_source
from har_live.sources.child_messages import Order, ReaderFailed, new_memory, release_memory
from har_live.sources.media import MediaSource
from har_live.threads import start_thread
from tests.support.live_made import MadeWindow, WatchedRecognizer, live_one
from tests.support.make_media import make_clip, noisy, numbered
from tests.support.read_media import numbers, open_handles
from tests.support.resources import needs_proc, wait_until
from tests.support.servers.broadcast import Broadcast, make_recording
from tests.support.servers.http_server import (
    HttpServer,
    Request,
    file_answer,
    folder_answer,
    mjpeg_answer,
)
from tests.support.servers.proxy import Fault, Proxy
from tests.support.servers.rtsp import RtspServer
from tests.support.video_made import frame_times

HASTY = SourceSettings(timeout_seconds=2, live=True)
LONGEST_SECONDS = 20.0
"""Three timeouts of a broadcast in segments, and twice as much again for a busy machine."""
PICTURES = [numbered(index, 64, 48) for index in range(20)]


def endless(content: bytes) -> Callable[[Request], None]:
    """A stream without an end, a second of it every half second."""

    def answer(request: Request) -> None:
        request.give_endless("video/mp2t")
        while not request.owner.stopping.wait(0.5):
            request.wfile.write(content)
            request.wfile.flush()

    return answer


class Camera(NamedTuple):
    """What is watched, through a proxy."""

    url: str
    proxy: Proxy


@contextmanager
def watched(port: int) -> Iterator[Proxy]:
    """Fails a test after which the viewer holds a connection."""
    before = open_handles()
    with Proxy(port) as proxy:
        yield proxy
    wait_until(lambda: open_handles() <= before)  # the server's side may still be closing


@pytest.fixture
def camera(request: pytest.FixtureRequest, server: HttpServer, tmp_path: Path) -> Iterator[Camera]:
    """One of the kind that the test asks for."""
    if request.param == "rtsp":
        with RtspServer() as rtsp, watched(rtsp.port) as proxy:
            yield Camera(f"rtsp://{proxy.place}/live", proxy)
        return
    (tmp_path / "served").mkdir()
    make_recording(tmp_path / "served", num_segments=40)
    server.route("/.*", folder_answer(tmp_path / "served"))
    server.route("/live.m3u8", Broadcast(40))
    clip = make_clip(tmp_path / "served" / "clip.ts", options={"bf": "0"})
    server.route("/tv.ts", endless(clip.read_bytes()))
    server.route("/video.mjpeg", mjpeg_answer(PICTURES * 50, pause_seconds=0.05))
    with watched(server.port) as proxy:
        yield Camera(f"http://{proxy.place}/{request.param}", proxy)


@pytest.mark.parametrize("fault", ["reset", "half-close", "stall"])
@pytest.mark.parametrize("camera", ["rtsp", "video.mjpeg", "tv.ts", "live.m3u8"], indirect=True)
def test_a_live_source_is_lost_in_time_and_lets_go(camera: Camera, fault: Fault) -> None:
    with open_source(camera.url, HASTY) as source:
        frames = iter(source)
        assert len(list(islice(frames, 3))) == 3
        camera.proxy.refuse()
        camera.proxy.break_off(fault)
        started = time.monotonic()
        with pytest.raises(SourceError, match=r"lost after .*: "):
            list(frames)
        assert time.monotonic() - started < LONGEST_SECONDS


@needs_proc
@pytest.mark.parametrize("camera", ["rtsp", "video.mjpeg"], indirect=True)
@pytest.mark.parametrize("fault", ["reset", "half-close"])
def test_live_use_connects_again_and_its_files_are_whole(
    camera: Camera, fault: Fault, small_weights, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr("har_live.backoff.FIRST_DELAY_SECONDS", 0.02)
    recognizer = WatchedRecognizer(small_weights("lrcn"))
    settings = LiveSettings(options=SourceSettings(timeout_seconds=5, live=True))
    sinks = [tmp_path / "out.mp4", tmp_path / "out.jsonl"]
    before: list[int] = []

    def break_off(window) -> bool:
        if window.num_shown < 20:
            return False
        before.append(camera.proxy.num_connections)
        camera.proxy.break_off(fault)
        return True

    def is_back(window) -> bool:
        if camera.proxy.num_connections > before[0]:
            before.append(window.num_shown)
        return len(before) > 1 and window.num_shown > before[1] + 20

    window = MadeWindow([(break_off, "help"), (is_back, "quit")])
    summary = live_one(camera.url, recognizer, sinks=sinks, window=window, settings=settings)
    assert summary.num_reconnects >= 1
    with MediaSource(tmp_path / "out.mp4") as recording:
        assert len(list(recording)) >= 20
    lines = (tmp_path / "out.jsonl").read_text("utf-8").splitlines()
    assert json.loads(lines[0])["format"] == "har-live-events"
    assert [json.loads(line)["label"] for line in lines[1:]]
    assert sorted(path.name for path in tmp_path.glob("out*")) == ["out.jsonl", "out.mp4"]


@pytest.fixture
def recording(server: HttpServer, tmp_path: Path) -> Path:
    """Served at ``/clip.mp4``."""
    path = make_clip(
        tmp_path / "clip.mp4",
        pts_seconds=[index / 10 for index in range(60)],
        picture=noisy,
        container_options={"movflags": "faststart"},
    )
    server.route("/clip.mp4", file_answer(path))
    return path


def test_a_recording_whose_connection_is_reset_goes_on(recording: Path, server: HttpServer) -> None:
    third = recording.stat().st_size // 3
    with (
        Proxy(server.port, resets_after_bytes=third) as proxy,
        open_source(f"http://{proxy.place}/clip.mp4") as source,
    ):
        assert numbers(list(source)) == list(range(60))
        assert proxy.num_connections >= 2


def test_annotating_a_recording_that_is_lost_leaves_what_was_done(
    recording: Path, server: HttpServer, small_weights, tmp_path: Path
) -> None:
    third = recording.stat().st_size // 3
    out, events = tmp_path / "out.mp4", tmp_path / "out.jsonl"
    recognizer = WatchedRecognizer(small_weights("lrcn"))
    with Proxy(server.port, resets_after_bytes=third) as proxy:

        def on_frame(frame, _info) -> None:
            proxy.refuse()

        with pytest.raises(SourceError, match=r"clip\.mp4: lost after \d\.\d s"):
            annotate(
                f"http://{proxy.place}/clip.mp4",
                recognizer,
                sinks=[out, events],
                options=HASTY,
                on_frame=on_frame,
            )
    written = [float(time) for time in frame_times(out)]
    # Of the picture that was cut in two there may be nothing, and something of the one after it.
    whole = len(written) - 1
    assert written[:whole] == pytest.approx([index / 10 for index in range(whole)], abs=0.01)
    assert written[whole] in (
        pytest.approx(whole / 10, abs=0.01),
        pytest.approx((whole + 1) / 10, abs=0.01),
    )
    assert 5 < len(written) < 60
    assert [json.loads(line) for line in events.read_text("utf-8").splitlines()]
    assert sorted(path.name for path in tmp_path.glob("out*")) == ["out.jsonl", "out.mp4"]


def no_thread(_self: object) -> None:
    raise RuntimeError("can't start new thread")


def test_without_a_thread_the_reading_process_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = Pipe()
    memory = new_memory()
    with ours, theirs:
        ours.send(Order("figure", SourceSettings(), "har_live.sources:open_source", memory, 30))
        monkeypatch.setattr(child, "connection_from", lambda _number: theirs)
        monkeypatch.setattr(sys, "argv", ["child", "0"])
        monkeypatch.setattr(threading.Thread, "start", no_thread)
        child.main()
        failed = ours.recv()
    release_memory(memory)
    assert isinstance(failed, ReaderFailed)
    assert isinstance(failed.error, HarLiveError)
    assert str(failed.error).startswith("can't start new thread: the system allows")
    with pytest.raises(HarLiveError, match="can't start new thread"):
        start_thread(threading.Thread())
