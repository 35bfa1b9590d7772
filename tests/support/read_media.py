"""Reading videos in tests, and looking at what that leaves behind."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import pytest

from har_live.sources.media import MediaSource
from har_live.types import Frame
from tests.support.make_media import number_in


def read(path: Path) -> list[Frame]:
    with MediaSource(path) as source:
        return list(source)


def numbers(frames: list[Frame]) -> list[int]:
    return [number_in(frame.image) for frame in frames]


def times(frames: list[Frame]) -> list[float]:
    return [frame.pts_seconds for frame in frames]


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def open_handles() -> int:
    return len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0


def resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
