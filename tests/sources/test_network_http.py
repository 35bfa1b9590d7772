"""Cameras, recordings and broadcasts over HTTP and UDP, against a server on this machine."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path

import pytest

from har_live.errors import SourceError
from har_live.sources import Source, SourceSettings, open_source
from har_live.types import Frame
from tests.support.make_media import make_clip, noisy, numbered
from tests.support.read_media import numbers, open_handles, times
from tests.support.servers.broadcast import Broadcast, make_recording
from tests.support.servers.http_server import (
    HttpServer,
    Request,
    file_answer,
    folder_answer,
    mjpeg_answer,
    page_answer,
    stalling_answer,
    status_answer,
)

HASTY = SourceSettings(timeout_seconds=0.7)
PICTURES = [numbered(index, 64, 48) for index in range(20)]


def noting(arrivals: list[float], source: Source) -> Iterator[Frame]:
    """The frames of a source; notes when each one came."""
    for frame in source:
        arrivals.append(time.monotonic())
        yield frame


def test_a_jpeg_camera_is_live_and_its_frames_are_at_their_arrival(server: HttpServer) -> None:
    server.route("/video", mjpeg_answer(PICTURES, pause_seconds=0.1))
    seen: list[Frame] = []
    arrivals: list[float] = []
    with open_source(f"http://ann:s3cret@{server.place}/video?token=abc") as source:
        assert source.info.is_live
        assert source.info.fps is None, "FFmpeg would say 25"
        assert source.info.name == f"{server.url}/video"
        with pytest.raises(SourceError, match=r"/video: lost after .*: the connection broke"):
            seen.extend(noting(arrivals, source))
    assert numbers(seen) == list(range(20))
    assert seen[0].pts_seconds == 0
    assert times(seen) == sorted(set(times(seen)))
    shown, true = times(seen)[-1] - times(seen)[5], arrivals[-1] - arrivals[5]
    assert shown == pytest.approx(true, abs=0.05)


def test_a_jpeg_camera_that_goes_silent_is_given_up(server: HttpServer) -> None:
    server.route("/video", mjpeg_answer(PICTURES[:5], pause_seconds=0.05, then_stalls=True))
    handles = open_handles()
    with open_source(f"{server.url}/video", HASTY) as source:
        started = time.monotonic()
        with pytest.raises(SourceError, match=r"lost after .*: no answer in time"):
            list(source)
        assert time.monotonic() - started < 3
    server.stopping.set()
    assert open_handles() <= handles + 1, "the server's side may still be closing"


@pytest.mark.parametrize("name", ["clip.mp4", "clip.webm", "clip.ts"])
def test_a_recording_is_not_live(name: str, server: HttpServer, tmp_path: Path) -> None:
    server.route("/.*", file_answer(make_clip(tmp_path / name)))
    with open_source(f"{server.url}/{name}?token=abc") as source:
        assert not source.info.is_live
        assert source.info.name == f"{server.url}/{name}"
        assert numbers(list(source)) == list(range(10))


def test_a_stream_without_an_end_is_live(server: HttpServer, tmp_path: Path) -> None:
    content = make_clip(tmp_path / "clip.ts", options={"bf": "0"}).read_bytes()

    def answer(request: Request) -> None:
        request.give_endless("video/mp2t")
        request.wfile.write(content)

    server.route("/tv", answer)
    with open_source(f"{server.url}/tv", HASTY) as source:
        assert source.info.is_live
        with pytest.raises(SourceError, match=r"/tv: lost after .*: the connection broke"):
            list(source)


def test_a_recording_whose_connection_breaks_goes_on(server: HttpServer, tmp_path: Path) -> None:
    path = make_clip(
        tmp_path / "clip.mp4", picture=noisy, container_options={"movflags": "faststart"}
    )
    server.route("/.*", file_answer(path, limit=path.stat().st_size // 3))
    with open_source(f"{server.url}/clip.mp4") as source:
        assert numbers(list(source)) == list(range(10))
    assert len(server.requests) >= 3


def test_a_recording_that_stalls_is_given_up(server: HttpServer, tmp_path: Path) -> None:
    path = make_clip(
        tmp_path / "clip.mp4", picture=noisy, container_options={"movflags": "faststart"}
    )
    size = path.stat().st_size
    server.route("/.*", stalling_answer(path.read_bytes(), "video/mp4", after=size * 2 // 3))
    with open_source(f"{server.url}/clip.mp4", HASTY) as source:
        started = time.monotonic()
        seen = []
        with pytest.raises(SourceError, match=r"clip.mp4: lost after 0\.\d s: "):
            seen.extend(source)
        assert time.monotonic() - started < 4
    assert numbers(seen) == list(range(len(seen)))


def test_a_recording_in_segments_is_not_live(server: HttpServer, tmp_path: Path) -> None:
    make_recording(tmp_path, num_segments=4)
    server.route("/.*", folder_answer(tmp_path))
    started = time.monotonic()
    with open_source(f"{server.url}/index.m3u8?token=abc") as source:
        assert not source.info.is_live
        assert source.info.duration_seconds == pytest.approx(2, abs=0.2)
        assert numbers(list(source)) == list(range(20))
    assert time.monotonic() - started < 1.5, "a recording is read as fast as it goes"


def test_a_recording_whose_segments_are_refused_is_lost(server: HttpServer, tmp_path: Path) -> None:
    make_recording(tmp_path, num_segments=20)
    server.route("/.*", folder_answer(tmp_path))
    with open_source(f"{server.url}/index.m3u8") as source:
        assert len(list(islice(source, 10))) == 10
        server.route("/.*ts", status_answer(403))
        with pytest.raises(SourceError, match=r"lost after \d\.\d s: the server refuses the rest"):
            list(source)


def test_a_broadcast_in_segments_comes_at_its_own_pace_to_its_end(
    server: HttpServer, tmp_path: Path
) -> None:
    make_recording(tmp_path, num_segments=9)
    server.route("/.*", folder_answer(tmp_path))
    server.route("/live.m3u8", Broadcast(9))
    arrivals: list[float] = []
    with open_source(f"{server.url}/live.m3u8?token=abc") as source:
        assert source.info.is_live
        assert source.info.duration_seconds is None
        # Ends without an error: the playlist says that it is complete.
        seen = numbers(list(noting(arrivals, source)))
    assert seen == list(range(seen[0], 45))
    assert seen[0] >= 10, "it begins near the end of what is there"
    gaps = sorted(later - earlier for earlier, later in pairwise(arrivals))
    assert gaps[len(gaps) // 2] == pytest.approx(0.1, abs=0.03)
    assert arrivals[-1] - arrivals[0] == pytest.approx(len(seen) / 10, abs=0.7)


def test_a_broadcast_that_the_server_refuses_is_lost(server: HttpServer, tmp_path: Path) -> None:
    make_recording(tmp_path, num_segments=40)
    server.route("/.*", folder_answer(tmp_path))
    server.route("/live.m3u8", Broadcast(40))
    with open_source(f"{server.url}/live.m3u8", HASTY) as source:
        assert len(list(islice(source, 5))) == 5
        server.route("/live.m3u8", status_answer(403))
        with pytest.raises(SourceError, match=r"/live.m3u8: lost after .*: the server ended"):
            list(source)


def test_a_broadcast_that_no_longer_grows_is_given_up(server: HttpServer, tmp_path: Path) -> None:
    make_recording(tmp_path, num_segments=4)
    server.route("/.*", folder_answer(tmp_path))
    server.route("/live.m3u8", Broadcast(4, ends=False))
    with open_source(f"{server.url}/live.m3u8", HASTY) as source:
        started = time.monotonic()
        with pytest.raises(SourceError, match=r"/live.m3u8: lost after .*: no answer in time"):
            list(source)
        assert time.monotonic() - started < 6


REFUSALS = {
    401: r"access refused \(401\); check user name and password",
    403: r"access refused \(403\); check user name, password and address",
    404: r"the server has nothing there \(404\); check the address",
    429: r"too many requests \(429\); wait some minutes",
    503: r"the server failed \(5xx\); try again, or restart the camera",
}


@pytest.mark.parametrize("status", REFUSALS)
def test_a_refusal_says_what_to_do_and_shows_no_secret(status: int, server: HttpServer) -> None:
    server.route("/.*", status_answer(status))
    with pytest.raises(SourceError, match=REFUSALS[status]) as caught:
        open_source(f"http://ann:s3cret@{server.place}/clip.mp4?token=abc")
    assert str(caught.value).startswith(f"{server.url}/clip.mp4: ")


def test_a_page_without_a_video_says_so(server: HttpServer) -> None:
    server.route("/.*", page_answer("<html><title>Shop</title><body>Socks</body></html>"))
    with pytest.raises(SourceError) as caught:
        open_source(f"{server.url}/socks?token=abc")
    assert str(caught.value) == (
        f"{server.url}/socks: yt-dlp finds no video there; open the video itself and copy its "
        "address; a web page came back: if it asks for a password, write "
        "http://user:password@host/… of the stream itself"
    )


def test_media_at_an_address_needs_no_yt_dlp(server: HttpServer, tmp_path: Path) -> None:
    server.route("/.*", file_answer(make_clip(tmp_path / "clip.mp4")))
    program = (
        "import sys\n"
        "from har_live.sources import open_source\n"
        "with open_source(sys.argv[1]) as source: print(len(list(source)))\n"
        "print('yt_dlp' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, f"{server.url}/clip.mp4"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.stdout, done.stderr) == ("10\nFalse\n", "")
    assert all(place == "/clip.mp4" for place in server.requests)


def test_a_stream_over_udp_is_live(tmp_path: Path) -> None:
    content = make_clip(tmp_path / "clip.ts", options={"bf": "0", "g": "5"}).read_bytes()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    enough = threading.Event()

    def send() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            while not enough.wait(0.02):
                for start in range(0, len(content), 7 * 188):
                    sender.sendto(content[start : start + 7 * 188], ("127.0.0.1", port))

    thread = threading.Thread(target=send, name="sends-udp")
    thread.start()
    try:
        with open_source(f"udp://127.0.0.1:{port}", SourceSettings(timeout_seconds=5)) as source:
            assert source.info.is_live
            frames = list(islice(source, 20))
    finally:
        enough.set()
        thread.join(10)
    assert times(frames) == sorted(set(times(frames)))
