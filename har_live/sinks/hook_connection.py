"""One HTTP request at a time, which another thread can break off."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.request import (
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    Request,
    build_opener,
)

TIMEOUT_SECONDS = 10.0
"""Longest wait for a connection, and for every part of the answer."""


class HookConnection:
    """Sends requests, with the proxies of the environment; follows no redirect."""

    def __init__(self) -> None:
        self._context: ssl.SSLContext | None = None
        self._connection: HTTPConnection | None = None
        self._opener = build_opener(_NoRedirects, _Plain(self), _Secure(self))

    def send(self, request: Request) -> int:
        """Send a request; return the status of the answer, 2xx.

        Raises:
            HTTPError: any other status.
            OSError, HTTPException: there is no answer, or none that makes sense.
        """
        with self._opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
            status: int = answer.status
            return status

    def break_off(self) -> None:
        """End a request that is under way. From another thread."""
        connection = self._connection
        if connection is not None and connection.sock is not None:
            with suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    def plain(self, host: str, **how: Any) -> HTTPConnection:
        self._connection = HTTPConnection(host, **how)
        return self._connection

    def secure(self, host: str, **how: Any) -> HTTPConnection:
        self._context = self._context or ssl.create_default_context()
        self._connection = HTTPSConnection(host, context=self._context, **how)
        return self._connection


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_request: Any) -> None:
        return None


class _Plain(HTTPHandler):
    def __init__(self, owner: HookConnection) -> None:
        super().__init__()
        self._owner = owner

    def http_open(self, req: Request) -> HTTPResponse:
        return self.do_open(self._owner.plain, req)


class _Secure(HTTPSHandler):
    def __init__(self, owner: HookConnection) -> None:
        super().__init__()
        self._owner = owner

    def https_open(self, req: Request) -> HTTPResponse:
        return self.do_open(self._owner.secure, req)
