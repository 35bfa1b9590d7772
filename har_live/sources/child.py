"""The reading process: opens one source and hands its frames over until its parent is gone.

Started by ``har_live.sources.isolated`` as ``python -m har_live.sources.child HANDLE``.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import traceback
from multiprocessing.connection import Connection
from pkgutil import resolve_name
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

import numpy as np

from har_live.errors import HarLiveError, SourceError
from har_live.redact import redact
from har_live.sources.child_messages import (
    NUM_SLOTS,
    FrameInSlot,
    Logged,
    Order,
    ReaderEnded,
    ReaderFailed,
    ReaderOpened,
    connection_from,
    map_memory,
)
from har_live.threads import start_thread

if TYPE_CHECKING:
    from har_live.sources.base import Source
    from har_live.types import Frame

LEAST_SLOT_BYTES = 1920 * 1080 * 3
"""Room for a stream that grows in the middle; what is never used takes no memory."""


class _Parent:
    """The way to the parent; several threads may speak."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._lock = threading.Lock()
        self.free_slots: SimpleQueue[int] = SimpleQueue()

    def send(self, message: object) -> None:
        try:
            with self._lock:
                self._pipe.send(message)
        except OSError:
            os._exit(0)  # the parent is gone

    def listen(self) -> None:
        """Take back slots; end this process with the parent, whatever its other threads do."""
        try:
            while True:
                self.free_slots.put(self._pipe.recv_bytes()[0])
        except (EOFError, OSError):
            os._exit(0)  # a read that hangs would keep an orderly exit waiting


class _LogToParent(logging.Handler):
    def __init__(self, parent: _Parent) -> None:
        super().__init__()
        self._parent = parent

    def emit(self, record: logging.LogRecord) -> None:
        self._parent.send(Logged(record.name, record.levelno, record.getMessage()))


def main() -> None:
    pipe = connection_from(int(sys.argv[1]))
    order: Order = pipe.recv()
    parent = _Parent(pipe)
    logging.basicConfig(level=order.log_level, handlers=[_LogToParent(parent)])
    try:
        start_thread(threading.Thread(target=parent.listen, name="har-live-parent", daemon=True))
        with _open(order) as source:
            _hand_over(source, order, parent)
        parent.send(ReaderEnded())
    except HarLiveError as error:
        parent.send(ReaderFailed(error, ""))
    except Exception as error:
        what = redact(f"{type(error).__name__}: {error}")
        parent.send(ReaderFailed(RuntimeError(what), redact(traceback.format_exc())))


def _open(order: Order) -> Source:
    source: Source = resolve_name(order.opener)(order.spec, order.options)
    return source


def _hand_over(source: Source, order: Order, parent: _Parent) -> None:
    info = source.info
    slot_bytes = max(info.height * info.width * 3, LEAST_SLOT_BYTES)
    memory = map_memory(order.memory, NUM_SLOTS * slot_bytes)
    slots = np.frombuffer(memory, np.uint8).reshape(NUM_SLOTS, slot_bytes)
    for slot in range(NUM_SLOTS):
        parent.free_slots.put(slot)
    parent.send(ReaderOpened(info, slot_bytes))
    num_dropped = 0
    for frame in source:
        try:
            # A recording waits for its reader, a live source does not.
            slot = parent.free_slots.get(block=not info.is_live)
        except Empty:
            num_dropped += 1
            continue
        parent.send(_put(frame, slots[slot], slot, num_dropped))


def _put(frame: Frame, place: np.ndarray, slot: int, num_dropped: int) -> FrameInSlot:
    height, width, _ = frame.picture.shape
    yuv = frame.yuv
    pixels = frame.image if yuv is None else yuv.planes
    if pixels.size > place.size:
        # The parent connects anew, and the memory is made for the new size.
        raise SourceError(f"the picture grew to {width}×{height}")
    place[: pixels.size] = pixels.reshape(-1)
    matrix = None if yuv is None else yuv.matrix
    return FrameInSlot(
        slot,
        height,
        width,
        matrix,
        frame.pts_seconds,
        frame.truth,
        frame.begins_anew,
        num_dropped,
    )


if __name__ == "__main__":
    main()
