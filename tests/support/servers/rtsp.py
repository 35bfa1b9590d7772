"""Starts and ends the RTSP server that runs as a program of its own."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from typing import Self

import pytest

SYSTEM_PYTHON = "/usr/bin/python3"
"""Debian's: PyGObject comes as a package of the system, not of the virtual environment."""
PROGRAM = Path(__file__).with_name("rtsp_server.py")
END_SECONDS = 10


class RtspServer:
    """A server of its own at ``place``; paths: see ``rtsp_server.py``.

    The test is skipped where GStreamer's server is not installed, and fails there in CI.
    """

    def __init__(self, *arguments: str, port: int = 0) -> None:
        command = [SYSTEM_PYTHON, str(PROGRAM), "--port", str(port), *arguments]
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                env=environment,
            )
        except OSError as error:
            _give_up(str(error))
        assert self._process.stdout is not None
        answer = self._process.stdout.readline().strip()  # empty when the program has ended
        if not answer:
            self.kill()
            _give_up("GStreamer's RTSP server or its Python binding is missing")
        self.port = int(answer)
        self.place = f"127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.kill()

    def kill(self) -> None:
        """End it at once, as a power cut does; the system still closes its connections."""
        self._process.kill()
        self._process.communicate(timeout=END_SECONDS)

    def freeze(self) -> None:
        """Say no more, and leave the connections open: what a pulled cable looks like."""
        self._process.send_signal(signal.SIGSTOP)


def _give_up(reason: str) -> None:
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(f"CI must have the RTSP server: {reason}")
    pytest.skip(f"no RTSP server: {reason}")
