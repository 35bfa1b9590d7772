"""The web server as it is, on a port of its own, in a thread of the test."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

from har_live.recognizer import Recognizer
from har_live.serve.server import PageServer
from har_live.serve.settings import ServeSettings

START_SECONDS = 60
EVENTS_SECONDS = 120
TOKEN = "a-token-of-the-tests"
JOB_SECONDS = 120
"""A child process loads the weights, and others may want the cores."""


class Served:
    """A server that runs; ask it with ``http``."""

    def __init__(self, url: str, settings: ServeSettings) -> None:
        self.url = url
        self.place = url.partition("://")[2]
        self.settings = settings
        self.http = httpx.Client(base_url=url, timeout=JOB_SECONDS, trust_env=False)

    def socket(self, path: str, **headers: str) -> ClientConnection:
        """Open a WebSocket."""
        return connect(
            f"ws://{self.place}{path}", additional_headers=headers, proxy=None, open_timeout=30
        )

    def upload(self, path: Path, **query: Any) -> dict[str, Any]:
        """Upload a video; return what is told of it when it is over."""
        query = {"name": path.name, "wait": JOB_SECONDS, **query}
        answer = self.http.post("/api/predict", params=query, content=path.read_bytes())
        assert answer.status_code == 202, answer.text
        return answer.json()

    def left_behind(self) -> list[str]:
        """Names of what lies in the server's own folder."""
        assert self.settings.folder is not None
        (own,) = self.settings.folder.iterdir()
        return sorted(path.name for path in own.iterdir())


@contextmanager
def served(folder: Path, recognizer: Recognizer, **settings: Any) -> Iterator[Served]:
    """Run the server; at the end it is stopped, and has left nothing behind."""
    folder.mkdir(exist_ok=True)
    made = ServeSettings(**{"port": 0, "folder": folder, **settings})
    has_started = threading.Event()
    server = PageServer(made, recognizer, on_started=lambda _url: has_started.set())
    thread = threading.Thread(target=server.run, name="test-server")
    thread.start()
    try:
        assert has_started.wait(START_SECONDS)
        yield Served(server.url, made)
    finally:
        server.stop()
        thread.join(START_SECONDS)
    assert not thread.is_alive()
    assert not list(folder.iterdir())


def events_of(
    served: Served,
    *,
    until: Callable[[str, dict[str, Any]], bool],
    query: str = "",
    after: int | None = None,
) -> list[tuple[str, dict[str, Any]]]:
    """Read server-sent events until one is the last that is wanted.

    Args:
        after: go on after this segment.
    """
    told: list[tuple[str, dict[str, Any]]] = []
    kind = ""
    headers = {} if after is None else {"Last-Event-ID": str(after)}
    until_seconds = time.monotonic() + EVENTS_SECONDS
    with served.http.stream("GET", f"/api/events{query}", headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            assert time.monotonic() < until_seconds, told[-1:]
            if line.startswith("event: "):
                kind = line.removeprefix("event: ")
            elif line.startswith("data: "):
                told.append((kind, json.loads(line.removeprefix("data: "))))
                if until(*told[-1]):
                    return told
    raise AssertionError("the events ended")
