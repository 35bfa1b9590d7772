"""User names, passwords, tokens and queries of addresses are never seen, whatever goes wrong."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

from tests.support.make_media import make_clip, noisy
from tests.support.servers.http_server import HttpServer, file_answer, page_answer, status_answer
from tests.support.servers.rtsp import RtspServer

USER, PASSWORD, TOKEN = "us3rname", "s3cret", "t0ken"
PROGRAM = """
import logging, sys, traceback
from har_live.errors import SourceError
from har_live.sources import SourceSettings, open_source
logging.basicConfig(level=logging.DEBUG)
for spec in sys.argv[1:]:
    try:
        with open_source(spec, SourceSettings(timeout_seconds=1)) as source:
            print("opened", source.info, repr(source))
            for _, frame in zip(range(1000), source): pass
    except SourceError as error:
        print("failed", error, repr(error))
        traceback.print_exc()
"""


def secret(scheme: str, place: str, path: str) -> str:
    return f"{scheme}://{USER}:{PASSWORD}@{place}/{path}?token={TOKEN}"


def output_of(*specs: str) -> str:
    """All that a process prints and logs, at the level of details, while it opens and reads these.

    FFmpeg writes to the handles of the process itself, so nothing less will do.
    """
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *specs],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=100,
        env={**os.environ, "COLUMNS": "1000"},
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def shows_no_secret(output: str) -> bool:
    return not any(word in output for word in (USER, PASSWORD, TOKEN))


def test_what_fails_over_http_shows_no_secret(server: HttpServer, tmp_path: Path) -> None:
    cut = make_clip(
        tmp_path / "cut.mp4", picture=noisy, container_options={"movflags": "faststart"}
    )
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        closed = f"127.0.0.1:{nobody.getsockname()[1]}"
    server.route("/page", page_answer(f"<html><title>Hi</title>{TOKEN * 9}</html>"))
    server.route("/refused", status_answer(401))
    server.route("/list.m3u8", status_answer(403))
    video = f'<video src="/gone.mp4?token={TOKEN}"></video>'
    server.route("/watch", page_answer(f"<html><title>Watch</title>{video}</html>"))
    server.route("/gone.mp4", status_answer(403))
    server.route("/cut.mp4", file_answer(cut))
    paths = ("refused", "list.m3u8", "none", "cut.mp4")
    output = output_of(
        *(secret("http", server.place, path) for path in paths),
        f"{server.url}/page?token={TOKEN}",
        f"{server.url}/watch?token={TOKEN}",
        secret("https", server.place, "speaks/no/tls"),
        secret("https", closed, "nobody"),
        secret("http", "no.such.host.invalid", "nobody"),
        f"http://{USER}:{PASSWORD}/{TOKEN}@{server.place}/odd",
    )
    assert shows_no_secret(output), output
    assert output.count("failed http") == 8, output
    assert "failed Watch (1): access refused (403)" in output
    assert "opened VideoInfo(name='http" in output


def test_what_fails_over_rtsp_shows_no_secret() -> None:
    login = ("--auth", "digest", "--user", USER, "--password", "another")
    with RtspServer(*login) as server, socket.create_server(("127.0.0.1", 0)) as silent:
        output = output_of(
            secret("rtsp", server.place, "live"),
            secret("rtsp", server.place, "none"),
            secret("rtsp", f"127.0.0.1:{silent.getsockname()[1]}", "silent"),
            secret("rtsp", "127.0.0.1:1", "nobody"),
            secret("rtsp", "no.such.host.invalid", "nobody"),
        )
    assert shows_no_secret(output), output
    assert output.count("failed rtsp://") == 5, output


def test_a_camera_that_opens_shows_no_secret() -> None:
    login = ("--auth", "basic", "--user", USER, "--password", PASSWORD)
    with RtspServer(*login) as server:
        program = PROGRAM.replace("range(1000)", "range(5)")
        done = subprocess.run(
            [sys.executable, "-c", program, f"rtsp://{USER}:{PASSWORD}@{server.place}/live"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=100,
        )
    assert f"opened VideoInfo(name='rtsp://{server.place}/live'" in done.stdout
    assert shows_no_secret(done.stdout), done.stdout
