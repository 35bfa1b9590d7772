"""Who is let in: the name by which the server was called, the page that calls, the token.

Around every request and WebSocket:

* the ``Host`` must be one of ours, else a page elsewhere whose name was made to mean this machine
  (DNS rebinding) could read what this one shows;
* what changes something, and every WebSocket, must come from our own page or from a program, never
  from another page (``Origin``, ``Sec-Fetch-Site``);
* where there is a token, nothing but ``/healthz`` answers without it.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, JSONResponse, Response

from har_live.serve.health import HEALTH_PATH
from har_live.serve.login_page import ASKING, STYLE_HASH
from har_live.serve.secrets import knows_token
from har_live.serve.settings import ServeSettings, is_loopback

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOGIN_PATH = "/login"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; "
    f"style-src 'self' 'sha256-{STYLE_HASH}'; img-src 'self' blob:; "
    "media-src 'self' blob:; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    # Not "no-referrer": with it, browsers send forms with the origin "null".
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Gate:
    """Answers by itself what is not let in; adds what browsers must know to every answer."""

    def __init__(self, app: ASGIApp, *, settings: ServeSettings) -> None:
        self._app = app
        self._token = settings.token
        self._names = _host_names(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request or WebSocket through, or not."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if scope["type"] == "websocket":
            if refusal is None:
                await self._app(scope, receive, send)
            else:
                await _refuse_websocket(refusal, scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await (refusal or self._app)(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if not self._is_our_name(headers.get("host", "")):
            return _refused(421, "this server does not go by that name (see --host-name)")
        changes = scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS
        if changes and not _is_from_our_page(headers):
            return _refused(403, "another site's page may not do that")
        path = scope["path"]
        if self._token is None or path in (HEALTH_PATH, LOGIN_PATH):
            return None
        if knows_token(headers, self._token):
            return None
        if scope["type"] == "http" and "text/html" in headers.get("accept", ""):
            return HTMLResponse(ASKING, 401)
        return _refused(401, "the token is missing or wrong", {"WWW-Authenticate": "Bearer"})

    def _is_our_name(self, host: str) -> bool:
        name = urlsplit(f"//{host}").hostname if _is_plain(host) else None
        if name is None:
            return False
        # Names are what can be made to mean another machine; numbers mean what they say.
        return name.rstrip(".") in self._names or (self._token is not None and _is_number(name))


def _host_names(settings: ServeSettings) -> frozenset[str]:
    names = {"localhost", "127.0.0.1", "::1", settings.host, *settings.host_names}
    if not is_loopback(settings.host):
        own = socket.gethostname().lower()
        names |= {own, f"{own.partition('.')[0]}.local"}
    return frozenset(name.lower() for name in names)


def _is_plain(host: str) -> bool:
    return host.isascii() and not any(letter in host for letter in "/?#@\\ ")


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_from_our_page(headers: Headers) -> bool:
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")


def _refused(status: int, what: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"detail": what}, status, headers)


async def _refuse_websocket(refusal: Response, scope: Scope, receive: Receive, send: Send) -> None:
    if "websocket.http.response" in scope.get("extensions", {}):
        await refusal(scope, receive, send)
    else:
        await send({"type": "websocket.close", "code": 1008})
