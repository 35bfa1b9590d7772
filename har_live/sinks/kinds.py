"""The kinds of sinks that an address can mean: one table from suffix or scheme to what opens it.

To add a kind to the package, write its class and a row in ``KINDS``. From outside, call
``register``, or let the package that has the class declare an entry point, which then is found
without an import, from the command line, too::

    [project.entry-points."har_live.sinks"]
    "bell://" = "bells:Bell"
"""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from pkgutil import resolve_name

from har_live.errors import SinkError
from har_live.redact import redact_url
from har_live.sinks.base import Sink, SinkSettings
from har_live.sinks.event_formats import FORMATS
from har_live.sinks.events import EventsSink
from har_live.sinks.file_checks import CONTAINERS

SinkOpener = Callable[[str, SinkSettings], Sink]
"""Makes a sink from its address, unharmed, and what the caller wants; often the sink's class."""

ENTRY_POINTS = "har_live.sinks"
"""The group of entry points in which other packages name their kinds."""

# A class that loads PyAV or the like is named, and imported when it is first asked for.
KINDS: dict[str, str | SinkOpener] = {
    **dict.fromkeys(CONTAINERS, "har_live.sinks.annotated_video:DrawnVideo"),
    **dict.fromkeys(FORMATS, EventsSink),
    **dict.fromkeys(("http://", "https://"), "har_live.sinks.webhook:Webhook"),
    **dict.fromkeys(("mqtt://", "mqtts://"), "har_live.sinks.mqtt:MqttSink"),
}
"""Suffix with its dot, or scheme with its ``://``, → ``module:class``, or what opens the sink."""

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def register(kind: str, open_new: SinkOpener) -> None:
    """Let addresses of a kind be opened as sinks; one that was known is replaced.

    Args:
        kind: a scheme, such as ``mqtt://``, or a suffix, such as ``.txt``.
        open_new: is called with the address and ``SinkSettings``; a class of your own, for example.

    Raises:
        ValueError: ``kind`` is neither.
    """
    if kind != kind.lower() or not (_SCHEME.fullmatch(kind) or re.fullmatch(r"\.\w+", kind)):
        raise ValueError(f"kind is {kind!r}; expected a scheme, 'mqtt://', or a suffix, '.txt'")
    KINDS[kind] = open_new


def known_kinds() -> list[str]:
    """List every suffix and scheme that can be opened."""
    return [*KINDS, *entry_points(group=ENTRY_POINTS).names]


def is_url(address: str | Path) -> bool:
    """Return whether an address is a URL, and no path."""
    return isinstance(address, str) and _SCHEME.match(address) is not None


def is_video(address: str | Path) -> bool:
    """Return whether an address is the path of a video."""
    return not is_url(address) and Path(address).suffix.lower() in CONTAINERS


def open_sink(sink: str | Path | Sink, settings: SinkSettings) -> Sink:
    """The sink that a path or an address means; a sink itself stays what it is.

    Raises:
        SinkError: nothing is known of its kind, or the sink refuses it.
    """
    if not isinstance(sink, str | Path):
        return sink
    opener = _opener_of(sink)
    if isinstance(opener, str):
        opener = resolve_name(opener)
    return opener(str(sink), settings)


def check_kind(address: str | Path) -> None:
    """Refuse an address of which ``open_sink`` would not know what it means.

    Raises:
        SinkError: nothing is known of its kind.
    """
    _opener_of(address)


def _opener_of(address: str | Path) -> str | SinkOpener:
    scheme = _SCHEME.match(address) if isinstance(address, str) else None
    kind = scheme[0].lower() if scheme else Path(address).suffix.lower()
    opener = KINDS.get(kind) or _outside(kind)
    if opener is None:
        name = redact_url(str(address)) if scheme else address
        known = ", ".join(known_kinds())
        raise SinkError(f"can't tell what kind of output {name} is; end it in one of {known}")
    return opener


def _outside(kind: str) -> SinkOpener | None:
    """Look for this kind in the other packages that are installed."""
    for entry_point in entry_points(group=ENTRY_POINTS, name=kind):
        opener: SinkOpener = entry_point.load()
        return opener
    return None
