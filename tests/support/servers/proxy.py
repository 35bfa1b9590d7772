"""A proxy between a camera and its viewer: passes bytes on until it is told to break off."""

from __future__ import annotations

import selectors
import socket
import struct
import threading
from contextlib import suppress
from typing import Literal, Self

Fault = Literal["reset", "half-close", "stall"]

JOIN_SECONDS = 10
_CHUNK = 4096


class Proxy:
    """Listens at ``place`` and passes on what the server at ``port`` says."""

    def __init__(self, port: int, *, resets_after_bytes: int | None = None) -> None:
        """``resets_after_bytes``: the first connection breaks once its client got so many."""
        self._port = port
        self._limit = resets_after_bytes
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.place = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.num_connections = 0
        self._links: list[_Link] = []
        self._thread = threading.Thread(target=self._accept, name="proxy-accept")
        self._thread.start()

    def break_off(self, fault: Fault) -> None:
        """Do this to every connection there is; those that come later are passed on.

        ``reset``: the client's next read fails (SO_LINGER 0). ``half-close``: nothing more comes,
        though the client may still send. ``stall``: nothing more comes, and nothing says so.
        """
        for link in self._links:
            link.order(fault)

    def refuse(self) -> None:
        """Take no further connection."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(JOIN_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.refuse()
        for link in self._links:
            link.order("end")
            link.thread.join(JOIN_SECONDS)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.num_connections += 1
            limit = self._limit if self.num_connections == 1 else None
            self._links.append(_Link(client, self._port, limit))


class _Link:
    """One connection. All is done by its own thread: who closes a socket that another one reads
    from sends nothing."""

    def __init__(self, client: socket.socket, port: int, limit: int | None) -> None:
        self._client, self._limit = client, limit
        self._server = socket.create_connection(("127.0.0.1", port), JOIN_SECONDS)
        self._orders, self._giver = socket.socketpair()
        self.thread = threading.Thread(target=self._run, name="proxy-link")
        self.thread.start()

    def order(self, what: Fault | Literal["end"]) -> None:
        with suppress(OSError):
            self._giver.send(what[0].encode())

    def _run(self) -> None:
        others = {self._client: self._server, self._server: self._client}
        num_sent = 0
        with (
            self._client, self._server, self._orders, self._giver,
            selectors.DefaultSelector() as waiting,
        ):  # fmt: skip
            for one in (*others, self._orders):
                waiting.register(one, selectors.EVENT_READ)
            while True:
                for key, _ in waiting.select():
                    if key.fileobj is self._orders:
                        order = self._orders.recv(1)
                        if order in (b"e", b"r"):
                            self._end(reset=order == b"r")
                            return
                        for one in others:
                            waiting.unregister(one)
                        others = {}
                        if order == b"h":
                            self._client.shutdown(socket.SHUT_WR)
                        break
                    one = key.fileobj
                    data = _read(one)
                    if self._limit is not None and one is self._server:
                        data = data[: self._limit - num_sent]
                        num_sent += len(data)
                    if data:
                        with suppress(OSError):
                            others[one].sendall(data)
                    if not data or num_sent == self._limit:
                        self._end(reset=num_sent == self._limit)
                        return

    def _end(self, *, reset: bool) -> None:
        if reset:
            linger = struct.pack("ii", 1, 0)
            self._client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


def _read(one: socket.socket) -> bytes:
    try:
        return one.recv(_CHUNK)
    except OSError:
        return b""
