"""What sinks that deliver over a network have in common: a box, a thread, a line a trouble."""

from __future__ import annotations

import logging
import ssl
from abc import abstractmethod
from contextlib import suppress
from threading import Thread

from har_live.errors import SinkError
from har_live.redact import redact
from har_live.sinks.base import Sink
from har_live.sinks.file_checks import reason
from har_live.sinks.outbox import Message, Outbox
from har_live.threads import start_thread

logger = logging.getLogger(__name__)

JOIN_SECONDS = 2.0
"""A thread that was told to stop is waited for; it may hang in a system call for longer."""


class Courier(Sink):
    """A sink whose messages go out on a thread of its own, so that nobody waits for the other side.

    A subclass calls ``start`` when it begins and ``put`` while it writes, and delivers in
    ``_deliver_all``, where it calls ``report`` whenever it learns how things stand. ``finish``
    comes with the last moment: sinks that end together then wait together.

    Args:
        name: what messages call it, without secrets.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._box = Outbox(wake=self._wake)
        self._thread: Thread | None = None
        self._trouble: str | None = None
        self._said: set[str] = set()  # since all was well

    def start(self) -> None:
        """Begin to deliver. Raises ``HarLiveError``: the system has no thread left."""
        thread = Thread(target=self._run, name="har-live-courier", daemon=True)
        start_thread(thread)
        self._thread = thread

    def put(self, message: Message) -> None:
        """Have something delivered, sooner or later; never waits."""
        self._box.put(message)

    def finish(self) -> None:
        """Put in what is to be said last; a second call changes nothing."""
        self._box.finish()

    @property
    def trouble(self) -> str | None:
        """What is amiss, in a few words, with the number of events that don't get through."""
        if self._trouble is None:
            return None
        num = self._box.num_undelivered
        return f"{self.name}: {self._trouble}{f', {num} undelivered' if num else ''}"

    def report(self, trouble: str | None) -> None:
        """Take note of what is amiss, or that nothing is; all that happens is said once."""
        self._trouble = trouble
        if trouble is not None and trouble not in self._said:
            self._said.add(trouble)
            logger.warning("%s: %s", self.name, trouble)
        elif trouble is None and self._said:
            self._said.clear()
            lost = f"; {self._box.num_lost} events were lost" if self._box.num_lost else ""
            logger.warning("%s: takes events again%s", self.name, lost)

    def close(self) -> None:
        """Wait for what is not delivered yet, a bounded time; a second call does nothing.

        Raises:
            SinkError: something never arrived, and the other side is away still.
        """
        thread, self._thread = self._thread, None
        if thread is None:
            return
        try:
            self.finish()
            is_empty = self._box.wait_until_empty()
        finally:
            self._box.stop()
            self._hang_up()
            thread.join(JOIN_SECONDS)
        num_undelivered = self._box.num_undelivered
        told = f"{num_undelivered} of {self._box.num_events} events were not delivered"
        trouble = self._trouble or (None if is_empty else "no answer in time")
        if trouble is not None and (num_undelivered or not is_empty):
            told = told if num_undelivered else "the last state was not delivered"
            raise SinkError(f"{self.name}: {told}: {trouble}")
        if num_undelivered:
            logger.warning("%s: %s", self.name, told)

    def abort(self) -> None:
        """Leave the other side as ``close`` does; what could not be said is nobody's concern."""
        with suppress(SinkError):
            self.close()

    @abstractmethod
    def _deliver_all(self, box: Outbox) -> None:
        """Deliver until the box is finished or stopped. In the thread."""

    def _wake(self) -> None:
        """Wake ``_deliver_all`` where it waits for something other than the box."""
        return

    def _hang_up(self) -> None:
        """Break off a delivery that is under way."""
        return

    def _run(self) -> None:
        try:
            self._deliver_all(self._box)
        except Exception as error:  # a fault of ours must not end the labels
            if not self._box.is_stopped:
                logger.debug("%s", self.name, exc_info=True)
                self.report(redact(f"{type(error).__name__}: {error}"))
                self._box.stop()


def can_be_host(name: str | None) -> bool:
    """Return whether something may be the name of a host, or its number."""
    if not name or " " in name or not name.isprintable():
        return False
    try:
        name.encode("idna")  # as it is looked up
    except UnicodeError:
        return False
    return True


def why_away(error: Exception, *, ca: str) -> str:
    """Say in words why the other side can't be reached, without its address.

    Args:
        ca: what names the certificates that are trusted.
    """
    if isinstance(error, ssl.SSLCertVerificationError):
        why = f"its certificate is not trusted: {error.verify_message}; {ca} names others"
    elif isinstance(error, TimeoutError):
        why = "no answer in time"
    else:
        why = reason(error)
    return f"can't be reached ({why})"
