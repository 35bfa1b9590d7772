"""Running the application on uvicorn until a signal ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from har_live.serve.app import create_app

if TYPE_CHECKING:
    import asyncio
    import socket
    from collections.abc import Callable

    from fastapi import FastAPI

    from har_live.recognizer import Recognizer
    from har_live.serve.settings import ServeSettings

GRACE_SECONDS = 3
"""Time that answers under way have at the end."""
HEAD_SECONDS = 10.0
"""Time that the head of a request may take: uvicorn itself waits for ever."""
MAX_CONNECTIONS = 200


def serve(
    settings: ServeSettings,
    recognizer: Recognizer,
    *,
    on_started: Callable[[int], None] = lambda _port: None,
) -> None:
    """Serve until Ctrl-C or SIGTERM.

    Args:
        on_started: is called with the port once it answers.
    """
    app = create_app(settings, recognizer)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=PatientProtocol,
        access_log=False,  # addresses may hold what is nobody's business
        log_level="error",
        server_header=False,
        limit_concurrency=MAX_CONNECTIONS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        ws_max_size=1_000_000,
    )
    _Server(config, app, on_started).run()


class _Server(uvicorn.Server):
    """Tells when it answers, and lets endless answers end when it does."""

    def __init__(
        self, config: uvicorn.Config, app: FastAPI, on_started: Callable[[int], None]
    ) -> None:
        super().__init__(config)
        self._app = app
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_started(self.servers[0].sockets[0].getsockname()[1])

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._app.state.services.bell.close()
        await super().shutdown(sockets)


class PatientProtocol(H11Protocol):
    """HTTP whose patience ends: a connection that brings no whole head of a request is closed."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait_for_head()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._wait_for_head()

    def _wait_for_head(self) -> None:
        self.loop.call_later(HEAD_SECONDS, self._lose_patience)

    def _lose_patience(self) -> None:
        is_ours = self.transport.get_protocol() is self  # not a WebSocket's by now
        cycle: Any = self.cycle
        if is_ours and (cycle is None or cycle.response_complete):
            self.transport.close()
