"""Lets one run at a time work at a lesson: two would number and learn past each other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from har_live.errors import SinkError
from har_live.sinks.file_checks import reason
from har_live.sinks.lock import lock

LOCK_FILE = ".lock"


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder of a lesson's takes, which is made where it is missing.

    Raises:
        SinkError: another run holds it, or it can't be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / LOCK_FILE).open("ab")
    except OSError as error:
        raise SinkError(f"can't write {folder}: {reason(error)}") from error
    with file:
        if not lock(file):
            raise SinkError(
                f"another run of har-live adds to the takes in {folder}; wait for it, or end it"
            )
        yield
