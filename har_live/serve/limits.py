"""Bodies of requests: how large, and how long in coming."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from har_live.serve.settings import ServeSettings

UPLOAD_PATH = "/api/predict"
UPLOAD_TYPE = "application/octet-stream"
JSON_TYPE = "application/json"
MAX_BODY_BYTES = 1_000_000
MAX_BODY_SECONDS = 30.0
PART_SECONDS = 15.0
"""Longest wait for the next part of a body."""
LET_PASS_SECONDS = 5.0
LET_PASS_PART_SECONDS = 0.5


def media_type(headers: Headers) -> str:
    """Return what a body is said to be; where nothing is said, bytes."""
    return headers.get("content-type", UPLOAD_TYPE).partition(";")[0].strip().lower()


class BodyLimits:
    """Ends requests whose body is too large or too slow, before anything grows with it."""

    def __init__(self, app: ASGIApp, *, settings: ServeSettings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, with a body that watches itself."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        max_bytes, max_seconds = MAX_BODY_BYTES, MAX_BODY_SECONDS
        headers = Headers(scope=scope)
        if scope["path"] == UPLOAD_PATH and media_type(headers) != JSON_TYPE:
            max_bytes = self._settings.max_upload_bytes
            max_seconds = self._settings.max_upload_seconds
        body = _Body(receive, send, max_bytes=max_bytes, max_seconds=max_seconds)
        stated = headers.get("content-length", "0")
        if stated.isdigit() and int(stated) > max_bytes:
            answer = JSONResponse({"detail": _largest(max_bytes)}, 413)
            await answer(scope, body.receive, body.send)
        else:
            await self._app(scope, body.receive, body.send)


class _Body:
    """A body that watches itself while it comes.

    Who answers before it is whole has the connection closed after the answer. What still comes is
    read for a moment, for else the answer is lost with it.
    """

    def __init__(self, receive: Receive, send: Send, *, max_bytes: int, max_seconds: float) -> None:
        self._receive, self._send = receive, send
        self._left_bytes = self._max_bytes = max_bytes
        self._until_seconds = time.monotonic() + max_seconds
        self._is_whole = False

    async def receive(self) -> Message:
        """Return the next part.

        Raises:
            HTTPException: it is too large, or doesn't come.
        """
        if self._is_whole:
            return await self._receive()
        left_seconds = self._until_seconds - time.monotonic()
        message = await self._part(min(PART_SECONDS, left_seconds))
        if message is None:
            raise HTTPException(408, "the request comes too slowly")
        self._left_bytes -= len(message.get("body", b""))
        if self._left_bytes < 0:
            raise HTTPException(413, _largest(self._max_bytes))
        return message

    async def send(self, message: Message) -> None:
        """Send a part of the answer."""
        if self._is_whole:
            await self._send(message)
        elif message["type"] == "http.response.start":
            MutableHeaders(scope=message)["Connection"] = "close"
            await self._send(message)
        elif message.get("more_body", False):
            await self._send(message)
        else:
            await self._send({**message, "more_body": True})
            await self._let_pass()
            await self._send({"type": "http.response.body"})

    async def _let_pass(self) -> None:
        until_seconds = time.monotonic() + LET_PASS_SECONDS
        while not self._is_whole and time.monotonic() < until_seconds:
            if await self._part(LET_PASS_PART_SECONDS) is None:
                return

    async def _part(self, timeout_seconds: float) -> Message | None:
        try:
            async with asyncio.timeout(max(0.0, timeout_seconds)):
                message = await self._receive()
        except TimeoutError:
            return None
        self._is_whole = not message.get("more_body", False)
        return message


def _largest(max_bytes: int) -> str:
    return f"that is too large; the most is {max_bytes / 1e6:g} MB"
