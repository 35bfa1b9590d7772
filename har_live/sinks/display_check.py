"""A test for a display, made before OpenCV's: its Qt *aborts the process* without one."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

from har_live.errors import SinkError

USUAL_SCREEN = (1280, 800)
"""(width, height) taken where the size of the screen can't be learned cheaply."""
_USE_INSTEAD = "use --no-window, --record OUT.mp4, or har-live annotate"


def require_display(*, instead: str = _USE_INSTEAD) -> tuple[int, int]:
    """Make sure that a window can be opened.

    Args:
        instead: what to do without one, for people.

    Returns:
        (width, height) in pixels of the screen; of two side by side, about the first one's.

    Raises:
        SinkError: no display can be reached.
    """
    if sys.platform == "win32":
        metrics = ctypes.windll.user32.GetSystemMetrics
        return metrics(0), metrics(1)
    if sys.platform == "darwin":
        return USUAL_SCREEN
    return _x11_screen(instead)


def prepare_qt() -> None:
    """Make Qt, if OpenCV's windows are Qt's, take X11: opencv-python brings no other plug-in, and
    QT_QPA_PLATFORM=wayland, set for other programs, would abort this one.

    Raises:
        SinkError: PyAV was loaded before OpenCV, so a window would freeze.
    """
    if not sys.platform.startswith("linux"):
        return
    os.environ["QT_QPA_PLATFORM"] = "xcb"
    # Both wheels bring a libxcb-shm of the same name, PyAV's bound to a libxcb of its own. Loaded
    # first, it is the one that OpenCV's Qt gets, which then waits forever for an answer on another
    # library's connection (PyAV#978, opencv#29195). The other way round all is well.
    if "/av.libs/libxcb-shm" in Path("/proc/self/maps").read_text("utf-8", "replace"):
        raise SinkError(
            "a window would freeze, as PyAV was imported before OpenCV: put `import cv2` before "
            "`import av`"
        )


class _Screen(ctypes.Structure):
    """``xcb_screen_t`` up to the size."""

    _fields_ = (
        ("ids_and_pixels", ctypes.c_uint32 * 5),
        ("width", ctypes.c_uint16),
        ("height", ctypes.c_uint16),
    )


class _Screens(ctypes.Structure):
    """``xcb_screen_iterator_t``."""

    _fields_ = (
        ("screen", ctypes.POINTER(_Screen)),
        ("remaining", ctypes.c_int),
        ("index", ctypes.c_int),
    )


def _x11_screen(instead: str) -> tuple[int, int]:
    """Connect as Qt will: by DISPLAY, whatever its form, and with the same permissions."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError as error:
        raise SinkError("no window without libxcb: apt install libxcb1") from error
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_get_setup.argtypes = [ctypes.c_void_p]
    xcb.xcb_get_setup.restype = ctypes.c_void_p
    xcb.xcb_setup_roots_iterator.argtypes = [ctypes.c_void_p]
    xcb.xcb_setup_roots_iterator.restype = _Screens
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    try:
        if xcb.xcb_connection_has_error(connection):
            raise SinkError(f"no display: {instead}{_display_hint()}")
        screen = xcb.xcb_setup_roots_iterator(xcb.xcb_get_setup(connection)).screen.contents
        return min(screen.width, screen.height * 16 // 9), screen.height
    finally:
        xcb.xcb_disconnect(connection)


def _display_hint() -> str:
    display = os.environ.get("DISPLAY")
    if display:
        return f" (nothing answers at DISPLAY={display})"
    if os.environ.get("WAYLAND_DISPLAY"):
        return " (OpenCV's windows need X11; install xwayland and set DISPLAY)"
    return ""
