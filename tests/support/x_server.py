"""A real X server without a screen (Xvfb), a window manager on it, and a hand on its keyboard."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import time
from collections.abc import Callable

import numpy as np
import pytest

from har_live.closing import Closing

PROGRAMS = ("Xvfb", "xdotool", "openbox", "ffmpeg")
"""The Debian packages xvfb, xdotool, openbox, ffmpeg."""
SCREEN = (800, 600)
"""(width, height)"""
PATIENCE_SECONDS = 60.0
_SIZE = "x".join(map(str, SCREEN))


def require_x_programs() -> None:
    """Skip the test where they are missing, or fail it on the build machine."""
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing and os.environ.get("CI"):
        pytest.fail(f"missing on the build machine: {', '.join(missing)}")
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")


class XServer(Closing):
    """Runs until it is left. ``display`` is what DISPLAY must be for its programs."""

    def __init__(self) -> None:
        reading, writing = os.pipe()
        command = f"Xvfb -displayfd {writing} -screen 0 {_SIZE}x24 -nolisten tcp -noreset"
        self._processes = [
            subprocess.Popen(
                command.split(),
                pass_fds=[writing],
                stderr=subprocess.DEVNULL,
            )
        ]
        os.close(writing)
        with os.fdopen(reading) as pipe:
            assert select.select([pipe], [], [], PATIENCE_SECONDS)[0], "Xvfb did not start"
            self.display = f":{pipe.readline().strip()}"
        self.environment = os.environ | {"DISPLAY": self.display}
        self._processes.append(
            subprocess.Popen(
                ["openbox"],
                env=self.environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )
        wait_until(self._is_managed)

    def xdotool(self, *words: str) -> str:
        """Run xdotool; its answer."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            done = subprocess.run(
                ["xdotool", *words],
                env=self.environment,
                timeout=PATIENCE_SECONDS,
                capture_output=True,
                text=True,
            )
            if done.returncode == 0:
                return done.stdout.strip()
            # Another window that goes while xdotool looks at it is an error to xdotool.
            assert time.monotonic() < deadline, done.stderr

    def focus(self, title: str) -> str:
        """Wait for a window, give it the keyboard; its number. No other may have had this title."""
        window = self.xdotool("search", "--sync", "--onlyvisible", "--name", title).split()[-1]
        self.xdotool("windowactivate", "--sync", window)
        return window

    def press(self, key: str) -> None:
        """A real key press, to the window that has the keyboard."""
        self.xdotool("key", key)

    def picture(self) -> np.ndarray:
        """(H, W, 3) uint8 RGB, what is on the screen now."""
        # Not through PyAV: its libxcb and OpenCV's don't get on in one process (PyAV#978).
        grab = f"ffmpeg -v error -f x11grab -draw_mouse 0 -video_size {_SIZE} -i {self.display}"
        command = f"{grab} -frames:v 1 -f rawvideo -pix_fmt rgb24 -"
        done = subprocess.run(
            command.split(), check=True, capture_output=True, timeout=PATIENCE_SECONDS
        )
        return np.frombuffer(done.stdout, np.uint8).reshape(*SCREEN[::-1], 3)

    def _is_managed(self) -> bool:
        command = ["xdotool", "get_num_desktops"]  # fails until a window manager has set it
        done = subprocess.run(command, env=self.environment, capture_output=True, timeout=10)
        return done.returncode == 0

    def close(self) -> None:
        for process in reversed(self._processes):
            process.terminate()
            process.wait(PATIENCE_SECONDS)


def wait_until(is_so: Callable[[], bool]) -> None:
    """Ask again and again until it is so; fail when patience is over."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
