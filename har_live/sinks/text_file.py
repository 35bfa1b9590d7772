"""A text file that grows by whole entries: whatever ends the run, none is torn."""

from __future__ import annotations

import logging
import os
import stat
from contextlib import suppress
from typing import IO, TYPE_CHECKING

from har_live.errors import SinkError
from har_live.sinks.file_checks import discard, reason
from har_live.sinks.lock import lock

if TYPE_CHECKING:
    from pathlib import Path

logger = logging.getLogger(__name__)

_MOST_HEAD_BYTES = 2**20


class TextFile:
    """A file held by this run until it is closed; UTF-8.

    Args:
        path: a new file, unless one of the others is true.
        overwrite: begin it anew.
        append: go on with it where it exists, after its last whole line.

    Raises:
        SinkError: can't be written, exists already, or another run is writing it.
    """

    def __init__(self, path: Path, *, overwrite: bool = False, append: bool = False) -> None:
        self._path = path
        try:
            self._file = _opened(path, is_new=not (overwrite or append))
            self._is_regular = stat.S_ISREG(os.fstat(self._file.fileno()).st_mode)
        except OSError as error:
            raise SinkError(f"can't write {path}: {reason(error)}") from error
        try:
            self._hold()
            if self._is_regular and not append:
                self._file.truncate()
            self.head = self._continue() if self._is_regular and append else ""
        except OSError as error:
            self._file.close()
            raise SinkError(f"can't write {path}: {reason(error)}") from error
        except BaseException:
            self._file.close()
            raise
        self._num_bytes = self._num_bytes_before = self._file.tell() if self._is_regular else 0

    head: str
    """First line of what was there before, without its end; empty where nothing was."""

    def append(self, text: str) -> None:
        """Write whole lines; in the system's hands when this returns.

        Raises:
            SinkError: can't be written; the file is as it was before.
        """
        # A letter that is none (half a file name in another code page) as JSON escapes it.
        data = text.encode("utf-8", "backslashreplace")
        try:
            remaining = memoryview(data)
            while remaining:  # a nearly full disk takes a part and refuses the rest next time
                remaining = remaining[self._file.write(remaining) :]
        except OSError as error:
            self._cut(self._num_bytes)
            raise SinkError(f"can't write {self._path}: {reason(error)}") from error
        self._num_bytes += len(data)

    def close(self) -> None:
        """Let go of it; a second call does nothing. Raises ``SinkError``: it is not on the disk."""
        if self._file.closed:
            return
        try:
            with self._file:
                if self._is_regular:
                    os.fsync(self._file.fileno())
        except OSError as error:
            raise SinkError(f"can't write {self._path}: {reason(error)}") from error

    def abort(self) -> None:
        """Leave what was there before: nothing, or what was to be gone on with."""
        if self._file.closed:
            return
        self._cut(self._num_bytes_before)
        with suppress(OSError):
            self._file.close()
        if self._is_regular and not self._num_bytes_before:
            discard(self._path)

    def _hold(self) -> None:
        if self._is_regular and not lock(self._file):
            raise SinkError(
                f"can't write {self._path}: another run is writing it; end that one, or give "
                "another name"
            )

    def _continue(self) -> str:
        """Go behind the last whole line; return the first one."""
        size = self._file.seek(0, os.SEEK_END)
        end = _end_of_lines(self._file, size)
        if end < size:
            logger.warning("%s: its last entry was torn; it is taken away", self._path)
        self._file.seek(0)
        head = self._file.read(min(end, _MOST_HEAD_BYTES)).partition(b"\n")[0]
        self._file.seek(end)
        self._file.truncate()
        return head.decode("utf-8", "replace")

    def _cut(self, num_bytes: int) -> None:
        if not self._is_regular:
            return
        with suppress(OSError):  # the error that led here is the one to hear of
            self._file.truncate(num_bytes)
            self._file.seek(num_bytes)


def _opened(path: Path, *, is_new: bool) -> IO[bytes]:
    """Open it unbuffered, and not emptied: it may be another run's."""
    if is_new:
        return path.open("xb", buffering=0)
    if path.exists() and not path.is_file():  # a pipe, a device
        return path.open("wb", buffering=0)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
    return open(descriptor, "r+b", buffering=0)


def _end_of_lines(file: IO[bytes], size: int) -> int:
    """Find where the last whole line ends."""
    end = size
    while end > 0:
        start = max(0, end - 4096)
        file.seek(start)
        found = file.read(end - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0
