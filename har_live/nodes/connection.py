"""The connection to a Ray cluster, or to a small one of this machine alone."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from har_live.errors import BackendError, first_line
from har_live.redact import redact
from har_live.sinks.file_checks import reason

if TYPE_CHECKING:
    from collections.abc import Iterator

INSTALL_RAY = "pip install 'har-live[ray]'"
OBJECT_STORE_BYTES = 80 * 2**20
"""Room for weights and results on this machine alone: by itself Ray takes a third of the memory."""

REACH_SECONDS = 10.0


@contextmanager
def connected(address: str | None) -> Iterator[None]:
    """Be connected to Ray; the work that is under way ends with the connection.

    Args:
        address: of a cluster, ``HOST:PORT``; ``auto`` finds the one of this machine, None begins
            one that ends with the connection.

    Raises:
        BackendError: Ray is not installed, nothing answers there, or it is of another version.
    """
    # Nobody is told of what is watched here; whoever wants to tell sets it to 1.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    # Ray lets its workers give way to everything else on the machine; labels would come too late.
    os.environ.setdefault("RAY_worker_niceness", "0")
    try:
        import ray
    except ImportError as error:
        raise BackendError(f"this needs Ray, which is not installed; {INSTALL_RAY}") from error
    _check(address)
    before = signal.getsignal(signal.SIGTERM)
    own: dict[str, Any] = {"object_store_memory": OBJECT_STORE_BYTES, "include_dashboard": False}
    try:
        ray.init(
            address=address or "local",
            log_to_driver=False,
            logging_level=logging.ERROR,
            **({} if address else own),
        )
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        raise _refused(address, first_line(error)) from error
    try:
        yield
    finally:
        ray.shutdown()
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, before or signal.SIG_DFL)  # Ray leaves its own behind


def _check(address: str | None) -> None:
    """Refuse a place where nothing answers: Ray itself takes two minutes and many lines to say so.

    Raises:
        BackendError: nothing does.
    """
    host, _, port = (address or "").rpartition(":")
    if not port.isdecimal() or "/" in host:
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), REACH_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise _refused(address, reason(error)) from error


def _refused(address: str | None, why: object) -> BackendError:
    where = f"at {address}" if address else "of this machine"
    return BackendError(
        f"no Ray cluster {where} takes us: {redact(str(why))} (begin one with: ray start --head; "
        "where it asks for a token, set RAY_AUTH_MODE=token here, too)"
    )
