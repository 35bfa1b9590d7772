"""A recording's next frame is read before it is due: the scorer need not wait for it."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from har_live.realtime.capture import Capture
from har_live.sources.base import Source
from har_live.types import Frame, VideoInfo


class Film(Source):
    def __init__(self, is_live: bool) -> None:
        self._is_live = is_live

    @property
    def info(self) -> VideoInfo:
        return VideoInfo(name="film", width=8, height=8, is_live=self._is_live)

    def __iter__(self):
        return (Frame(np.zeros((8, 8, 3), np.uint8), index / 10) for index in range(3))

    def close(self) -> None:
        pass


def said_by_capture(*, is_live: bool) -> list[tuple[str, float]]:
    """What the capture thread tells the scorer, and what it waits for, in order."""
    said: list[tuple[str, float]] = []

    def note(what: str):
        return lambda value: said.append((what, getattr(value, "pts_seconds", value)))

    is_over = False

    def end() -> None:
        nonlocal is_over
        is_over = True

    channels = SimpleNamespace(
        clock=SimpleNamespace(now=lambda: float(len(said))),
        playback=SimpleNamespace(
            is_stopped=lambda: is_over, wait_until_due=note("wait"), sleep=lambda _: end()
        ),
        scorer=SimpleNamespace(
            foresee=note("foresee"), push=note("push"), restart=lambda: None, end=end
        ),
        screen=SimpleNamespace(tell=lambda news: None, show=lambda frame: None),
    )
    Capture(lambda: Film(is_live), channels, retries=None).run()
    return said


def test_a_recordings_times_are_told_before_they_come():
    assert said_by_capture(is_live=False) == [
        (what, index / 10) for index in range(3) for what in ("foresee", "wait", "push")
    ]


def test_a_live_sources_are_not_known():
    said = said_by_capture(is_live=True)
    assert {what for what, _ in said} == {"push"}
    assert len(said) == 3
