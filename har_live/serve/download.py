"""Fetching a video from an address that a visitor gave, without being led elsewhere.

FFmpeg would look names up by itself, and follow redirects and playlists to wherever they lead. So
the file is fetched here, whole, from the very numbers that were checked, each redirect anew.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from har_live.errors import SourceError
from har_live.serve.addresses import Asked, addresses_of, asked
from har_live.version import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from har_live.serve.settings import AddressKind

MAX_REDIRECTS = 5
TIMEOUT_SECONDS = 10.0
"""Longest wait for a connection, and for each part."""
CHUNK_BYTES = 1 << 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A file being fetched, and its limits."""

    kinds: Sequence[AddressKind]
    allow_private: bool
    max_bytes: int
    max_seconds: float
    on_progress: Callable[[float | None], None]
    """Is told the share that is there, 0–1; None where nobody knows."""

    def fetch(self, address: str, path: Path) -> None:
        """Fetch what is at an address into a file.

        Raises:
            SourceError: it isn't allowed, can't be had, or is too large.
        """
        until_seconds = time.monotonic() + self.max_seconds
        for _ in range(MAX_REDIRECTS + 1):
            place = asked(address, self.kinds)
            try:
                with _Pinned(place, allow_private=self.allow_private) as connection:
                    answer = connection.ask(place.url)
                    if answer.status not in (301, 302, 303, 307, 308):
                        self._save(answer, path, until_seconds)
                        return
                    address = urljoin(place.url, answer.headers.get("Location", ""))
            except (OSError, HTTPException, ValueError):
                raise SourceError("the address's server does not answer as it should") from None
        raise SourceError("the address redirects without end")

    def _save(self, answer: HTTPResponse, path: Path, until_seconds: float) -> None:
        if answer.status != 200:
            raise SourceError(f"the address's server refuses it ({answer.status})")
        if answer.headers.get_content_type() == "text/html":
            raise SourceError("a web page is at that address, not a video file")
        num_bytes, all_bytes = 0, answer.length
        with path.open("wb") as file:
            while chunk := answer.read1(CHUNK_BYTES):
                num_bytes += len(chunk)
                if max(num_bytes, all_bytes or 0) > self.max_bytes:
                    limit = f"{self.max_bytes / 1e6:.0f} MB"
                    raise SourceError(f"the video at that address is larger than {limit}")
                if time.monotonic() > until_seconds:
                    raise SourceError("the video at that address comes too slowly")
                file.write(chunk)
                self.on_progress(num_bytes / all_bytes if all_bytes else None)
        if all_bytes is not None and num_bytes < all_bytes:
            raise SourceError("the address's server ended the connection early")


class _Pinned(HTTPConnection):
    """A connection to the numbers that were checked, whatever the name means by now."""

    def __init__(self, place: Asked, *, allow_private: bool) -> None:
        super().__init__(place.host, place.port, timeout=TIMEOUT_SECONDS)
        self._numbers = addresses_of(place, allow_private=allow_private)
        self._is_secure = place.url.lower().startswith("https:")

    def __enter__(self) -> _Pinned:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def connect(self) -> None:
        """Connect to the first of the numbers that answers."""
        for place, number in enumerate(self._numbers, 1):
            try:
                self.sock = socket.create_connection((number, self.port), self.timeout)
                break
            except OSError:
                if place == len(self._numbers):
                    raise
        if self._is_secure:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)

    def ask(self, url: str) -> HTTPResponse:
        """Ask for an address; return the head of the answer."""
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self.request("GET", path, headers={"User-Agent": f"har-live/{__version__}"})
        return self.getresponse()
