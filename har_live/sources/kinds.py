"""The kinds of source there are, a row each: nothing else asks what kind a source is.

A kind of one's own is a row, too, and then works wherever a source is named::

    from har_live.sources import SourceKind, register

    register(
        SourceKind(
            name="ndi",
            matches=lambda spec: spec.startswith("ndi:"),
            opener="my_package.ndi:open_ndi",  # open_ndi(spec, options) → Source
        )
    )

Or the package that has it declares an entry point, which is found without an import, from the
command line, too::

    [project.entry-points."har_live.sources"]
    ndi = "my_package.ndi:KIND"  # a SourceKind
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from itertools import chain
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING

from har_live.redact import redact_url

if TYPE_CHECKING:
    from har_live.sources.base import Source
    from har_live.sources.settings import SourceSettings

ENTRY_POINTS = "har_live.sources"
"""The group of entry points in which other packages name their kinds."""
CAMERA_STALL_SECONDS = 5.0
YOUTUBE_STALL_SECONDS = 60.0
"""Longer than other live sources: it may have to find out its address anew."""

_YOUTUBE = re.compile(
    r"(?:https?://)?(?:[\w-]+\.)*(?:youtube\.com|youtube-nocookie\.com|youtu\.be)(?:[:/?#]|$)",
    re.IGNORECASE,
)
_SCREEN = re.compile(r"screen(?::.*)?")
_CAMERA = re.compile(r"\d+|/dev/video\w+")
_LIKE_A_PATH = re.compile(r"[/\\]|\.\w{2,5}$")


def _always(_spec: str) -> bool:
    return True


def _never(_spec: str) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceKind:
    """A kind of source: what tells it, what opens it, how it is treated."""

    name: str
    matches: Callable[[str], bool]
    """Tells whether this text means such a source, from the text, and from which files there
    are."""
    opener: str
    """``module:function`` that takes the text and ``SourceSettings`` and returns a ``Source``, or
    raises ``SourceError``. Imported when one is opened, by the process that reads it."""
    checker: str | None = None
    """``module:function`` that takes the text and raises ``SourceError`` where, without opening it,
    it is known not to be there; asked before anything heavy is loaded."""
    can_hang: Callable[[str], bool] = _always
    """Tells whether a read may never return: live use then reads it in a process of its own, which
    must be able to import ``opener`` (a notebook's own function it can't)."""
    stall_seconds: float | None = None
    """Longest wait for a frame in live use. None: longer than ``timeout_seconds`` of its options,
    so that its own message comes first."""
    reads_stdin: bool = False
    """True if it needs this program's standard input."""
    is_file: bool = False
    """True if the text is the path of what is read, which no output may replace."""
    is_mirrored: bool = False
    """True if people expect to see themselves as in a mirror."""
    label: Callable[[str], str] = redact_url
    """Makes its name in messages; shows no secret."""
    title: Callable[[str], str] | None = None
    """Makes its name on the picture, in few letters; None: ``label``."""

    def open(self, spec: str, options: SourceSettings) -> Source:
        """Open one in this process.

        Raises:
            SourceError: it can't be opened, or nothing in it can be decoded.
        """
        source: Source = resolve_name(self.opener)(spec, options)
        return source


def kind_of(spec: str) -> SourceKind:
    """The first kind that ``spec`` matches; what no other matches is part of a camera's name."""
    return next(kind for kind in chain(_of_packages(), KINDS) if kind.matches(spec))


def register(kind: SourceKind) -> None:
    """Add a kind, before all others: it also gets what one of them would match."""
    KINDS.insert(0, kind)


@cache
def _of_packages() -> list[SourceKind]:
    """Look for kinds in the other packages that are installed."""
    return [entry_point.load() for entry_point in entry_points(group=ENTRY_POINTS)]


def _is_file(spec: str) -> bool:
    if _CAMERA.fullmatch(spec):
        return False
    return _LIKE_A_PATH.search(spec) is not None or os.path.exists(spec)


def _is_pipe_or_device(path: str) -> bool:
    return os.path.exists(path) and not os.path.isfile(path)


def _name_and_folder(path: str) -> str:
    return "/".join(Path(path).parts[-2:])


def _camera_label(spec: str) -> str:
    return f"camera {spec}" if spec.isdecimal() else spec


KINDS: list[SourceKind] = [
    SourceKind(
        name="figure",
        matches=lambda spec: spec == "figure",
        opener="har_live.demo.source:open_demo",
        can_hang=_never,
    ),
    SourceKind(
        name="stdin",
        matches=lambda spec: spec == "-",
        opener="har_live.sources.stdin:StdinSource",
        stall_seconds=math.inf,  # the other program's business, as for every tool with a "-"
        reads_stdin=True,
        label=lambda _spec: "standard input",
    ),
    SourceKind(
        name="screen",
        matches=lambda spec: _SCREEN.fullmatch(spec) is not None,
        opener="har_live.sources.screen:ScreenSource",
        stall_seconds=CAMERA_STALL_SECONDS,
        label=lambda spec: spec.replace(":", " ", 1).strip(),
    ),
    SourceKind(
        name="youtube",
        matches=lambda spec: _YOUTUBE.match(spec) is not None,
        opener="har_live.sources.youtube:open_youtube",
        stall_seconds=YOUTUBE_STALL_SECONDS,
    ),
    SourceKind(
        name="address",
        matches=lambda spec: "://" in spec,
        opener="har_live.sources.network:open_network",
    ),
    SourceKind(
        name="file",
        matches=_is_file,
        opener="har_live.sources.media:open_file",
        checker="har_live.sources.check:check_file",
        can_hang=_is_pipe_or_device,
        is_file=True,
        title=_name_and_folder,
    ),
    SourceKind(
        name="camera",  # the last: a name need not look like anything
        matches=_always,
        opener="har_live.sources.camera:CameraSource",
        checker="har_live.sources.camera_list:find_camera",
        stall_seconds=CAMERA_STALL_SECONDS,
        is_mirrored=True,
        label=_camera_label,
    ),
]
"""Asked in this order; ``register`` puts others before them."""
