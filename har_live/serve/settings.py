"""What the operator of the server chooses."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from har_live.card import DEFAULT_WEIGHTS
from har_live.realtime import LiveSettings

AddressKind = Literal["http", "https", "youtube"]
"""Kinds of addresses that visitors may ask to be opened."""

DEFAULT_PORT = 8808
MIN_TOKEN_LETTERS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeSettings:
    """Settings of the web server."""

    sources: tuple[str, ...] = ()
    """Sources shown live, each as for ``open_source``."""
    host: str = "127.0.0.1"
    """Address that is listened at. Any other than this machine's own needs a ``token``."""
    port: int = DEFAULT_PORT
    """0 takes one that is free."""
    token: str | None = field(default=None, repr=False)
    """Password of everything but ``/healthz``; None: none is asked."""
    host_names: tuple[str, ...] = ()
    """Names, beside the usual ones, by which browsers may call this server."""
    address_kinds: tuple[AddressKind, ...] = get_args(AddressKind)
    """Kinds of addresses that visitors may have opened."""
    allow_private: bool = False
    """Visitors may have addresses opened that lie in private networks, or on this machine."""
    max_upload_bytes: int = 500_000_000
    """Largest video that is taken."""
    max_upload_seconds: float = 600.0
    """Longest time that an upload, or a download from an address, may take."""
    max_job_seconds: float = 1800.0
    """Longest time that recognizing one video may take."""
    max_jobs: int = 4
    """Videos that may wait or be worked on at once; more are told that the server is busy."""
    max_kept: int = 20
    """Finished videos whose results are kept; of more, the oldest are deleted."""
    max_visitors: int = 4
    """Visitors' own cameras at once; more are told that the server is busy."""
    folder: Path | None = None
    """Folder in which the server makes its own, which is deleted at the end; None: the system's
    for temporary files."""
    weights: str = DEFAULT_WEIGHTS
    """Weights that are used where a visitor names none."""
    wishes: Mapping[str, object] = field(default_factory=dict)
    """Arguments of ``Recognizer`` beside the weights, for videos, which have a process of their
    own."""
    live: LiveSettings = field(default_factory=lambda: LiveSettings(append=True))
    """Settings of the sources shown live. They are begun again: events files need ``append``."""
    events: tuple[str, ...] = field(default=(), repr=False)
    """Where the segments of the sources shown live are written, or who is told of them: each as
    for ``live``; each source has its own."""

    def __post_init__(self) -> None:
        if self.token is None and not is_loopback(self.host):
            raise ValueError(f"host is {self.host!r}, which others can reach; give a token, too")
        if self.token is not None and len(self.token) < MIN_TOKEN_LETTERS:
            raise ValueError(f"token is too short; expected {MIN_TOKEN_LETTERS} letters or more")
        unknown = sorted(set(self.address_kinds) - set(get_args(AddressKind)))
        if unknown:
            known = ", ".join(get_args(AddressKind))
            raise ValueError(f"address_kinds has {unknown[0]!r}; expected some of {known}")
        if not 0 <= self.port <= 65535:
            raise ValueError(f"port is {self.port}; expected 0 to 65535")
        for name in (
            "max_upload_bytes",
            "max_upload_seconds",
            "max_job_seconds",
            "max_jobs",
            "max_visitors",
        ):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} is {getattr(self, name)}; expected a positive number")


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches an address, given as a number or ``localhost``."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
