"""The web server, on a thread of the test's own process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn

from har_live.recognizer import Recognizer
from har_live.serve.app import create_app
from har_live.serve.services import Services
from har_live.serve.settings import ServeSettings
from tests.support.resources import wait_until


@dataclass(frozen=True)
class Served:
    """A server that runs."""

    url: str
    app: Any

    @property
    def services(self) -> Services:
        return self.app.state.services


@contextmanager
def serving(recognizer: Recognizer, **settings: Any) -> Iterator[Served]:
    """Serve at a port that is free, until the end of the block."""
    app = create_app(ServeSettings(port=0, **settings), recognizer)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, name="web-server")
    thread.start()
    try:
        wait_until(lambda: server.started or not thread.is_alive())
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Served(f"http://127.0.0.1:{port}", app)
    finally:
        server.should_exit = True
        thread.join(30)
