"""Answers of web servers that are no video to FFmpeg: a page, pictures, nothing, a circle."""

from __future__ import annotations

import re
import ssl
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from typing import Literal
from urllib.error import HTTPError
from urllib.parse import unquote, urlsplit

MOST_BYTES = 4096
"""The head of a first part, or of a page, is within."""
JPEG = b"\xff\xd8\xff"
_PAGE_TYPES = ("text/html", "application/xhtml+xml")
_PAGE = re.compile(rb"\s*<(!doctype html|html)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class WebAnswer:
    """An address's answer."""

    kind: Literal["page", "jpeg", "other", "circle", "none"]
    """``circle``: it redirects without end; ``none``: nothing came, or an error that FFmpeg tells
    better."""
    media_type: str = ""
    """Media type that the server states."""


def look_at(url: str, *, timeout_seconds: float) -> WebAnswer:
    """Ask a web server once more and see what it sends; user name and password may be in ``url``.

    Args:
        timeout_seconds: longest wait for a part of the answer.
    """
    try:
        with _opener(url).open(_without_user(url), timeout=timeout_seconds) as response:
            return _answer_of(response)
    except HTTPError as error:
        return WebAnswer("circle" if 300 <= error.code < 400 else "none")
    except (OSError, ValueError, HTTPException):
        return WebAnswer("none")


def _answer_of(response: HTTPResponse) -> WebAnswer:
    media_type = response.headers.get_content_type()
    start = b""
    while len(start) < MOST_BYTES and JPEG not in start:
        more = response.read1(MOST_BYTES)
        if not more:
            break
        start += more
    if JPEG in start:
        return WebAnswer("jpeg", media_type)
    if media_type in _PAGE_TYPES or _PAGE.match(start):
        return WebAnswer("page", media_type)
    return WebAnswer("other" if start else "none", media_type)


def _opener(url: str) -> urllib.request.OpenerDirector:
    parts = urlsplit(url)
    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    passwords.add_password(
        None, _without_user(url), unquote(parts.username or ""), unquote(parts.password or "")
    )
    # Cameras sign their own certificates, and FFmpeg asks for none.
    tls = ssl.create_default_context()
    tls.check_hostname = False
    tls.verify_mode = ssl.CERT_NONE
    return urllib.request.build_opener(
        urllib.request.HTTPSHandler(context=tls),
        urllib.request.HTTPBasicAuthHandler(passwords),
        urllib.request.HTTPDigestAuthHandler(passwords),
    )


def _without_user(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl()
