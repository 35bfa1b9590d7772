"""Addresses without their secrets: what may be shown of a URL, in a label, a log or an error.

Secrecy comes before prettiness. Passwords are often typed as they are, with ``@``, ``:``, ``/`` or
``?`` in them; such an address can't always be split for certain, and in doubt more is hidden.
"""

from __future__ import annotations

import re

HIDDEN = "***"

_URL = re.compile(
    r"""[a-z][a-z0-9+.-]*://        # a scheme
        \S*?                        # then everything, up to
        (?=[,;|"'<>()\[\]{}]+[a-z][a-z0-9+.-]*://  # a separator and the next URL,
          |\s|$)                    # a space or the end""",
    re.IGNORECASE | re.VERBOSE,
)
_TRAILING = re.compile(r"""[.,;:!'")\]}>|]*\Z""")
_HOST_AND_PORT = re.compile(r"(\[[^\]@]*\]|[^:@]*)(:\d*)?")


def redact_url(location: str) -> str:
    """The address without user name, password, query and fragment; a plain path is unchanged.

    >>> redact_url("rtsp://user:secret@host/p?token=x")
    'rtsp://host/p'
    """
    scheme, separator, rest = location.partition("://")
    if not separator:
        return location
    place, *query = re.split(r"[?#]", rest, maxsplit=1)
    host_and_port = _HOST_AND_PORT.fullmatch(place.partition("/")[0])
    if host_and_port is None:
        # The password may hold an @ of its own, so the last one ends it; but with a further @ after
        # a "?", either that belongs to the query or the password holds the "?".
        certain = "@" in place and "@" not in "".join(query)
        place = place.rpartition("@")[2] if certain else HIDDEN
    elif host_and_port[2]:
        # "host:8080/@name" and "user:12/34@host" look the same.
        place = place.rpartition("@")[2]
    return f"{scheme}://{place}"


def redact_path(location: str) -> str:
    """The scheme and the host of an address alone: a hook's path often is its password.

    >>> redact_path("https://user:secret@host:8080/api/webhook/secret?token=x")
    'https://host:8080'
    """
    scheme, separator, rest = redact_url(location).partition("://")
    return f"{scheme}{separator}{rest.partition('/')[0]}" if separator else location


def redact(text: str) -> str:
    """The text with every URL in it redacted."""
    return _URL.sub(_redact_match, text)


def _redact_match(match: re.Match[str]) -> str:
    url = match.group()
    address = _TRAILING.sub("", url)
    return redact_url(address) + url[len(address) :]
