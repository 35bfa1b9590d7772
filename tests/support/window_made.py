"""Windows in processes of their own.

Qt reads DISPLAY once, and ends the process it dislikes.
"""

from __future__ import annotations

import select
import subprocess
import sys

from har_live.closing import Closing
from tests.support.x_server import PATIENCE_SECONDS

SHOW = """
import sys
import numpy as np
from har_live.sinks.window import Window

picture = np.zeros((240, 320, 3), np.uint8)
picture[:, :160], picture[:, 160:] = (255, 0, 0), (0, 0, 255)  # RGB: left red, right blue
"""
"""Beginning of their code."""


class Child(Closing):
    """A Python that runs ``code``; what it prints is read line by line, within bounded time."""

    def __init__(self, code: str, *arguments: str, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            bufsize=0,
        )

    window = ""
    """Its number, once known."""

    def line(self) -> str:
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], PATIENCE_SECONDS)
        assert ready, "nothing was printed in time"
        return self._process.stdout.readline().decode().strip()

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def exit_code(self) -> int:
        return self._process.wait(PATIENCE_SECONDS)

    def close(self) -> None:
        self._process.kill()
        self._process.wait(PATIENCE_SECONDS)
        assert self._process.stdout is not None
        self._process.stdout.close()


def run(code: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
