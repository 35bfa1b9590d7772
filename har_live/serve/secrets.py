"""The server's password, and how a request shows that it knows it."""

from __future__ import annotations

import hashlib
import hmac
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers

COOKIE = "har_live"
COOKIE_SECONDS = 30 * 24 * 3600


def cookie_value(token: str) -> str:
    """Return what a browser keeps: who reads it can't tell the token."""
    return hmac.new(token.encode(), b"har-live cookie", hashlib.sha256).hexdigest()


def is_token(given: str, token: str) -> bool:
    """Return whether this is the token; takes as long whatever is wrong with it."""
    return hmac.compare_digest(_digest(given), _digest(token))


def knows_token(headers: Headers, token: str) -> bool:
    """Return whether a request brings the token, as ``Authorization: Bearer`` or as cookie."""
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return is_token(given.strip(), token)
    return is_token(_cookie(headers), cookie_value(token))


def _cookie(headers: Headers) -> str:
    cookies: SimpleCookie = SimpleCookie()
    try:
        cookies.load(headers.get("cookie", ""))
    except CookieError:
        return ""
    return cookies[COOKIE].value if COOKIE in cookies else ""


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
