"""Sources: every place that frames come from."""

from __future__ import annotations

from har_live.sources.base import Source
from har_live.sources.kinds import SourceKind, kind_of, register
from har_live.sources.settings import SourceSettings

__all__ = ["Source", "SourceKind", "SourceSettings", "open_source", "register"]


def open_source(spec: str, options: SourceSettings | None = None) -> Source:
    """The source that a person means by ``spec``.

    Args:
        spec: a camera's number or part of its name, a path, a URL, the address of a YouTube video,
            ``screen`` (``screen:2`` is the second one), ``-`` (standard input), ``figure`` (the
            recording of a drawn person that ships), or whatever a kind that was added with
            ``register`` matches.
        options: how to open it.

    Raises:
        SourceError: it can't be opened, or nothing in it can be decoded.
    """
    return kind_of(spec).open(spec, options or SourceSettings())
