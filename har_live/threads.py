"""Threads that the system may refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from har_live.errors import HarLiveError

if TYPE_CHECKING:
    from threading import Thread


def start_thread(thread: Thread) -> None:
    """Start a thread. Raises ``HarLiveError``: the system has none left."""
    try:
        thread.start()
    except RuntimeError as error:
        raise HarLiveError(
            f"{error}: the system allows this user no more (ulimit -u, or a container's limit)"
        ) from error
