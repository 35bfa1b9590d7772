"""The window on the screen, and its keys. OpenCV's GUI belongs to the main thread: so does this."""

from __future__ import annotations

import sys
from itertools import count
from typing import TYPE_CHECKING, Literal

import numpy as np

from har_live.closing import Closing
from har_live.errors import SinkError
from har_live.opencv import explain_import_error
from har_live.sinks.display_check import prepare_qt, require_display

if TYPE_CHECKING:
    from har_live.types import Image

Key = (
    Literal[
        "quit",
        "pause",
        "screenshot",
        "record",
        "help",
        "fullscreen",
        "person",
        "joints",
        "drop",
        "next",
        "keep",
    ]
    | int
)
"""The meaning of a key; a digit is itself. ``drop``, ``next`` and ``keep`` are for recording a
lesson."""

HELP_LINES: tuple[tuple[str, str], ...] = (
    ("Q  Esc", "quit"),
    ("Space", "pause, go on"),
    ("S", "screenshot"),
    ("R", "record on, off"),
    ("H", "help on, off"),
    ("F", "full screen on, off"),
    ("Tab", "next person"),
    ("B", "joints on, off"),
)
"""Keys and what they do, for ``OverlayView.help_lines``."""

_KEYS: dict[int, Key] = {
    ord("q"): "quit",
    27: "quit",
    ord(" "): "pause",
    ord("s"): "screenshot",
    ord("r"): "record",
    ord("h"): "help",
    ord("f"): "fullscreen",
    ord("\t"): "person",
    0xFF09: "person",  # GTK's
    ord("b"): "joints",
    8: "drop",
    0xFF08: "drop",  # GTK's
    13: "next",
    0xFF0D: "next",  # GTK's
    ord("n"): "next",
    ord("k"): "keep",
    **{ord(str(digit)): digit for digit in range(10)},
}
_MOST_KEYS_PER_POLL = 16
_SCREEN_SHARE = 0.8
"""A new window takes at most this share of the screen's width and height."""
_SMALLEST_SIDE = 480
"""A smaller picture is enlarged, so that the text on it can be read from a few steps away."""
_FITS_PICTURES = sys.platform != "darwin"
"""Scale pictures here: Qt drops rows and columns, which makes small text ragged, and its margins
are bright. Not on macOS, where a window's size is in points of several pixels each."""

_numbers = count(1)


class Window(Closing):
    """A resizable window that keeps the picture's proportions. Use it from the main thread only.

    Args:
        title: of the window.

    Raises:
        SinkError: there is no display, or OpenCV can't load or has no windows.
    """

    def __init__(self, title: str) -> None:
        self._screen = require_display()
        try:
            import cv2
        except ImportError as error:
            raise SinkError(explain_import_error(error) or str(error)) from error
        prepare_qt()
        self._cv2 = cv2
        # OpenCV knows a window by its name; two with the same title are still two.
        self._name = f"har-live {next(_numbers)}"
        ratio = cv2.WINDOW_FREERATIO if _FITS_PICTURES else cv2.WINDOW_KEEPRATIO
        try:
            cv2.namedWindow(self._name, cv2.WINDOW_NORMAL | ratio | cv2.WINDOW_GUI_NORMAL)
        except cv2.error as error:
            raise SinkError(
                "this OpenCV has no windows (opencv-python-headless?): "
                "pip install --force-reinstall opencv-python"
            ) from error
        cv2.setWindowTitle(self._name, title)
        self._shape: tuple[int, ...] | None = None
        self._own_size = (0, 0)
        self._is_closed = False

    @property
    def is_closed(self) -> bool:
        """Closed by the user, as of the last ``poll``, or by ``close``."""
        return self._is_closed

    def show(self, image: Image) -> None:
        """Show a picture; it is seen at the next ``poll``. A closed window stays closed.

        Args:
            image: (H, W, 3) uint8 RGB. It gives the window its size, and so does a later one of
                another size, unless the user has changed the window's.
        """
        if self._is_closed:  # OpenCV would open it again
            return
        cv2 = self._cv2
        if image.shape != self._shape:
            if self._shape is None or self._view_size() == self._own_size:
                self._place(width=image.shape[1], height=image.shape[0])
            self._shape = image.shape
        cv2.imshow(self._name, cv2.cvtColor(self._fitted(image), cv2.COLOR_RGB2BGR))

    def poll(self) -> list[Key]:
        """Let the window draw and answer, for a few milliseconds.

        Returns:
            What the keys pressed since the last call mean, oldest first.
        """
        pressed: list[Key] = []
        if self._is_closed:
            return pressed
        for _ in range(_MOST_KEYS_PER_POLL):
            code = self._cv2.waitKeyEx(1)
            if code == -1:
                break
            key = _meaning(code)
            if key is not None:
                pressed.append(key)
        self._is_closed = self._shape is not None and not self._is_visible()
        return pressed

    def toggle_fullscreen(self) -> None:
        """Fill the screen, or go back to the window."""
        if self._is_closed:
            return
        cv2 = self._cv2
        is_full = (
            cv2.getWindowProperty(self._name, cv2.WND_PROP_FULLSCREEN) == cv2.WINDOW_FULLSCREEN
        )
        wanted = cv2.WINDOW_NORMAL if is_full else cv2.WINDOW_FULLSCREEN
        cv2.setWindowProperty(self._name, cv2.WND_PROP_FULLSCREEN, wanted)

    def close(self) -> None:
        """Close this window and no other; a second call does nothing."""
        name, self._name = self._name, ""
        self._is_closed = True
        if not name:
            return
        try:
            self._cv2.destroyWindow(name)
            self._cv2.waitKeyEx(1)  # some GUIs take it from the screen only now
        except self._cv2.error:
            pass  # the user was faster

    def _place(self, *, width: int, height: int) -> None:
        """Centre the window: it was opened small, and would grow out of the screen's corner."""
        self._own_size = width, height = window_size(width, height, screen=self._screen)
        self._cv2.resizeWindow(self._name, width, height)
        x, y = (self._screen[0] - width) // 2, (self._screen[1] - height) // 2
        self._cv2.moveWindow(self._name, x, y)

    def _fitted(self, image: Image) -> Image:
        """The picture at the window's size, between black margins."""
        cv2 = self._cv2
        width, height = self._view_size()
        if not _FITS_PICTURES or width < 1 or height < 1 or (height, width) == image.shape[:2]:
            return image
        scale = min(width / image.shape[1], height / image.shape[0])
        size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        picture = cv2.resize(image, size, interpolation=method)
        x, y = width - size[0], height - size[1]
        margins = (y // 2, y - y // 2, x // 2, x - x // 2)  # top, bottom, left, right: black
        return np.asarray(cv2.copyMakeBorder(picture, *margins, cv2.BORDER_CONSTANT), np.uint8)

    def _view_size(self) -> tuple[int, int]:
        """(width, height) of the room for the picture."""
        _, _, width, height = self._cv2.getWindowImageRect(self._name)
        return width, height

    def _is_visible(self) -> bool:
        try:
            return self._cv2.getWindowProperty(self._name, self._cv2.WND_PROP_VISIBLE) >= 1
        except self._cv2.error:
            return False  # Qt forgets the last window altogether


def window_size(width: int, height: int, *, screen: tuple[int, int]) -> tuple[int, int]:
    """(width, height) in pixels for a picture's first showing: legible, and not over the screen."""
    scale = max(1.0, _SMALLEST_SIDE / min(width, height))
    room = min(_SCREEN_SHARE * screen[0] / width, _SCREEN_SHARE * screen[1] / height)
    scale = min(scale, room)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _meaning(code: int) -> Key | None:
    """Return the meaning of a key code: the low 16 bits. GTK puts Shift and locks above them, and
    in the low 8 bits the left arrow (0xFF51) is a Q."""
    code &= 0xFFFF
    return _KEYS.get(ord(chr(code).lower()) if code < 0x80 else code)
