"""A real Chromium without a screen, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
WAIT_MS = 60_000
NAMES = ("chromium", "chromium-browser", "google-chrome")


def require_chromium() -> str:
    """Return where Chromium is; the test skips where there is none, but in CI."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("chromium is missing, which .ci/run installs")
        pytest.skip("no Chromium is installed")
    return path


@contextmanager
def chromium(*arguments: str) -> Iterator[Browser]:
    """Run one, with further arguments."""
    path = require_chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", *arguments]
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def page_of(
    browser: Browser, *, size: dict[str, int] = DESK, expected: str | None = None, **how: object
) -> Iterator[Page]:
    """Open a tab; what it complains of in its console fails the test.

    Args:
        expected: complaints with this in them don't.
    """
    context = browser.new_context(viewport=size, **how)
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: complaints.append(message.text) if message.type == "error" else None,
    )
    try:
        yield page
    finally:
        context.close()
    assert [text for text in complaints if expected is None or expected not in text] == []
