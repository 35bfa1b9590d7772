"""A web server whose every answer a test can choose, on this machine only."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

JOIN_SECONDS = 10
STALL_SECONDS = 30
_TYPES = {".m3u8": "application/vnd.apple.mpegurl", ".mp4": "video/mp4", ".ts": "video/mp2t"}

Answer = Callable[["Request"], None]


class HttpServer:
    """Answers at ``url`` by the first of ``routes`` whose pattern matches the whole path.

    ``requests`` holds the path and query of every request so far.
    """

    def __init__(self, port: int = 0) -> None:
        self.routes: list[tuple[re.Pattern[str], Answer]] = []
        self.requests: list[str] = []
        self.stopping = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), Request)
        self._server.daemon_threads = False  # closing waits for every answer under way
        self._server.owner = self
        self.port = self._server.server_port
        self.place = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.place}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}
        )
        self._thread.start()

    def route(self, pattern: str, answer: Answer) -> None:
        """Answer paths (without their query) like this from now on; the newest rule wins."""
        self.routes.insert(0, (re.compile(pattern), answer))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(JOIN_SECONDS)


class Request(BaseHTTPRequestHandler):
    """One request, and ways to answer it."""

    protocol_version = "HTTP/1.1"
    timeout = 2  # seconds for which a connection may lie idle

    @property
    def owner(self) -> HttpServer:
        return self.server.owner

    @property
    def place(self) -> str:
        """The path without the query."""
        return self.path.partition("?")[0]

    def do_GET(self) -> None:
        self.owner.requests.append(self.path)
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        for pattern, answer in self.owner.routes:
            if pattern.fullmatch(self.place):
                try:
                    answer(self)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True  # the client has seen enough
                return
        self.give_status(404)

    do_HEAD = do_POST = do_GET

    def log_message(self, *_args: object) -> None:
        pass

    def give_status(self, status: int, headers: dict[str, str] | None = None) -> None:
        """An answer without a body."""
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": "0"}.items():
            self.send_header(name, value)
        self.end_headers()

    def give(self, content: bytes, kind: str, *, limit: int | None = None) -> None:
        """Content with its length and the range asked for; hangs up after ``limit`` bytes."""
        part = self.give_head(content, kind)
        self.wfile.write(part[:limit])
        self.close_connection = limit is not None and limit < len(part)

    def give_head(self, content: bytes, kind: str) -> bytes:
        """The headers alone. Returns the part of the content that is asked for."""
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        start = int(asked[1]) if asked else 0
        end = min(int(asked[2]) + 1, len(content)) if asked and asked[2] else len(content)
        self.send_response(206 if asked else 200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(end - start))
        self.send_header("Accept-Ranges", "bytes")
        if asked:
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{len(content)}")
        self.end_headers()
        return content[start:end]

    def give_endless(self, kind: str) -> None:
        """The headers of an answer that goes on until somebody hangs up."""
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.close_connection = True

    def stall(self) -> None:
        """Say nothing more, until the server ends or half a minute has passed."""
        self.owner.stopping.wait(STALL_SECONDS)
        self.close_connection = True


def file_answer(path: Path, *, limit: int | None = None) -> Answer:
    """The file, or what it has become since; hangs up after ``limit`` bytes of each answer."""
    return lambda request: request.give(path.read_bytes(), kind_of(path), limit=limit)


def folder_answer(folder: Path) -> Answer:
    """The files of a folder, by the last part of the path."""

    def answer(request: Request) -> None:
        path = folder / request.place.rpartition("/")[2]
        if path.is_file():
            request.give(path.read_bytes(), kind_of(path))
        else:
            request.give_status(404)

    return answer


def kind_of(path: Path) -> str:
    return _TYPES.get(path.suffix, "application/octet-stream")


def page_answer(html: str) -> Answer:
    return lambda request: request.give(html.encode(), "text/html; charset=utf-8")


def status_answer(status: int) -> Answer:
    return lambda request: request.give_status(status)


def stalling_answer(content: bytes, kind: str, *, after: int) -> Answer:
    """Go silent after that many bytes."""

    def answer(request: Request) -> None:
        part = request.give_head(content, kind)
        request.wfile.write(part[:after])
        request.wfile.flush()
        request.stall()

    return answer


def mjpeg_answer(
    pictures: Sequence[NDArray[np.uint8]], *, pause_seconds: float, then_stalls: bool = False
) -> Answer:
    """A camera that sends one RGB picture after the other as JPEG, then hangs up or goes silent."""

    def answer(request: Request) -> None:
        request.give_endless("multipart/x-mixed-replace; boundary=frame")
        for picture in pictures:
            jpeg = cv2.imencode(".jpg", picture[..., ::-1])[1].tobytes()
            head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
            request.wfile.write(head.encode() + jpeg + b"\r\n")
            request.wfile.flush()
            request.owner.stopping.wait(pause_seconds)
        if then_stalls:
            request.stall()

    return answer
