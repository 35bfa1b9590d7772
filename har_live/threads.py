"""Threads that the system may refuse."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from har_live.errors import HarLiveError

if TYPE_CHECKING:
    from threading import Thread


def num_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def start_thread(thread: Thread) -> None:
    """Start a thread. Raises ``HarLiveError``: the system has none left."""
    try:
        thread.start()
    except RuntimeError as error:
        raise no_thread_left(error) from error


def no_thread_left(error: RuntimeError) -> HarLiveError:
    """Return what is raised where the system has no thread left."""
    return HarLiveError(
        f"{error}: the system allows this user no more (ulimit -u, or a container's limit)"
    )
