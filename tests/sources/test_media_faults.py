"""What is no video, or can't be reached, is one clear line that shows no secret."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from har_live.errors import SourceError
from har_live.sources.media import MediaSource
from har_live.types import Frame
from tests.support.make_media import cut_file, make_clip, make_sound, noisy, spoil_packets
from tests.support.read_media import numbers, open_handles
from tests.support.web_server import WebServer


def spoilt_entirely(path: Path) -> Path:
    make_clip(path)
    spoil_packets(path, range(10))
    return path


def without_index(path: Path) -> Path:
    make_clip(path)
    cut_file(path, fraction=0.5)
    return path


def in_unknown_code(path: Path) -> Path:
    make_clip(path)
    path.write_bytes(path.read_bytes().replace(b"avc1", b"zzzz"))
    return path


def holding(content: bytes, path: Path) -> Path:
    path.write_bytes(content)
    return path


BAD_INPUTS = {
    "missing": (lambda folder: folder / "none.mp4", "no such file"),
    "below a file": (lambda folder: holding(b"", folder / "a") / "none.mp4", "no such file"),
    "folder": (lambda folder: folder, "is a directory"),
    "empty": (lambda folder: holding(b"", folder / "clip.mp4"), r"is empty \(0 bytes\)"),
    "text": (lambda folder: holding(b"hello\n" * 99, folder / "notes.txt"), "is text"),
    "table": (lambda folder: holding(b"a,b\n1,2\n" * 99, folder / "t.csv"), "not a video"),
    "misnamed": (lambda folder: holding(b"hello\n" * 99, folder / "clip.mp4"), "not a video"),
    "zeros": (lambda folder: holding(bytes(9999), folder / "clip.mkv"), "not a video"),
    "sound": (lambda folder: make_sound(folder / "a.mp4"), "holds sound but no pictures"),
    "cover": (lambda folder: make_sound(folder / "a.mp4", cover=True), "sound but no pictures"),
    "no index": (lambda folder: without_index(folder / "clip.mp4"), "index is missing"),
    "code": (lambda folder: in_unknown_code(folder / "clip.mp4"), "has no decoder"),
    "spoilt": (lambda folder: spoilt_entirely(folder / "clip.mp4"), "nothing in it can be decoded"),
}


@pytest.mark.parametrize("kind", BAD_INPUTS)
def test_what_is_no_video_is_one_clear_line(kind: str, tmp_path: Path) -> None:
    make, reason = BAD_INPUTS[kind]
    path = make(tmp_path)
    handles = open_handles()
    with pytest.raises(SourceError, match=reason) as caught:
        MediaSource(path)
    line = str(caught.value)
    assert line.startswith(f"{path}: ")
    assert "\n" not in line
    assert open_handles() == handles


@pytest.mark.skipif(sys.platform == "win32" or os.getuid() != 0, reason="needs another user")
def test_a_file_of_another_user_says_so(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.mp4")
    path.chmod(0o600)
    program = (
        "import os, sys\n"
        "from har_live.errors import SourceError\n"
        "from har_live.sources.media import MediaSource\n"
        "os.setuid(65534)\n"
        "try: MediaSource(sys.argv[1])\n"
        "except SourceError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, timeout=60
    )
    assert done.stderr == ""
    assert done.stdout == f"{path}: may not be read by this user; check its permissions\n"


@pytest.fixture
def silent_place() -> Iterator[str]:
    """A server that accepts and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def test_an_address_opens_and_shows_no_secret(tmp_path: Path) -> None:
    make_clip(tmp_path / "clip.mp4")
    with (
        WebServer(tmp_path) as server,
        MediaSource(f"http://user:secret@{server.place}/clip.mp4?token=x") as source,
    ):
        assert source.info.name == f"http://{server.place}/clip.mp4"
        assert numbers(list(source)) == list(range(10))


def test_an_address_that_is_not_there_says_so_without_secrets(tmp_path: Path) -> None:
    with WebServer(tmp_path) as server, pytest.raises(SourceError) as caught:
        MediaSource(f"http://user:secret@{server.place}/none.mp4?token=x")
    assert str(caught.value) == (
        f"http://{server.place}/none.mp4: the server has nothing there (404); check the address"
    )
    assert caught.value.__suppress_context__, "the traceback would show the address"


def test_nobody_listening_says_so_without_secrets() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(SourceError, match="connection refused") as caught:
        MediaSource(f"rtsp://user:se:cr@et@127.0.0.1:{port}/p?token=x")
    assert str(caught.value).startswith(f"rtsp://127.0.0.1:{port}/p: ")


def test_a_password_that_splits_the_address_is_explained() -> None:
    with pytest.raises(SourceError, match=r"^rtsp://127.0.0.1:9/p: can't be understood; write @"):
        MediaSource("rtsp://user:se/cret@127.0.0.1:9/p")


def test_an_unknown_kind_of_address_says_so() -> None:
    with pytest.raises(SourceError, match=r"^foo://host/p: unknown kind of address"):
        MediaSource("foo://host/p")


@pytest.mark.parametrize("scheme", ["http", "rtsp"])
def test_a_silent_server_is_given_up(scheme: str, silent_place: str) -> None:
    handles = open_handles()
    with pytest.raises(SourceError, match="no answer in time"):
        MediaSource(f"{scheme}://{silent_place}/clip.mp4", timeout_seconds=0.3)
    assert open_handles() == handles


def test_a_connection_lost_on_the_way_is_an_error_after_the_last_frame(tmp_path: Path) -> None:
    make_clip(tmp_path / "clip.mp4", picture=noisy, container_options={"movflags": "faststart"})
    seen: list[Frame] = []
    with WebServer(tmp_path, cut=0.6) as server:
        source = MediaSource(f"http://{server.place}/clip.mp4", timeout_seconds=5)
        with source, pytest.raises(SourceError, match=r"clip.mp4: lost after 0\.\d s: "):
            seen.extend(source)
    assert 4 <= len(seen) <= 7
    assert numbers(seen) == list(range(len(seen)))
