"""Running the application on uvicorn until a signal ends it."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from har_live.errors import HarLiveError
from har_live.serve.app import create_app

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from fastapi import FastAPI

    from har_live.recognizer import Recognizer
    from har_live.serve.settings import ServeSettings

GRACE_SECONDS = 3
"""Time that answers under way have at the end."""
HEAD_SECONDS = 10.0
"""Time that the head of a request may take: uvicorn itself waits for ever."""
MAX_CONNECTIONS = 200
MAX_MESSAGE_BYTES = 1_000_000


class PageServer:
    """The web server at an address, which it holds from when it is made.

    Args:
        on_started: is called with its address, as a browser takes it, once it answers.

    Raises:
        HarLiveError: the address can't be listened at.
    """

    def __init__(
        self,
        settings: ServeSettings,
        recognizer: Recognizer,
        *,
        on_started: Callable[[str], None] = lambda _url: None,
    ) -> None:
        self._listener = _listener(settings.host, settings.port)
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        self.url = f"http://{host}:{self._listener.getsockname()[1]}"
        app = create_app(settings, recognizer)
        config = uvicorn.Config(
            app,
            http=PatientProtocol,
            access_log=False,  # addresses may hold what is nobody's business
            log_config=None,
            server_header=False,
            limit_concurrency=MAX_CONNECTIONS,
            timeout_graceful_shutdown=GRACE_SECONDS,
            ws_max_size=MAX_MESSAGE_BYTES,
        )
        self._server = _Server(config, app, lambda: on_started(self.url))

    def run(self) -> None:
        """Serve until Ctrl-C, SIGTERM or ``stop``."""
        with self._listener, suppress(KeyboardInterrupt):  # uvicorn raises it once it has ended
            self._server.run([self._listener])

    def stop(self) -> None:
        """End ``run``, from any thread."""
        self._server.should_exit = True


def _listener(host: str, port: int) -> socket.socket:
    try:
        family, *_, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(place[:2], family=family)
    except OSError as error:
        # What create_server says is told twice: "… (while attempting to bind on address …)".
        reason = str(error.strerror or error).partition(" (")[0]
        raise HarLiveError(
            f"can't listen at {host}, port {port}: {reason}; give another --host or --port"
        ) from error


class _Server(uvicorn.Server):
    """Tells when it answers, and lets endless answers end when it does."""

    def __init__(
        self, config: uvicorn.Config, app: FastAPI, on_started: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._app = app
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_started()

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
