"""Downloads from a server that hangs up, forgets, or has the wrong file."""

from __future__ import annotations

import hashlib
import io
import os
import re
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from har_live.errors import SourceError
from training.data import fetch as room
from training.data.fetch import DOWNLOADS, Download, RemoteFile, download, fetch
from training.data.unpack import unpack

DATA = np.random.default_rng(0).integers(0, 256, 300_000, np.uint8).tobytes()
SHA256 = f"sha256:{hashlib.sha256(DATA).hexdigest()}"


class Server(ThreadingHTTPServer):
    """Serves ``files``; hangs up after ``cuts`` bytes of an answer, one cut for each request."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.cuts: list[int] = []
        self.ranges: list[str | None] = []
        """What was asked for."""
        self.knows_ranges = True
        self.url = f"http://127.0.0.1:{self.server_port}/"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        asked = self.headers["Range"]
        self.server.ranges.append(asked)
        data = self.server.files.get(self.path.lstrip("/"))
        if data is None:
            self.send_error(404)
            return
        start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1]) if self.server.knows_ranges else 0
        if start >= len(data):
            self.send_error(416)
            return
        self.send_response(206 if self.server.knows_ranges else 200)
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        cut = self.server.cuts.pop(0) if self.server.cuts else len(data)
        self.wfile.write(data[start : start + cut])

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        server.files["data.bin"] = DATA
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join(10)


def get(server: Server, folder: Path, name: str = "data.bin", **known: object) -> Path:
    file = RemoteFile(name, **known)
    return download(server.url + name, folder / name, file, wait_seconds=0)


def test_a_broken_download_goes_on_where_it_broke(server: Server, tmp_path: Path):
    server.cuts = [100_000, 0, 50_000]
    seen: list[tuple[int, int | None]] = []
    file = RemoteFile("data.bin", checksum=SHA256)
    target = tmp_path / "data.bin"
    download(
        f"{server.url}data.bin",
        target,
        file,
        on_bytes=lambda there, total: seen.append((there, total)),
        wait_seconds=0,
    )
    assert target.read_bytes() == DATA
    starts = [int(asked.removeprefix("bytes=").rstrip("-")) for asked in server.ranges]
    assert starts == [0, 100_000, 100_000, 150_000]
    assert [there for there, _ in seen] == sorted(there for there, _ in seen)
    assert {total for _, total in seen} == {len(DATA)}
    assert list(tmp_path.iterdir()) == [target]


def test_what_an_earlier_run_left_is_used(server: Server, tmp_path: Path):
    (tmp_path / "data.bin.part").write_bytes(DATA[:200_000])
    assert get(server, tmp_path, checksum=SHA256).read_bytes() == DATA
    assert server.ranges == ["bytes=200000-"]


def test_a_part_that_is_already_the_whole_is_recognized(server: Server, tmp_path: Path):
    (tmp_path / "data.bin.part").write_bytes(DATA)
    assert get(server, tmp_path, checksum=SHA256).read_bytes() == DATA


def test_a_server_that_knows_no_ranges_begins_again(server: Server, tmp_path: Path):
    server.knows_ranges = False
    (tmp_path / "data.bin.part").write_bytes(b"something else")
    assert get(server, tmp_path, size_bytes=len(DATA)).read_bytes() == DATA


@pytest.mark.parametrize(
    ("known", "message"),
    [
        ({"checksum": "sha256:00"}, r"sha256 \w{64} instead of 00"),
        ({"checksum": "md5:00"}, r"md5 \w{32} instead of 00"),
        ({"size_bytes": 5}, "300000 bytes instead of 5"),
    ],
)
def test_a_wrong_file_is_refused_and_removed(server: Server, tmp_path: Path, known, message):
    with pytest.raises(SourceError, match=rf"not the file known here \({message}\)"):
        get(server, tmp_path, **known)
    assert list(tmp_path.iterdir()) == []


def test_a_connection_that_brings_nothing_is_given_up_and_what_came_is_kept(
    server: Server, tmp_path: Path
):
    server.cuts = [1000, *[0] * 20]
    with pytest.raises(SourceError, match=r"ended early; what came is kept in .*run it again"):
        get(server, tmp_path)
    assert (tmp_path / "data.bin.part").read_bytes() == DATA[:1000]
    assert len(server.ranges) == 1 + room.ATTEMPTS


def test_a_server_that_is_not_there_is_named(server: Server, tmp_path: Path):
    nowhere = "http://127.0.0.1:9/data.bin"  # the port of "discard", where nobody listens
    with pytest.raises(SourceError, match=r":9/data\.bin: .*refused; check the connection"):
        download(nowhere, tmp_path / "data.bin", RemoteFile("data.bin"), wait_seconds=0)


def test_a_file_that_is_not_there_is_no_reason_to_try_again(server: Server, tmp_path: Path):
    with pytest.raises(SourceError, match=r"404.*another --base-url may have it"):
        get(server, tmp_path, "gone.bin")
    assert len(server.ranges) == 1


# --- unpack --------------------------------------------------------------------------------------


def zip_of(**files: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.txt", text)
    return data.getvalue()


def test_a_data_set_is_fetched_and_unpacked_once(server: Server, tmp_path: Path):
    packed = zip_of(trainlist01="Biking/a.avi 1")
    server.files["lists.zip"] = packed
    checksum = f"md5:{hashlib.md5(packed).hexdigest()}"
    data_set = Download("http://nowhere/", (RemoteFile("lists.zip", checksum=checksum),), "")
    for _ in range(2):
        fetch(data_set, tmp_path / "data", base_url=server.url.rstrip("/"))
    assert (tmp_path / "data" / "trainlist01.txt").read_text() == "Biking/a.avi 1"
    assert len(server.ranges) == 1


def test_a_damaged_zip_is_said_to_be_one(tmp_path: Path):
    (tmp_path / "bad.zip").write_bytes(b"no zip")
    with pytest.raises(SourceError, match=r"bad\.zip can't be unpacked: File is not a zip file"):
        unpack(tmp_path / "bad.zip", tmp_path / "out")


def program(folder: Path, name: str, script: str) -> Path:
    """A stand-in for a program that opens .rar files: here they are lists of files to make."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return folder


PATHS = {"bsdtar": ('"$2"', '"$4"'), "unrar": ('"$4"', '"$5"'), "7z": ('"$4"', '"${3#-o}"')}
"""Where each program finds the archive and the folder among its arguments."""


@pytest.mark.parametrize("name", ["bsdtar", "unrar", "7z"])
def test_rar_goes_through_the_program_that_is_there_also_when_packed_twice(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    archive, folder = PATHS[name]
    script = f'while read -r line; do echo "clip-$line" > {folder}/"$line"; done < {archive}'
    monkeypatch.setenv("PATH", str(program(tmp_path / "bin", name, script)))
    outer = tmp_path / "outer.rar"
    outer.write_text("walk.rar\n")
    unpack(outer, tmp_path / "out")
    # walk.rar, made by the first call, lists one file and was opened and removed.
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["clip-walk.rar"]
    assert outer.exists()


def test_without_such_a_program_nothing_is_downloaded(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SourceError, match="none of bsdtar, unrar, 7z is here to open it: install"):
        fetch(DOWNLOADS["ucf50"], tmp_path / "data", base_url=server.url)
    assert server.ranges == []


def test_a_program_that_fails_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    bin_folder = program(tmp_path / "bin", "bsdtar", 'echo "damaged at 12" >&2; exit 1')
    monkeypatch.setenv("PATH", f"{bin_folder}{os.pathsep}{os.environ['PATH']}")
    (tmp_path / "x.rar").touch()
    with pytest.raises(SourceError, match=r"x\.rar can't be unpacked by bsdtar: damaged at 12"):
        unpack(tmp_path / "x.rar", tmp_path / "out")


def test_every_file_of_the_known_data_sets_can_be_checked():
    for data_set in DOWNLOADS.values():
        assert data_set.home.startswith("https://")
        assert data_set.home.endswith("/")
        for file in data_set.files:
            assert file.size_bytes or file.checksum
            assert Path(file.name).suffix in (".rar", ".zip")
