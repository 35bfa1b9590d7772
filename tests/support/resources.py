"""Things of the machine that this process holds, as Linux counts them."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest

needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs Linux's /proc")


class Held(NamedTuple):
    """Numbers that are the same again when nothing was left behind."""

    threads: int
    files: int
    children: int


def held() -> Held:
    num_files = len(os.listdir("/proc/self/fd"))
    return Held(threading.active_count(), num_files, len(children_of(os.getpid())))


def children_of(pid: int) -> list[int]:
    """Processes that any thread of a process has started and not yet reaped."""
    children: list[int] = []
    for task in os.listdir(f"/proc/{pid}/task"):
        with suppress(FileNotFoundError, ProcessLookupError):  # the thread has ended meanwhile
            children += map(int, Path(f"/proc/{pid}/task/{task}/children").read_text().split())
    return children


def resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def is_alive(pid: int) -> bool:
    """Return whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Poll a condition of another process; fail when it is not met in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.005)
