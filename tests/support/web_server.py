"""A web server for one folder, on this machine only."""

from __future__ import annotations

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO, Self

JOIN_SECONDS = 10


class WebServer:
    """Serves ``folder`` at ``http://{place}/``; hangs up after the part ``cut`` of each file."""

    def __init__(self, folder: Path, *, cut: float = 1.0) -> None:
        handler = partial(_Handler, directory=str(folder), cut=cut)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.place = f"127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}
        )
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(JOIN_SECONDS)


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, *args: object, cut: float, **kwargs: object) -> None:
        self._cut = cut
        super().__init__(*args, **kwargs)

    def copyfile(self, source: BinaryIO, outputfile: BinaryIO) -> None:
        data = source.read()
        outputfile.write(data[: int(len(data) * self._cut)])

    def log_message(self, *_args: object) -> None:
        pass
