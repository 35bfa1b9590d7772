"""Standard input: a video that another program pipes in."""

from __future__ import annotations

import logging
import os
import shutil
import struct
import sys
import tempfile
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, BinaryIO, Final

from har_live.errors import SourceError
from har_live.sources.media import MediaSource

if TYPE_CHECKING:
    from av import VideoStream

    from har_live.sources.settings import SourceSettings

logger = logging.getLogger(__name__)

NAME: Final = "standard input"
STDIN = 0
"""Its number, whatever Python's own ``sys.stdin`` has become."""
HEAD_BYTES = 4096
"""An MP4 says in fewer whether its index comes first."""
WAKE_SECONDS = 0.25
"""Interval at which a wait for bytes looks whether another thread interrupted it."""
_HINT = "pipe a video in: ffmpeg … -f mpegts - | har-live live -"
_BEFORE_PICTURES = (b"ftyp", b"free", b"skip", b"wide", b"uuid", b"pnot")
"""Boxes of an MP4 that say nothing of where its pictures are."""


class StdinSource(MediaSource):
    """The video that comes through standard input; played as a file is, whoever sends it."""

    def __init__(self, _spec: str, options: SourceSettings) -> None:
        """Reads the beginning and decodes the first frame.

        Raises:
            SourceError: nothing is piped in, or nothing in it can be decoded.
        """
        self._input = open_input()
        try:
            super().__init__(NAME, file=self._input, hwaccel=options.hwaccel)
        except BaseException:
            self._input.close()
            self._input.pass_on_interruption()
            raise

    def interrupt(self) -> None:
        self._input.interrupt()

    def close(self) -> None:
        super().close()
        self._input.close()

    def _finish(self, stream: VideoStream) -> None:
        self._input.pass_on_interruption()
        if not self._input.is_interrupted:
            super()._finish(stream)


class StoredInput:
    """A file that was piped in, or the copy of one: no read of it waits, so none is interrupted."""

    is_interrupted = False

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.read, self.seek, self.tell = file.read, file.seek, file.tell

    def interrupt(self) -> None: ...

    def pass_on_interruption(self) -> None: ...

    def close(self) -> None:
        self._file.close()


class Pipe:
    """A pipe whose first bytes were read already. It can't go back."""

    def __init__(self, file: BinaryIO, head: bytes) -> None:
        """``file`` is unbuffered, so that a read returns what has come instead of waiting."""
        self._file = file
        self._head = head
        self._interruption: KeyboardInterrupt | None = None
        self.is_interrupted = False
        """Somebody has ended the reading early."""

    def read(self, size: int = -1, /) -> bytes:
        """Read at most ``size`` bytes, none at the end."""
        if self._head:
            taken, self._head = self._head[:size], self._head[size:]
            return taken
        try:
            while not self.is_interrupted:  # FFmpeg asks again at an end
                if _has_come(self._file):
                    return self._file.read(size)
        except KeyboardInterrupt as error:
            # FFmpeg's read can't fail with it: PyAV would print it, and the traceback.
            self._interruption = error
            self.interrupt()
        return b""

    def interrupt(self) -> None:
        """End the reading, from any thread, as though there were no more."""
        self.is_interrupted = True

    def pass_on_interruption(self) -> None:
        """Raise the Ctrl-C, if any, that ended the reading early, in the main thread."""
        if self._interruption is not None:
            raise self._interruption from None

    def close(self) -> None:
        self._file.close()


def open_input() -> Pipe | StoredInput:
    """Open standard input, or a copy of it where the video in it can't be read from front to back.

    Raises:
        SourceError: it is closed, empty or a terminal, or there is no room for a copy.
    """
    if sys.__stdin__ is None:
        raise SourceError(f"{NAME} is closed; {_HINT}")
    file = os.fdopen(os.dup(STDIN), "rb", buffering=0)
    try:
        if file.isatty():
            raise SourceError(f"{NAME} is a terminal; {_HINT}")
        head = _head_of(file)
        if not head:
            raise SourceError(f"{NAME} is empty; {_HINT}")
        if file.seekable():
            file.seek(-len(head), os.SEEK_CUR)
            return StoredInput(file)
        pipe = Pipe(file, head)
        return _copy_of(pipe) if index_comes_last(head) else pipe
    except BaseException:
        file.close()
        raise


def index_comes_last(head: bytes) -> bool:
    """Return whether this begins an MP4 that tells only at its end where its pictures are."""
    at = 0
    while at + 8 <= len(head):
        num_bytes, name = struct.unpack_from(">I4s", head, at)
        if name not in _BEFORE_PICTURES or num_bytes < 8:
            return bool(name == b"mdat")
        at += num_bytes
    return False


def _has_come(file: BinaryIO) -> bool:
    """Return whether reading returns at once; asked of a pipe, this waits a moment."""
    # Windows can't wait for a pipe like this one: there, a read ends with the next bytes.
    return sys.platform == "win32" or bool(wait([file.fileno()], WAKE_SECONDS))


def _head_of(file: BinaryIO) -> bytes:
    head = b""
    while len(head) < HEAD_BYTES and (more := file.read(HEAD_BYTES - len(head))):
        head += more
    return head


def _copy_of(pipe: Pipe) -> StoredInput:
    logger.info("%s: an MP4 whose index comes last; all of it is read first", NAME)
    copy = tempfile.TemporaryFile()  # noqa: SIM115  # open as long as the source
    try:
        shutil.copyfileobj(pipe, copy)
        pipe.pass_on_interruption()
        copy.seek(0)
    except BaseException as error:
        copy.close()
        if not isinstance(error, OSError):
            raise
        what = f"no room for a copy in {tempfile.gettempdir()} ({error.strerror})"
        remedy = "send it with -movflags frag_keyframe, or as MPEG-TS or Matroska"
        raise SourceError(f"{NAME}: an MP4 whose index comes last, and {what}; {remedy}") from error
    pipe.close()
    return StoredInput(copy)
