"""Threads that always come home, and signals that end a run in good order."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from har_live.errors import HarLiveError
from har_live.realtime.metrics import Ending
from har_live.redact import redact
from har_live.threads import start_thread

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType

    from har_live.realtime.inbox import Failed

logger = logging.getLogger(__name__)

JOIN_SECONDS = 15.0
"""A thread that was told to stop finishes one read, or the scoring of one frame."""
_STOPPING = ("SIGINT", "SIGTERM", "SIGHUP")


@dataclass(frozen=True, slots=True)
class Job:
    """The work of a thread."""

    name: str
    run: Callable[[], None]
    on_error: Callable[[BaseException], None]
    """Called in the thread with what ``run`` raises."""


@contextmanager
def running(jobs: Sequence[Job], *, stop: Callable[[], None]) -> Iterator[None]:
    """Run jobs in threads of their names; at the end stop and join them.

    Raises:
        HarLiveError: the system has no thread left.
    """

    def guarded(job: Job) -> None:
        try:
            job.run()
        except BaseException as error:
            job.on_error(error)

    threads = [
        # Daemons: should one hang after all, the program still ends.
        threading.Thread(target=guarded, args=(job,), name=f"har-live-{job.name}", daemon=True)
        for job in jobs
    ]
    started: list[threading.Thread] = []
    try:
        for thread in threads:
            start_thread(thread)
            started.append(thread)
        yield
    finally:
        stop()
        deadline_seconds = time.monotonic() + JOIN_SECONDS
        for thread in started:
            thread.join(max(0.0, deadline_seconds - time.monotonic()))
            if thread.is_alive():
                logger.error("%s does not end", thread.name)


@contextmanager
def signals_to(stop: Callable[[Ending], None]) -> Iterator[None]:
    """Call ``stop`` when a signal asks the program to end.

    A second one has its usual effect: whoever can't wait need not. Only the main thread may take
    signals; in another, nothing is changed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in _STOPPING if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}

    def on_signal(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, before[number] or signal.SIG_DFL)
        stop(Ending(signal.Signals(number).name, 128 + number))

    # One that is ignored (nohup) stays ignored.
    taken = [number for number in numbers if before[number] is not signal.SIG_IGN]
    try:
        for number in taken:
            signal.signal(number, on_signal)
        yield
    finally:
        for number in taken:
            signal.signal(number, before[number] or signal.SIG_DFL)


def as_har_live_error(failed: Failed) -> HarLiveError:
    """Return what a thread failed with as an error for the caller, who attaches the cause."""
    error = failed.error
    if isinstance(error, HarLiveError):
        return type(error)(str(error))
    what = redact(f"{type(error).__name__}: {error}")
    return HarLiveError(f"{failed.thread} failed: {what}; --debug shows where")
