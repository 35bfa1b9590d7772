"""Answers that nobody can take in: standard output on a full disk, or closed."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from har_live.errors import SinkError


@contextmanager
def answers_arrive() -> Iterator[None]:
    """See that all that was printed has gone out.

    Raises:
        SinkError: it can't; what waits is dropped, or Python would try once more at its exit.
        OSError: another than standard output's.
    """
    try:
        try:
            yield
        finally:
            _flush()
    except OSError as error:
        if error.errno == errno.EPIPE or not _is_refused():
            raise
        raise SinkError(f"can't print the answer: {error.strerror}") from error


def _is_refused() -> bool:
    """Return whether it is standard output that takes nothing."""
    if sys.stdout is None or sys.stdout.closed:
        return False
    try:
        sys.stdout.write("\n")
        sys.stdout.flush()
    except OSError:
        _drop()
        return True
    return False


def _flush() -> None:
    if sys.stdout is not None and not sys.stdout.closed:
        sys.stdout.flush()


def _drop() -> None:
    with suppress(OSError, ValueError), open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
