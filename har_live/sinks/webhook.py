"""Posts segments to a web hook, one request for each, as they end: ``https://host/path``.

The body is one JSON object: what ``har_live.sinks.event_formats`` says of a segment by itself. Its
headers, beside those of any request:

=========================== ========================================================================
``X-Har-Live-Delivery``     an id, the same whenever the same event is sent again
``X-Har-Live-Signature``    ``sha256=`` and the HMAC-SHA256 of the body in hexadecimal digits; only
                            where there is a secret
=========================== ========================================================================

The secret is the address's password (``https://:secret@host/path``) or the environment variable
``HAR_LIVE_HOOK_SECRET``. It is never sent, nor shown. Whatever is answered 2xx is delivered. A hook
that is away, or answers 408, 425, 429 or 5xx, is tried again, ever more patiently, and not before
its ``Retry-After``; any other answer refuses the event. So does a redirect, as what is signed for
one place is not sent to another. Certificates are checked against the system's, or those of the
file that ``SSL_CERT_FILE`` names; proxies are those of the environment.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.parse import quote, unquote, urlsplit, urlunsplit
from urllib.request import Request
from uuid import uuid4

from har_live.backoff import delay_seconds
from har_live.errors import SinkError
from har_live.redact import redact_path
from har_live.sinks.courier import Courier, can_be_host, why_away
from har_live.sinks.event_clock import EventClock
from har_live.sinks.event_formats import event_of
from har_live.sinks.hook_connection import HookConnection
from har_live.sinks.outbox import Message
from har_live.version import __version__

if TYPE_CHECKING:
    from email.message import Message as Headers

    from har_live.moment import Moment
    from har_live.sinks.base import Run, SinkSettings
    from har_live.sinks.outbox import Outbox

SECRET_VARIABLE = "HAR_LIVE_HOOK_SECRET"
MAX_ATTEMPTS = 10
"""Answers of "not now" to one event; then it is lost, and the next one gets its chance."""
LONGEST_RETRY_AFTER_SECONDS = 3600.0
_SAFE = "/%:@!$&'()*+,;=?~[]"
_NOT_NOW = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class _Answer:
    """What became of a request."""

    trouble: str | None = None
    """None where the event was taken."""
    status: int | None = None
    """None where nobody answered."""
    after_seconds: float | None = None
    """Time that was asked for before the next try."""

    @property
    def is_final(self) -> bool:
        """Return whether the event need not be sent again."""
        return self.status is not None and self.status < 500 and self.status not in _NOT_NOW


class Webhook(Courier):
    """A hook that gets a run's segments.

    Args:
        address: with the secret, or without.
        settings: nothing in them concerns it.

    Raises:
        SinkError: the address names no host, or its port is none.
    """

    def __init__(self, address: str, settings: SinkSettings) -> None:
        super().__init__(redact_path(address))
        self._url, password = _without_password(address)
        self._secret = (password or os.environ.get(SECRET_VARIABLE, "")).encode()
        self._connection = HookConnection()
        self._run_known: Run | None = None
        self._clock = EventClock(is_live=False)

    def begin(self, run: Run) -> None:
        """Begin to deliver."""
        self._run_known = run
        self._clock = EventClock(is_live=run.info.is_live)
        self.start()

    def write(self, moment: Moment) -> None:
        """Have a moment's segments delivered."""
        assert self._run_known is not None, "a sink is begun before it is written to"
        for segment in self._clock.placed(moment):
            text = json.dumps(event_of(self._run_known, segment), ensure_ascii=False)
            self.put(Message(text.encode("utf-8", "backslashreplace"), topic=str(uuid4())))
        if moment.is_last:
            self.finish()

    def _deliver_all(self, box: Outbox) -> None:
        num_refused = num_away = 0
        while (message := box.wait_and_take()) is not None:
            answer = self._post(message)
            if box.is_stopped:  # and so broken off
                box.put_back()
                return
            self.report(answer.trouble)
            if answer.trouble is None:
                box.delivered()
                num_refused = num_away = 0
                continue
            num_away += 1
            num_refused += answer.status is not None
            if answer.is_final or num_refused >= MAX_ATTEMPTS:
                box.lose()
                num_refused = 0
            else:
                box.put_back()
            if not answer.is_final:
                asked_seconds = answer.after_seconds
                seconds = max(delay_seconds(num_away), asked_seconds or 0.0)
                box.sleep(seconds, hurries=asked_seconds is None)

    def _hang_up(self) -> None:
        self._connection.break_off()

    def _post(self, message: Message) -> _Answer:
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": f"har-live/{__version__}",
            "X-Har-Live-Delivery": message.topic,
        }
        if self._secret:
            signature = hmac.new(self._secret, message.body, hashlib.sha256).hexdigest()
            headers["X-Har-Live-Signature"] = f"sha256={signature}"
        request = Request(self._url, data=message.body, headers=headers, method="POST")
        try:
            status = self._connection.send(request)
        except HTTPError as error:
            with error:
                return _refusal(error.code, error.headers)
        except (OSError, HTTPException) as error:
            cause = error.reason if isinstance(error, URLError) else error
            cause = cause if isinstance(cause, Exception) else error
            return _Answer(why_away(cause, ca="SSL_CERT_FILE"))
        return _Answer(status=status)


def _refusal(status: int, headers: Headers) -> _Answer:
    with suppress(ValueError):
        status = HTTPStatus(status)
    told = f"{int(status)} {getattr(status, 'phrase', '')}".strip()
    if 300 <= status < 400:
        to = redact_path(headers.get("Location") or "nowhere")
        return _Answer(f"redirects to {to} ({told}), which is not followed", status)
    answer = _Answer(f"refuses events ({told})", status)
    if answer.is_final:
        return answer
    return _Answer(f"can't take events now ({told})", status, _retry_after(headers))


def _retry_after(headers: Headers) -> float | None:
    """Return the seconds that ``Retry-After`` asks for: so many, or until a date."""
    text = (headers.get("Retry-After") or "").strip()
    if text.isdecimal():
        seconds = float(text)
    else:
        try:
            date = parsedate_to_datetime(text)
        except (ValueError, OverflowError):  # OverflowError: day 99999999999
            return None
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        seconds = (date - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER_SECONDS)


def _without_password(address: str) -> tuple[str, str]:
    """Return the address as it is asked, and the secret in it; empty where there is none."""
    try:
        parts = urlsplit(address)
        has_host = can_be_host(parts.hostname) and parts.port != 0
        (parts.path + parts.query).encode()  # what is no text is refused, too
    except ValueError:  # its text may hold a part of the password
        has_host = False
    if not has_host:
        raise SinkError(f"{redact_path(address)} is no address of a hook: https://host:port/path")
    user_and_password, _, place = parts.netloc.rpartition("@")
    user, _, password = user_and_password.partition(":")
    path, query = (quote(part, safe=_SAFE) for part in (parts.path or "/", parts.query))
    url = urlunsplit((parts.scheme, place, path, query, ""))
    return url, unquote(password or user)
