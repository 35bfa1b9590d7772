"""The user's own folder: what they taught is kept there, whatever happens to the installation."""

from __future__ import annotations

import os
import sys
from pathlib import Path

HOME_VARIABLE = "HAR_LIVE_HOME"
"""Environment variable that names another folder."""


def home_folder() -> Path:
    """Return the folder, which need not exist: where this system keeps a program's data."""
    if chosen := os.environ.get(HOME_VARIABLE):
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        return _from_variable("APPDATA", Path.home() / "AppData" / "Roaming") / "har-live"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "har-live"
    return _from_variable("XDG_DATA_HOME", Path.home() / ".local" / "share") / "har-live"


def own_weights_root() -> Path:
    """Return the folder of the user's own weights, one folder each; it need not exist."""
    return home_folder() / "weights"


def _from_variable(name: str, usual: Path) -> Path:
    # The XDG specification: a relative path is to be ignored.
    path = Path(os.environ.get(name, ""))
    return path if path.is_absolute() else usual
