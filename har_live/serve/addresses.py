"""Addresses that visitors ask to be opened: which are allowed, and which would reach what only
this machine can (server-side request forgery)."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from har_live.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from har_live.serve.settings import AddressKind

MAX_LETTERS = 2000
YOUTUBE_HOSTS = ("youtube.com", "youtube-nocookie.com", "youtu.be")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_IPV4_COMPATIBLE = ipaddress.IPv6Network("::/96")

AnyIp = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Asked:
    """An address that is of an allowed kind; whether its host may be asked is told later."""

    kind: AddressKind
    url: str
    host: str
    port: int


def asked(address: str, kinds: Sequence[AddressKind]) -> Asked:
    """Take an address apart.

    Raises:
        SourceError: it can't be understood, or is of no allowed kind.
    """
    allowed = ", ".join(kinds) or "none"
    try:
        parts = urlsplit(address.strip())
        host, port = (parts.hostname or "").rstrip("."), parts.port
        host.encode("idna")
    except ValueError:  # UnicodeError is one
        raise SourceError("the address can't be understood; check it") from None
    if not host or len(address) > MAX_LETTERS or not address.strip().isprintable():
        raise SourceError("the address can't be understood; give a whole one: https://…")
    is_youtube = any(host == name or host.endswith(f".{name}") for name in YOUTUBE_HOSTS)
    is_web = parts.scheme in ("http", "https")
    kind = "youtube" if is_youtube and is_web else parts.scheme
    if kind not in kinds:
        raise SourceError(f"addresses of this kind are not opened here; allowed: {allowed}")
    if parts.username is not None or parts.password is not None:
        raise SourceError("addresses with a user name or password are not opened here")
    usual = 443 if parts.scheme == "https" else 80
    return Asked(cast("AddressKind", kind), address.strip(), host, port or usual)


def addresses_of(place: Asked, *, allow_private: bool) -> list[str]:
    """Look up a host's numbers; whoever connects must take one of them and not ask again, for the
    answer may be another one then.

    Raises:
        SourceError: nobody knows it, or one of them is not a public one.
    """
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise SourceError("the address's server is unknown; check it") from None
    numbers = [str(info[4][0]) for info in found]
    if not allow_private and not all(is_public(number) for number in numbers):
        raise SourceError("addresses in private networks are not opened here")
    return numbers


def is_public(number: str) -> bool:
    """Return whether a number means a machine of the public internet, however it is written."""
    ip: AnyIp = ipaddress.ip_address(number.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inside = _inside(ip)
        if inside is not None:
            return is_public(str(inside))
    return ip.is_global and not ip.is_multicast


def _inside(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that an IPv6 address leads to, where it is made of one."""
    if ip in _NAT64 or ip in _IPV4_COMPATIBLE:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
