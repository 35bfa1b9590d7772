"""A bounded box between a run, which never waits, and the thread that delivers what is in it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Condition

MAX_WAITING = 1000
"""Events that wait; of more, the oldest are lost."""
QUIET_SECONDS = 5.0
"""At the end, whoever takes nothing for so long isn't waited for."""
LONGEST_FLUSH_SECONDS = 60.0
"""At the end, nobody is waited for longer."""
HURRIED_SECONDS = 0.5
"""At the end, the longest wait before something that is away is tried again."""
WAKE_SECONDS = 0.5
"""A wait without a limit can't be interrupted by Ctrl-C on Windows."""


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """Something to deliver."""

    body: bytes = field(repr=False)
    topic: str = ""
    """Place at a broker; a hook is one place."""
    is_state: bool = False
    """True where only the newest of its topic counts; an empty one says there is none any more.
    Any other message is an event, and counts by itself."""


class Outbox:
    """Holds what is to be delivered. ``put`` and the like never wait for a delivery.

    Whoever delivers takes one message at a time, and says what became of it: ``delivered``,
    ``put_back`` or ``lose``.

    Args:
        wake: is called when there is something new, for a thread that waits for a socket, too.
    """

    def __init__(self, *, wake: Callable[[], None] = lambda: None) -> None:
        self._wake = wake
        self._changed = Condition()
        self._states: dict[str, Message] = {}
        self._events: deque[Message] = deque()
        self._told: dict[str, Message] = {}  # the newest state taken, by topic
        self._taken: Message | None = None
        self._finishing_seconds: float | None = None
        self._news_seconds = 0.0  # of the last delivery
        self._is_stopped = False
        self.num_events = 0
        """Events put in."""
        self.num_lost = 0
        """Events that are lost, so far: too many waited, or they were refused."""

    # --- the run's side ---------------------------------------------------------------------------

    def put(self, message: Message) -> None:
        """Put something in; a state takes the place of an older one that waits."""
        with self._changed:
            if message.is_state:
                self._put_state(message)
            else:
                self.num_events += 1
                self._events.append(message)
                while len(self._events) > MAX_WAITING:
                    self._events.popleft()
                    self.num_lost += 1
            self._changed.notify_all()
        self._wake()

    def finish(self) -> None:
        """Begin the end: from now on time counts, see ``wait_until_empty``."""
        with self._changed:
            if self._finishing_seconds is None:
                self._finishing_seconds = time.monotonic()
            self._changed.notify_all()
        self._wake()

    def wait_until_empty(self) -> bool:
        """Wait for the rest to be delivered, as long as there is hope; return whether it was."""
        self.finish()
        with self._changed:
            while not (self._is_stopped or self._is_empty):
                remaining = self._seconds_left()
                if remaining <= 0:
                    break
                self._changed.wait(min(remaining, WAKE_SECONDS))
            return self._is_empty

    def stop(self) -> None:
        """Let go of the deliverer, whatever is left."""
        with self._changed:
            self._is_stopped = True
            self._changed.notify_all()
        self._wake()

    @property
    def num_undelivered(self) -> int:
        """Events that are lost, or wait."""
        with self._changed:
            is_event = self._taken is not None and not self._taken.is_state
            return self.num_lost + len(self._events) + is_event

    # --- the deliverer's side ---------------------------------------------------------------------

    @property
    def is_stopped(self) -> bool:
        return self._is_stopped

    @property
    def is_finished(self) -> bool:
        """True once nothing more will come, and all is delivered."""
        with self._changed:
            return self._finishing_seconds is not None and self._is_empty

    def take(self) -> Message | None:
        """Take what comes next, states first; None where there is nothing."""
        with self._changed:
            if self._states:
                self._taken = self._states.pop(next(iter(self._states)))
                self._told[self._taken.topic] = self._taken
            else:
                self._taken = self._events.popleft() if self._events else None
            return self._taken

    def wait_and_take(self) -> Message | None:
        """Take what comes next, as soon as there is something; None at the end."""
        while not (self.is_stopped or self.is_finished):
            message = self.take()
            if message is not None:
                return message
            with self._changed:
                self._changed.wait_for(lambda: self._has_news, WAKE_SECONDS)
        return None

    def delivered(self) -> None:
        """Say that what was taken has arrived."""
        with self._changed:
            if self._taken is not None and self._taken.is_state and not self._taken.body:
                self._told.pop(self._taken.topic, None)
            self._taken = None
            self._news_seconds = time.monotonic()
            self._changed.notify_all()

    def put_back(self) -> None:
        """Say that what was taken has not arrived, and is to be tried again."""
        with self._changed:
            taken, self._taken = self._taken, None
            if taken is None:
                return
            if taken.is_state:
                self._states.setdefault(taken.topic, taken)
            else:
                self._events.appendleft(taken)  # one too many, perhaps, until the next comes

    def lose(self) -> None:
        """Say that what was taken will never arrive."""
        with self._changed:
            self.num_lost += self._taken is not None and not self._taken.is_state
            self._taken = None
            self._changed.notify_all()

    def repeat_states(self) -> None:
        """Put every state in again that was taken so far: the other side may have forgotten."""
        with self._changed:
            self._states = self._told | self._states

    def sleep(self, seconds: float, *, hurries: bool = True) -> None:
        """Wait before the next try, until ``stop`` at most; with ``hurries`` shorter at the end."""
        begin_seconds = time.monotonic()
        with self._changed:
            while not self._is_stopped:
                end_seconds = begin_seconds + seconds
                if hurries and self._finishing_seconds is not None:
                    hurried = max(begin_seconds, self._finishing_seconds) + HURRIED_SECONDS
                    end_seconds = min(end_seconds, hurried)
                remaining = end_seconds - time.monotonic()
                if remaining <= 0:
                    return
                self._changed.wait(remaining)

    # --- under the lock ---------------------------------------------------------------------------

    @property
    def _is_empty(self) -> bool:
        return not (self._states or self._events or self._taken)

    @property
    def _has_news(self) -> bool:
        is_ending = self._is_stopped or self._finishing_seconds is not None
        return bool(self._states or self._events) or is_ending

    def _put_state(self, message: Message) -> None:
        if not message.body and message.topic not in self._told:
            self._states.pop(message.topic, None)  # nobody has heard of it yet
        else:
            self._states[message.topic] = message

    def _seconds_left(self) -> float:
        assert self._finishing_seconds is not None
        now = time.monotonic()
        quiet_since = max(self._finishing_seconds, self._news_seconds)
        return min(
            quiet_since + QUIET_SECONDS - now,
            self._finishing_seconds + LONGEST_FLUSH_SECONDS - now,
        )
