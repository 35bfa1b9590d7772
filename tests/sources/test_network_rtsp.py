"""Network cameras, against a real RTSP server on this machine."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from itertools import islice

import pytest

from har_live.errors import SourceError
from har_live.sources import Source, SourceSettings, open_source
from har_live.types import Frame
from tests.support.read_media import open_handles, times
from tests.support.servers.rtsp import RtspServer

PATIENT = SourceSettings(timeout_seconds=10)
HASTY = SourceSettings(timeout_seconds=0.7)
STILL_IN_TIME_SECONDS = 4.0
"""Two timeouts of a second (FFmpeg may hand out a last half frame after the first) and some."""


@pytest.fixture(scope="module")
def camera() -> Iterator[RtspServer]:
    with RtspServer() as server:
        yield server


def take(source: Source, count: int) -> list[Frame]:
    return list(islice(source, count))


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_a_camera_plays_live_on_its_own_clock(transport: str, camera: RtspServer) -> None:
    options = SourceSettings(rtsp_transport=transport)
    with open_source(f"rtsp://{camera.place}/live", options) as source:
        info = source.info
        frames = take(source, 20)
    assert info.is_live
    assert info.duration_seconds is None
    assert info.name == f"rtsp://{camera.place}/live"
    assert (info.width, info.height, info.fps) == (160, 120, 15)
    assert {frame.image.shape for frame in frames} == {(120, 160, 3)}
    seconds = times(frames)
    assert seconds == sorted(set(seconds))
    assert seconds[-1] - seconds[5] == pytest.approx(14 / 15, abs=0.1)


def test_frames_are_given_as_they_come(camera: RtspServer) -> None:
    with open_source(f"rtsp://{camera.place}/live", PATIENT) as source:
        take(source, 15)  # those of the opening come at once
        started = time.monotonic()
        frames = take(source, 15)
        took_seconds = time.monotonic() - started
    assert took_seconds == pytest.approx(1, abs=0.4)
    assert frames[-1].pts_seconds - frames[0].pts_seconds == pytest.approx(14 / 15, abs=0.1)


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_a_camera_may_change_its_size(transport: str, camera: RtspServer) -> None:
    options = SourceSettings(rtsp_transport=transport)
    with open_source(f"rtsp://{camera.place}/change", options) as source:
        shapes = [frame.image.shape for frame in take(source, 30)]
    assert set(shapes) == {(120, 160, 3), (60, 80, 3)}
    assert shapes == sorted(shapes, reverse=True), "the first size first, then only the second"
    assert shapes.count((60, 80, 3)) >= 10


@pytest.mark.parametrize("method", ["basic", "digest"])
def test_a_camera_with_a_password(method: str) -> None:
    login = ("--auth", method, "--user", "ann", "--password", "s3cr@t")
    with RtspServer(*login) as server:
        with open_source(f"rtsp://ann:s3cr%40t@{server.place}/live", PATIENT) as source:
            assert source.info.name == f"rtsp://{server.place}/live"
            assert len(take(source, 3)) == 3
        for who in ("", "ann:wrong@", "bob:s3cr%40t@"):
            with pytest.raises(SourceError) as caught:
                open_source(f"rtsp://{who}{server.place}/live", PATIENT)
            assert str(caught.value) == (
                f"rtsp://{server.place}/live: access refused (401); check user name and password"
            )


def test_a_wrong_path_says_so(camera: RtspServer) -> None:
    with pytest.raises(SourceError, match=r"/none: the server has nothing there \(404\)"):
        open_source(f"rtsp://{camera.place}/none", PATIENT)


def test_a_camera_that_speaks_udp_only_says_so() -> None:
    with RtspServer("--udp-only") as server:
        with pytest.raises(SourceError, match="refuses this transport; give --rtsp-transport udp"):
            open_source(f"rtsp://{server.place}/live", PATIENT)
        options = SourceSettings(rtsp_transport="udp")
        with open_source(f"rtsp://{server.place}/live", options) as source:
            assert len(take(source, 3)) == 3


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_a_camera_switched_off_is_lost_and_comes_back(transport: str) -> None:
    options = SourceSettings(rtsp_transport=transport, timeout_seconds=2)
    with RtspServer() as server:
        url = f"rtsp://{server.place}/live"
        with open_source(url, options) as source:
            take(source, 10)
            server.kill()
            started = time.monotonic()
            with pytest.raises(SourceError, match=r"/live: lost after \d+\.\d s: "):
                take(source, 1000)
            assert time.monotonic() - started < 2 * STILL_IN_TIME_SECONDS
    with pytest.raises(SourceError, match="connection refused"):
        open_source(url, options)
    with RtspServer(port=server.port), open_source(url, options) as source:
        assert len(take(source, 3)) == 3


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_a_half_open_connection_is_given_up(transport: str) -> None:
    options = SourceSettings(rtsp_transport=transport, timeout_seconds=0.7)
    handles = open_handles()
    with RtspServer() as server, open_source(f"rtsp://{server.place}/live", options) as source:
        take(source, 10)
        server.freeze()
        started = time.monotonic()
        with pytest.raises(SourceError, match=r"lost after .* no answer in time"):
            take(source, 1000)
        assert time.monotonic() - started < STILL_IN_TIME_SECONDS
    assert open_handles() == handles


def test_a_server_that_accepts_and_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        place = f"127.0.0.1:{server.getsockname()[1]}"
        started = time.monotonic()
        with pytest.raises(SourceError, match=rf"^rtsp://{place}/live: no answer in time; check"):
            open_source(f"rtsp://ann:s3cret@{place}/live?token=abc", HASTY)
        assert time.monotonic() - started < STILL_IN_TIME_SECONDS


def test_a_name_that_nobody_knows_says_so() -> None:
    with pytest.raises(SourceError, match=r"^rtsp://camera.invalid/live: no such server: camera"):
        open_source("rtsp://ann:s3cret@camera.invalid/live", PATIENT)
