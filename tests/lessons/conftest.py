"""A home of the tests' own, small weights that read joints, and gestures as takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from har_live.home import HOME_VARIABLE


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder: nobody's own."""
    folder = tmp_path / "home"
    monkeypatch.setenv(HOME_VARIABLE, str(folder))
    return folder
