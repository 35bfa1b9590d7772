"""A network camera that sends JPEG pictures over HTTP, and everything that may happen to it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Self

import cv2
import numpy as np

from tests.support.sources_made import picture

JOIN_SECONDS = 10
FPS = 30
_HEAD = b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=next\r\n\r\n"


class MjpegCamera:
    """Sends 30 pictures a second to whoever connects to ``url``, until it is told otherwise.

    Args:
        pictures: (H, W, 3) uint8 BGR each, over and over; none: numbered ones.
    """

    def __init__(self, port: int = 0, *, pictures: Sequence[np.ndarray] = ()) -> None:
        self._parts = [_part(image) for image in pictures]
        self._server = socket.create_server(("127.0.0.1", port))
        self.port = self._server.getsockname()[1]
        self.url = f"http://user:secret@127.0.0.1:{self.port}/video?token=secret"
        self._is_off = threading.Event()
        self._is_silent = threading.Event()
        self.num_connections = 0
        self._threads = [threading.Thread(target=self._accept, name="mjpeg-accept")]
        self._threads[0].start()

    def silence(self) -> None:
        """Send no more, and keep the connections open: what a pulled cable looks like."""
        self._is_silent.set()

    def switch_off(self) -> None:
        """Close everything."""
        self._is_off.set()
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for thread in self._threads:
            thread.join(JOIN_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.switch_off()

    def _accept(self) -> None:
        while not self._is_off.is_set():
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            self.num_connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,), name="mjpeg-serve")
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(4096)
            if not self._is_silent.is_set():
                connection.sendall(_HEAD)
            index = 0
            while not self._is_off.wait(1 / FPS):
                if not self._is_silent.is_set():
                    parts = self._parts
                    connection.sendall(
                        parts[index % len(parts)] if parts else _part(picture(index))
                    )
                    index += 1


def _part(image: np.ndarray) -> bytes:
    _, data = cv2.imencode(".jpg", image)
    jpeg = data.tobytes()
    return b"--next\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n" % (
        len(jpeg),
        jpeg,
    )
