"""A file that a muxer writes without knowing: it writes to memory, and the disk gets whole pieces.

A muxer that meets a full disk itself may crash the process when it is used once more, and never
closes the file (PyAV 18: ``OutputContainer`` after a header that could not be written). So no
muxer of a recording in progress ever sees the disk: what goes wrong there is an ``OSError`` of
Python's own.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class Memory(BytesIO):
    """A buffer that a muxer writes to. Its methods are compiled ones: Ctrl-C, delivered between two
    steps of Python, can't break a piece while FFmpeg hands it over."""

    def seekable(self) -> bool:
        return False


class GrowingFile:
    """Call ``write_out`` after each use of a muxer that writes to ``memory``.

    Args:
        path: written anew.
        memory: new.

    Raises:
        OSError: can't be opened.
    """

    def __init__(self, path: Path, memory: BytesIO) -> None:
        self._memory = memory
        self._file = path.open("wb", buffering=0)
        self._start = 0  # where in the file the memory's first byte belongs

    def write_out(self) -> None:
        """Put on disk what is in memory, all of it or nothing.

        May be interrupted anywhere: how far it was is known from the two positions alone, and the
        next call goes on there.

        Raises:
            OSError: can't be written; another call tries again.
        """
        done = self._file.tell() - self._start
        try:
            with self._memory.getbuffer()[done : self._memory.tell()] as remaining:
                self._write(remaining)
        except OSError:
            self._file.seek(self._start)
            self._file.truncate()
            raise
        self._memory.seek(0)
        self._start = self._file.tell()

    def close(self) -> None:
        """Let go of the file; a second call does nothing. Raises ``OSError``: can't be written."""
        self._file.close()

    def _write(self, remaining: memoryview) -> None:
        written = 0
        while written < len(remaining):  # a nearly full disk takes a part first
            written += self._file.write(remaining[written:])
