"""A real Chromium, driven by Playwright, before whose camera a file is played."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


def require_chromium() -> str:
    """Return its path; skip where there is none, but not in CI, which installs it."""
    path = shutil.which("chromium")
    if path is None and os.environ.get("CI") != "true":
        pytest.skip("Chromium is not installed")
    assert path is not None, "Chromium is not installed"
    return path


@contextmanager
def chromium(clip: Path | None = None) -> Iterator[Any]:
    """A browser.

    Args:
        clip: Y4M or MJPEG file that it sees in place of a camera, from the start for each page.
    """
    from playwright.sync_api import sync_playwright

    path = require_chromium()
    flags = ["--no-sandbox", "--disable-gpu", "--mute-audio"]
    if clip is not None:
        flags += [
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            f"--use-file-for-fake-video-capture={clip}",
        ]
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=flags)
        try:
            yield browser
        finally:
            browser.close()
