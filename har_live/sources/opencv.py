"""OpenCV as cameras need it: the system's own backend, and silence."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import cv2

if TYPE_CHECKING:
    from collections.abc import Iterator

# Media Foundation, OpenCV's own choice on Windows, takes many seconds to open a camera.
_BACKENDS = {"linux": cv2.CAP_V4L2, "darwin": cv2.CAP_AVFOUNDATION, "win32": cv2.CAP_DSHOW}
BACKEND = _BACKENDS.get(sys.platform, cv2.CAP_ANY)


@contextmanager
def quiet_opencv() -> Iterator[None]:
    """Silence OpenCV's own warnings of what is told in one line here."""
    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        cv2.utils.logging.setLogLevel(level)
