"""A real MQTT broker, mosquitto, on this machine only, and somebody who listens to it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from typing import Self

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from tests.support.network_sinks import free_port
from tests.support.resources import wait_until

END_SECONDS = 10
PATIENCE_SECONDS = 30.0
_SENTINEL = "test/sentinel"


def require_mosquitto() -> None:
    """Skip the test where it is missing, or fail it on the build machine."""
    if shutil.which("mosquitto") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("mosquitto is not installed")


class Mosquitto:
    """Listens at ``port`` from ``start`` to ``kill``, and begins each time with nothing kept.

    Args:
        settings: more lines of its configuration.
        users: user → password; without any, everybody may come.
    """

    def __init__(self, folder: Path, *settings: str, users: dict[str, str] | None = None) -> None:
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._config = folder / "mosquitto.conf"
        lines = [f"listener {self.port} 127.0.0.1", "user root", "persistence false"]
        lines += [f"allow_anonymous {str(not users).lower()}", *settings]
        if users:
            passwords = folder / "passwords"
            passwords.touch()
            for user, password in users.items():
                command = ["mosquitto_passwd", "-b", str(passwords), user, password]
                subprocess.run(command, check=True, capture_output=True, timeout=END_SECONDS)
            lines.append(f"password_file {passwords}")
        self._config.write_text("\n".join(lines) + "\n")

    def start(self) -> Self:
        command = ["mosquitto", "-c", str(self._config)]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        wait_until(self._listens)
        return self

    def kill(self) -> None:
        """End it without a word."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(END_SECONDS)
        self._process = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_error: object) -> None:
        self.kill()

    def _listens(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False


class Listener:
    """Hears everything from now on; ``said`` are topics and bodies in their order."""

    def __init__(self, port: int) -> None:
        self._is_on = threading.Event()
        self.said: list[tuple[str, bytes]] = []
        self.retained: set[str] = set()
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.on_connect = lambda *_: self._client.subscribe("#", 1)
        self._client.on_subscribe = lambda *_: self._client.publish(_SENTINEL, b"", 1)
        self._client.on_message = self._hear
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert self._is_on.wait(PATIENCE_SECONDS), "the broker did not let us listen"

    def of(self, end: str) -> list[bytes]:
        """Bodies of the topics that end so."""
        return [body for topic, body in tuple(self.said) if topic.endswith(end)]

    def wait_for(self, end: str, body: bytes) -> None:
        wait_until(lambda: self.of(end)[-1:] == [body], PATIENCE_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _hear(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        if message.topic == _SENTINEL:
            self._is_on.set()
            return
        self.said.append((message.topic, message.payload))
        if message.retain:
            self.retained.add(message.topic)


def kept(port: int) -> dict[str, bytes]:
    """Everything that the broker keeps for who comes later, by topic."""
    with Listener(port) as listener:
        return {topic: body for topic, body in listener.said if topic in listener.retained}
