"""The messages between the reading process and its parent, and the memory they share."""

from __future__ import annotations

import mmap
import os
import sys
import tempfile
from dataclasses import dataclass
from itertools import count
from multiprocessing.connection import Connection

from har_live.sources.settings import SourceSettings
from har_live.types import VideoInfo
from har_live.yuv import Matrix

NUM_SLOTS = 3
"""Pictures that the reader may have handed over before one of them is taken."""

_numbers = count()


@dataclass(frozen=True, slots=True)
class Order:
    """The parent's first message; after it, it sends the number of each slot that is free again."""

    spec: str
    options: SourceSettings
    opener: str
    """``module:function`` that takes spec and options and returns a source."""
    memory: int | str
    """The shared memory, as ``new_memory`` made it."""
    log_level: int


@dataclass(frozen=True, slots=True)
class ReaderOpened:
    """The reader's first message."""

    info: VideoInfo
    slot_bytes: int


@dataclass(frozen=True, slots=True)
class FrameInSlot:
    """A picture lies in a slot; it stays there until the slot is free again."""

    slot: int
    height: int
    width: int
    matrix: Matrix | None
    """Colour matrix of the planes of a ``YuvImage``; None: it is RGB."""
    pts_seconds: float
    truth: str | None
    begins_anew: bool
    num_dropped: int
    """Frames of a live source dropped so far, for want of a free slot."""


@dataclass(frozen=True, slots=True)
class ReaderEnded:
    """The source came to its end."""


@dataclass(frozen=True, slots=True)
class ReaderFailed:
    """The error that ended the reading early."""

    error: Exception
    trace: str
    """Traceback of an unexpected error, which can't be sent itself."""


@dataclass(frozen=True, slots=True)
class Logged:
    """A record of the reader's log."""

    logger: str
    level: int
    text: str


def new_memory() -> int | str:
    """Make a piece of memory without a size yet, to be inherited: nothing is left of it in the file
    system, however its users end. A file descriptor; on Windows a name."""
    if sys.platform == "win32":
        return f"har-live-{os.getpid()}-{next(_numbers)}"
    if hasattr(os, "memfd_create"):
        return os.memfd_create("har-live-frames")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def map_memory(memory: int | str, num_bytes: int) -> mmap.mmap:
    """Map the memory as a buffer of ``num_bytes``; the first to map it gives it its size."""
    if sys.platform == "win32":
        return mmap.mmap(-1, num_bytes, tagname=str(memory))
    descriptor = int(memory)
    if os.fstat(descriptor).st_size < num_bytes:
        os.ftruncate(descriptor, num_bytes)
    return mmap.mmap(descriptor, num_bytes)


def release_memory(memory: int | str) -> None:
    """Let go of it; it lives on while it is mapped."""
    if isinstance(memory, int):
        os.close(memory)


def connection_from(handle: int) -> Connection:
    """Return the inherited end of a pipe."""
    if sys.platform == "win32":
        from multiprocessing.connection import PipeConnection

        return PipeConnection(handle)
    return Connection(handle)
