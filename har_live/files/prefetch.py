"""Prefetching: the next items are made while the last ones are being used."""

from __future__ import annotations

from collections import deque
from threading import Condition, Thread
from typing import TYPE_CHECKING, Generic, TypeVar

from har_live.threads import start_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

Item = TypeVar("Item")

WAKE_SECONDS = 0.5
"""A wait without a limit can't be interrupted by Ctrl-C on Windows."""


def prefetch(
    items: Iterable[Item], *, max_waiting: int, interrupt: Callable[[], None] = lambda: None
) -> Generator[Item, None, None]:
    """Yield the same items in the same order, made by a thread of their own.

    What goes wrong in making them is raised here, after the items made before; ``HarLiveError`` at
    once where there is no thread to be had. When the generator is closed or collected, the thread
    ends after the item that it is making.

    Args:
        max_waiting: items made that nobody has asked for yet.
        interrupt: ends the making of an item that may wait for ever; called when the generator is
            left before its end.
    """
    queue = _BoundedQueue[Item](max_waiting)
    maker = Thread(target=queue.fill, args=(items,), name="har-live-prefetch", daemon=True)
    start_thread(maker)
    try:
        while (item := queue.take()) is not None:
            yield item
    except BaseException:
        interrupt()
        raise
    finally:
        queue.stop()
        maker.join()


class _BoundedQueue(Generic[Item]):
    """Items between the two threads, at most ``max_waiting``."""

    def __init__(self, max_waiting: int) -> None:
        self._max_waiting = max_waiting
        self._changed = Condition()
        self._waiting: deque[Item] = deque()
        self._is_over = self._is_stopped = False
        self._error: BaseException | None = None

    def fill(self, items: Iterable[Item]) -> None:
        """Make the items; the maker's thread runs this."""
        try:
            for item in items:
                if not self._put(item):
                    break
        except BaseException as error:
            self._error = error
        with self._changed:
            self._is_over = True
            self._changed.notify_all()

    def take(self) -> Item | None:
        """Return the next item; None after the last."""
        with self._changed:
            while not self._changed.wait_for(lambda: self._waiting or self._is_over, WAKE_SECONDS):
                pass
            if self._waiting:
                self._changed.notify_all()
                return self._waiting.popleft()
        if self._error is not None:
            raise self._error
        return None

    def stop(self) -> None:
        """Let the maker end: nobody asks for more."""
        with self._changed:
            self._is_stopped = True
            self._changed.notify_all()

    def _put(self, item: Item) -> bool:
        """Add an item when there is room; return whether more is wanted."""
        with self._changed:
            self._changed.wait_for(
                lambda: len(self._waiting) < self._max_waiting or self._is_stopped
            )
            self._waiting.append(item)
            self._changed.notify_all()
            return not self._is_stopped
