"""Bodies of requests: how large, and how long in coming."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from har_live.serve.settings import ServeSettings

UPLOAD_PATH = "/api/predict"
MAX_BODY_BYTES = 1_000_000
MAX_BODY_SECONDS = 30.0
PART_SECONDS = 15.0
"""Longest wait for the next part of a body."""


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
        if scope["path"] == UPLOAD_PATH:
            max_bytes = self._settings.max_upload_bytes
            max_seconds = self._settings.max_upload_seconds
        stated = Headers(scope=scope).get("content-length", "0")
        if stated.isdigit() and int(stated) > max_bytes:
            await _too_large(max_bytes)(scope, receive, send)
            return
        body = _Body(receive, max_bytes=max_bytes, max_seconds=max_seconds)
        await self._app(scope, body.receive, send)


class _Body:
    def __init__(self, receive: Receive, *, max_bytes: int, max_seconds: float) -> None:
        self._receive = receive
        self._left_bytes = max_bytes
        self._max_bytes = max_bytes
        self._until_seconds = time.monotonic() + max_seconds
        self._is_whole = False

    async def receive(self) -> Message:
        if self._is_whole:
            return await self._receive()
        left_seconds = self._until_seconds - time.monotonic()
        try:
            async with asyncio.timeout(min(PART_SECONDS, max(0.0, left_seconds))):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, "the request comes too slowly") from None
        self._is_whole = not message.get("more_body", False)
        self._left_bytes -= len(message.get("body", b""))
        if self._left_bytes < 0:
            raise HTTPException(413, _largest(self._max_bytes))
        return message


def _too_large(max_bytes: int) -> JSONResponse:
    return JSONResponse({"detail": _largest(max_bytes)}, 413, {"Connection": "close"})


def _largest(max_bytes: int) -> str:
    return f"that is too large; the most is {max_bytes / 1e6:g} MB"
