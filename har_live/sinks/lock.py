"""Holds a file for one run: no other may write it meanwhile. The lock goes with its holder, even
one that is killed."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_HELD = frozenset({errno.EAGAIN, errno.EACCES, errno.EDEADLK})
"""Errors of the system where another holds it. Others (a file system without locks) hold nothing
up."""

if sys.platform == "win32":
    import msvcrt

    # Others can't read locked bytes there, so one is locked that no file reaches.
    _PLACE = 2**62

    def _lock(file: IO[bytes], *, shared: bool) -> None:
        place = file.tell()
        try:
            file.seek(_PLACE)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            if shared:  # it was a question only
                msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
        finally:
            file.seek(place)
else:
    import fcntl

    def _lock(file: IO[bytes], *, shared: bool) -> None:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)


def lock(file: IO[bytes]) -> bool:
    """Hold an open file until it is closed; return whether nobody else holds it."""
    return _is_granted(file, shared=False)


def is_locked(path: Path) -> bool:
    """Return whether a run holds a file; asking disturbs none."""
    with suppress(OSError):  # gone meanwhile, or not ours to open
        descriptor = os.open(path, os.O_RDWR | getattr(os, "O_NONBLOCK", 0))
        with open(descriptor, "r+b", buffering=0) as file:
            return not _is_granted(file, shared=True)
    return False


def _is_granted(file: IO[bytes], *, shared: bool) -> bool:
    try:
        _lock(file, shared=shared)
    except OSError as error:
        return error.errno not in _HELD
    return True
