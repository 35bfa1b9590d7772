"""A source in a process of its own, so that a read that never returns can be abandoned.

A thread can't be killed, and a driver or server that hangs would keep it, its connection and its
memory for ever. A process can: the operating system takes everything back.
"""

from __future__ import annotations

import logging
import math
import mmap
import multiprocessing.connection
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import numpy as np

from har_live.child_process import child_command, child_environment
from har_live.errors import SourceError
from har_live.sources.base import Source
from har_live.sources.child_messages import (
    NUM_SLOTS,
    FrameInSlot,
    Logged,
    Order,
    ReaderEnded,
    ReaderFailed,
    ReaderOpened,
    map_memory,
    new_memory,
    release_memory,
)
from har_live.sources.kinds import kind_of
from har_live.sources.settings import SourceSettings
from har_live.types import Frame, Picture, VideoInfo
from har_live.yuv import YuvImage

logger = logging.getLogger(__name__)

OPEN_SECONDS = 45.0
"""Longest wait for a source to open: a server's own limits come first, with a better message."""
PATIENCE = 4.0
"""Factor on a source's own limits that it may take for a frame, where its kind states no other
wait: a broadcast in segments may need three for one."""
KILL_SECONDS = 5.0
"""A killed process is gone in milliseconds, unless a driver holds it."""
_SLICE_SECONDS = 0.5


class IsolatedSource(Source):
    """A source that can't hang its reader.

    Making one takes no time; ``info`` waits until the source is open, and raises what goes wrong
    with it. Use it from one thread; ``interrupt`` may come from any.
    """

    def __init__(
        self,
        spec: str,
        options: SourceSettings | None = None,
        *,
        stall_seconds: float | None = None,
        open_seconds: float = OPEN_SECONDS,
        opener: str | None = None,
    ) -> None:
        """
        Args:
            spec: as for ``open_source``.
            options: likewise.
            stall_seconds: longest wait for a frame; None takes that of its kind.
            open_seconds: longest wait for the source to open.
            opener: ``module:function`` called in the process with spec and options; None takes
                that of its kind.
        """
        options = options or SourceSettings()
        kind = kind_of(spec)
        self._name = kind.label(spec)
        patience_seconds = options.timeout_seconds * PATIENCE
        self._stall_seconds = stall_seconds or kind.stall_seconds or patience_seconds
        self._open_seconds = open_seconds
        self._info: VideoInfo | None = None
        self._buffer: mmap.mmap | None = None
        self._is_interrupted = False
        self.num_dropped = 0
        """Frames of a live source dropped so far because the reader fell behind."""
        self._memory = new_memory()
        try:
            self._pipe, self._process = _start(self._memory, reads_stdin=kind.reads_stdin)
        except BaseException:
            release_memory(self._memory)
            raise
        level = logging.getLogger().getEffectiveLevel()
        with suppress(OSError):  # it died at once: reading will tell
            order = Order(spec, options, opener or kind.opener, self._memory, level)
            self._pipe.send(order)

    @property
    def info(self) -> VideoInfo:
        """The source's description of itself.

        Raises:
            SourceError: it can't be opened, or did not open in time.
        """
        if self._info is None:
            message = self._receive(self._open_seconds, "did not open within")
            if not isinstance(message, ReaderOpened):
                raise SourceError(f"{self._name}: closed")
            self._info = message.info
            self._slot_bytes = message.slot_bytes
            self._buffer = map_memory(self._memory, NUM_SLOTS * message.slot_bytes)
        return self._info

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames in playing order; a live source's reader keeps no more than ``NUM_SLOTS``.

        Raises:
            SourceError: the source was lost, or gave nothing for ``stall_seconds``.
        """
        _ = self.info
        while True:
            message = self._receive(self._stall_seconds, "gave no picture for")
            if not isinstance(message, FrameInSlot):
                return
            yield self._take(message)

    def interrupt(self) -> None:
        """End the reading now, from any thread: whoever waits for a frame sees the end."""
        self._is_interrupted = True
        self._process.kill()

    def close(self) -> None:
        """End the process and give everything back; iterating then simply ends."""
        self.interrupt()
        try:
            self._process.wait(KILL_SECONDS)
        except subprocess.TimeoutExpired:
            logger.warning("%s: a driver holds the reading process %d", self._name, self.pid)
        if not self._pipe.closed:
            self._pipe.close()
            release_memory(self._memory)
        if self._buffer is not None:
            self._buffer.close()

    @property
    def pid(self) -> int:
        """Id of the reading process."""
        return self._process.pid

    def _receive(self, limit_seconds: float, complaint: str) -> object:
        """Wait for the next message; ``ReaderEnded`` also after an interruption."""
        until_seconds = time.monotonic() + limit_seconds
        while not self._is_interrupted:
            left_seconds = until_seconds - time.monotonic()
            try:
                # In slices: a process that a driver holds does not hang up when it is killed.
                if self._pipe.poll(max(0.0, min(left_seconds, _SLICE_SECONDS))):
                    message = self._pipe.recv()
                    match message:
                        case Logged():
                            logging.getLogger(message.logger).log(message.level, message.text)
                        case ReaderFailed():
                            raise message.error from _cause(message)
                        case _:
                            return message
                elif left_seconds <= 0:
                    self._process.kill()
                    what = f"{complaint} {limit_seconds:g} s; check the device or the network"
                    raise SourceError(f"{self._name}: {what}")
            except (EOFError, OSError) as error:
                if not self._is_interrupted:
                    raise self._crashed() from error
        return ReaderEnded()

    def _take(self, message: FrameInSlot) -> Frame:
        assert self._buffer is not None
        shape: tuple[int, ...] = (message.height, message.width, 3)
        if message.matrix is not None:
            shape = (message.height * 3 // 2, message.width)
        start = message.slot * self._slot_bytes
        shared = np.frombuffer(self._buffer, np.uint8, math.prod(shape), start)
        pixels = shared.reshape(shape).copy()
        del shared  # a mapping with a view on it can't be closed
        with suppress(OSError):  # it has ended meanwhile: reading will tell
            self._pipe.send_bytes(bytes([message.slot]))
        self.num_dropped = message.num_dropped
        picture = pixels if message.matrix is None else _stored(YuvImage(pixels, message.matrix))
        return Frame(picture, message.pts_seconds, message.truth, message.begins_anew)

    def _crashed(self) -> SourceError:
        try:
            code: object = self._process.wait(KILL_SECONDS)
        except subprocess.TimeoutExpired:
            code = "unknown"
        return SourceError(f"{self._name}: its reading process died (exit code {code})")


def _stored(image: YuvImage) -> Picture:
    # Not before there is one: cameras do without PyAV.
    from har_live.sources.media.picture import StoredPicture

    return StoredPicture(image)


def _start(
    memory: int | str, *, reads_stdin: bool
) -> tuple[multiprocessing.connection.Connection, subprocess.Popen[bytes]]:
    ours, theirs = multiprocessing.connection.Pipe()
    try:
        process = subprocess.Popen(
            child_command("har_live.sources.child", str(theirs.fileno())),
            stdin=None if reads_stdin else subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env=child_environment(),
            **_inheriting(theirs.fileno(), memory),
        )
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    return ours, process


def _inheriting(pipe: int, memory: int | str) -> dict[str, Any]:
    """Return how a process is given these two, and spared the Ctrl-C of the terminal."""
    if sys.platform == "win32":
        os.set_handle_inheritable(pipe, True)
        return {
            "startupinfo": subprocess.STARTUPINFO(lpAttributeList={"handle_list": [pipe]}),
            "creationflags": subprocess.CREATE_NEW_PROCESS_GROUP,
        }
    return {"pass_fds": [pipe, int(memory)], "start_new_session": True}


def _cause(message: ReaderFailed) -> Exception | None:
    return RuntimeError(f"in the reading process:\n{message.trace}") if message.trace else None
