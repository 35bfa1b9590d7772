"""Checks that every sink that writes a file makes of the file system, and their messages."""

from __future__ import annotations

import logging
import os
from itertools import count
from typing import TYPE_CHECKING

from har_live.errors import SinkError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

logger = logging.getLogger(__name__)

CONTAINERS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska"}
"""Suffix of a video → FFmpeg's name of the container."""


def numbered(stem: str) -> Iterator[str]:
    """Yield names without end: ``stem``, ``stem-2``, ``stem-3``, …"""
    yield stem
    for number in count(2):
        yield f"{stem}-{number}"


def check_target(path: Path, *, overwrite: bool, source: str | Path | None = None) -> None:
    """Refuse a path that can't become an output file, before any work is done.

    Raises:
        SinkError: ``path`` is a directory, its folder is missing or forbidden, it is the very file
            that is being read, or it exists and ``overwrite`` is false.
    """
    try:
        if path.is_dir():
            raise SinkError(f"can't write {path}: it is a directory; give a file name")
        if not path.parent.is_dir():
            raise SinkError(
                f"can't write {path}: there is no folder {path.parent}; create it first"
            )
        if not path.exists():
            return
        if source is not None and os.path.exists(source) and path.samefile(source):
            raise SinkError(f"can't write {path}: it is the source itself; give another name")
    except OSError as error:
        raise SinkError(f"can't write {path}: {reason(error)}") from error
    if not overwrite:
        raise SinkError(f"{path} exists already; pass --overwrite to replace it")


def check_video(path: Path, *, overwrite: bool, source: str | Path | None = None) -> str:
    """FFmpeg's name of the container that a video will be; otherwise as ``check_target``.

    Raises:
        SinkError: its suffix is none of ``CONTAINERS``, too.
    """
    container_name = CONTAINERS.get(path.suffix.lower())
    if container_name is None:
        raise SinkError(f"can't write {path}: end its name in one of {', '.join(CONTAINERS)}")
    check_target(path, overwrite=overwrite, source=source)
    return container_name


def put_in_place(part: Path, path: Path, *, overwrite: bool) -> None:
    """Give a complete file its name.

    Raises:
        SinkError: a file of that name has appeared meanwhile, or renaming failed; the message says
            where the complete file is.
    """
    try:
        if path.exists() and not overwrite:
            raise SinkError(f"{path} was created by something else meanwhile; the output is {part}")
        part.replace(path)
    except OSError as error:
        raise SinkError(f"can't write {path}: {reason(error)}; the output is {part}") from error


def discard(path: Path) -> None:
    """Take a file away. One that can't be is named in a warning: the work is over as it is."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        logger.warning("%s stays behind: %s", path, reason(error))


def sync(path: Path) -> None:
    """Wait until a file is on the disk itself; a quota on a server may say no only now.

    Raises:
        OSError: it isn't.
    """
    with path.open("r+b", buffering=0) as file:
        os.fsync(file.fileno())


def reason(error: Exception) -> str:
    """Say in words what went wrong, without FFmpeg's address, which may hold a password."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def file_url(path: Path) -> str:
    """A path as FFmpeg takes it: a name with a colon would be a protocol's to it."""
    return f"file:{path}"
