"""A slow scorer and a window without a screen."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

import numpy as np

from har_live.recognizer import Recognizer


class SlowRecognizer(Recognizer):
    """A recognizer whose every step takes at least so long, without keeping a core busy."""

    def __init__(self, *args: object, step_seconds: float, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.step_seconds = step_seconds
        self.fails_after: int | None = None

    def stream(self):
        recognizer, inner = self, super().stream()
        advance, never = inner.advance, threading.Event()
        num_steps = 0

        def slowly(grid_frames):
            nonlocal num_steps
            num_steps += 1
            if recognizer.fails_after is not None and num_steps > recognizer.fails_after:
                raise RuntimeError("the graphics card is gone")
            never.wait(recognizer.step_seconds)
            return advance(grid_frames)

        inner.advance = slowly
        return inner


class MadeWindow:
    """Remembers what it shows; presses keys when told to.

    Args:
        script: pairs of a condition, asked with this window, and the key pressed once it is true.
    """

    def __init__(self, script: Sequence[tuple[Callable[[MadeWindow], bool], str]] = ()) -> None:
        self._script = list(script)
        self.num_shown = 0
        self.picture: np.ndarray | None = None
        self.times: list[float] = []
        self.is_closed = False
        self.is_full = False
        self.threads: set[str] = set()

    def show(self, image: np.ndarray) -> None:
        self.picture = image
        self.num_shown += 1
        self.times.append(time.monotonic())
        self.threads.add(threading.current_thread().name)

    def poll(self) -> list[str]:
        if not self._script or not self._script[0][0](self):
            return []
        _, key = self._script.pop(0)
        if key == "close":
            self.is_closed = True
            return []
        return [key]

    def toggle_fullscreen(self) -> None:
        self.is_full = not self.is_full


def shown(count: int) -> Callable[[MadeWindow], bool]:
    """True once the window has shown so many pictures."""
    return lambda window: window.num_shown >= count
