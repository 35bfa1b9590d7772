"""One connection to an MQTT broker, driven by the thread that opens it (paho-mqtt, without its own
threads)."""

from __future__ import annotations

import secrets
import selectors
import socket
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from paho.mqtt.client import Client, MQTTMessageInfo
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from har_live.closing import Closing
from har_live.sinks.mqtt_address import PASSWORD_VARIABLE

if TYPE_CHECKING:
    from paho.mqtt.reasoncodes import ReasonCode

    from har_live.sinks.mqtt_address import Broker

CONNECT_SECONDS = 5.0
"""Longest wait for each step of a connection."""
KEEPALIVE_SECONDS = 15
"""A broker that hears nothing for half as long again says that we are gone."""
STEP_SECONDS = 1.0
"""Longest wait between two looks at the clock."""


class Waker:
    """Wakes a thread that waits in ``MqttConnection.step``."""

    def __init__(self) -> None:
        self.reading, self._writing = socket.socketpair()
        self.reading.setblocking(False)
        self._writing.setblocking(False)

    def wake(self) -> None:
        """Wake it; where nobody waits, the next wait is short."""
        with suppress(OSError):  # full: it will wake; closed: nobody is there
            self._writing.send(b"!")

    def heed(self) -> None:
        """Forget that it was woken."""
        with suppress(OSError):
            self.reading.recv(4096)

    def close(self) -> None:
        self.reading.close()
        self._writing.close()


class RefusedError(Exception):
    """Raised where the broker answered, and said no."""


class MqttConnection(Closing):
    """Publishes one message after the other.

    Args:
        will: topic and words that the broker publishes should we be gone without a word.

    Raises:
        OSError: nobody answers, or not whom the certificates promise.
        RefusedError: the broker does not let us in.
    """

    def __init__(self, broker: Broker, waker: Waker, *, will: tuple[str, bytes]) -> None:
        self._broker = broker
        self._waker = waker
        self._is_open = self._is_lost = False
        self._refusal = ""
        self._info: MQTTMessageInfo | None = None
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"har-live-{secrets.token_hex(6)}",
            reconnect_on_failure=False,
        )
        if broker.user is not None:
            self._client.username_pw_set(broker.user, broker.password)
        if broker.tls is not None:
            self._client.tls_set_context(broker.tls)
        self._client.will_set(will[0], will[1], broker.qos, retain=True)
        self._client.connect_timeout = CONNECT_SECONDS
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    @property
    def is_lost(self) -> bool:
        """True once nothing more can be published."""
        return self._is_lost

    @property
    def is_busy(self) -> bool:
        """True while a message is under way."""
        return self._info is not None

    def publish(self, topic: str, body: bytes, *, retain: bool) -> None:
        """Send a message on its way; the one before has arrived."""
        self._info = self._client.publish(topic, body, self._broker.qos, retain)

    def step(self) -> bool:
        """Wait until something happens, or somebody wakes us; return whether the message that was
        under way has arrived."""
        if not self._has_arrived():
            self._wait(STEP_SECONDS)
        if not self._has_arrived():
            return False
        self._info = None
        return True

    def say_goodbye(self) -> None:
        """End in good order: the will is void."""
        self._client.disconnect()
        while not self._is_lost and self._client.want_write():
            self._wait(STEP_SECONDS)

    def close(self) -> None:
        """Hang up."""
        sock = self._client.socket()
        if sock is not None:
            sock.close()

    def _has_arrived(self) -> bool:
        info = self._info
        if info is None or info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            return False
        return info.is_published()

    def _open(self) -> None:
        self._client.connect(self._broker.host, self._broker.port, KEEPALIVE_SECONDS)
        deadline_seconds = time.monotonic() + CONNECT_SECONDS
        while not self._is_open:
            remaining = deadline_seconds - time.monotonic()
            if self._refusal:
                raise RefusedError(
                    f"refuses the login ({self._refusal}); the user stands in the address, the "
                    f"password there or in {PASSWORD_VARIABLE}"
                )
            if self._is_lost:
                raise ConnectionResetError("the broker hung up")
            if remaining <= 0:
                raise TimeoutError
            self._wait(min(remaining, STEP_SECONDS))

    def _wait(self, seconds: float) -> None:
        sock = self._client.socket()
        if sock is None:
            self._is_lost = True
            return
        # What TLS has read already, the system tells nothing of.
        has_more = bool(getattr(sock, "pending", int)())
        events = selectors.EVENT_READ
        if self._client.want_write():
            events |= selectors.EVENT_WRITE
        with selectors.DefaultSelector() as selector:
            selector.register(sock, events)
            selector.register(self._waker.reading, selectors.EVENT_READ)
            ready = {key.fileobj: mask for key, mask in selector.select(0 if has_more else seconds)}
        if self._waker.reading in ready:
            self._waker.heed()
        mask = ready.get(sock, 0)
        if mask & selectors.EVENT_READ or has_more:
            self._heed(self._client.loop_read())
        if mask & selectors.EVENT_WRITE and not self._is_lost:
            self._heed(self._client.loop_write())
        if not self._is_lost:
            self._heed(self._client.loop_misc())

    def _heed(self, result: MQTTErrorCode) -> None:
        self._is_lost |= result != MQTTErrorCode.MQTT_ERR_SUCCESS

    def _on_connect(
        self, _client: Client, _data: Any, _flags: Any, code: ReasonCode, _more: Any
    ) -> None:
        self._is_open = not code.is_failure
        self._refusal = str(code) if code.is_failure else ""

    def _on_disconnect(self, *_about: Any) -> None:
        self._is_lost = True
