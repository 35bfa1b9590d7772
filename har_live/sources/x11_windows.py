"""Windows on an X11 screen: what they are called, and where they are now."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from har_live.closing import Closing
from har_live.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAMES = ("_NET_WM_NAME", "WM_NAME")
"""Properties with a window's title, the newer one first."""


class WindowRegion(Closing):
    """The part of the screen that one window takes, wherever it is moved."""

    def __init__(self, title: str) -> None:
        """Find the window.

        Args:
            title: a part of it, in any case. Of several such windows, the topmost is taken.

        Raises:
            SourceError: there is none, no X server, or this is macOS or Windows.
        """
        if sys.platform != "linux":
            raise SourceError(
                f"screen {title}: single windows can be shown under X11 only; "
                "take the whole monitor: screen:1"
            )
        from Xlib.display import Display
        from Xlib.error import DisplayError

        self._title = title
        try:
            self._display = Display()
        except (DisplayError, OSError) as error:
            raise SourceError(
                f"screen {title} can't be seen ({error}); run it in a desktop session, "
                "or set DISPLAY"
            ) from error
        try:
            self._window = self._find()
        except BaseException:
            self.close()
            raise

    def now(self) -> dict[str, int]:
        """Return left, top, width, height in pixels, as mss takes them; never off the screen.

        Raises:
            SourceError: the window was closed, is minimised or beside the screen.
        """
        from Xlib import X
        from Xlib.error import ConnectionClosedError, XError

        root = self._display.screen().root
        try:
            is_shown = self._window.get_attributes().map_state == X.IsViewable
            size, screen = self._window.get_geometry(), root.get_geometry()
            corner = root.translate_coords(self._window, 0, 0)
        except (XError, ConnectionClosedError, OSError) as error:
            raise SourceError(f"screen {self._title}: the window was closed") from error
        left, top = max(corner.x, 0), max(corner.y, 0)
        width = min(corner.x + size.width, screen.width) - left
        height = min(corner.y + size.height, screen.height) - top
        if not is_shown or width < 1 or height < 1:
            raise SourceError(f"screen {self._title}: the window is minimised or off the screen")
        return {"left": left, "top": top, "width": width, "height": height}

    def close(self) -> None:
        from Xlib.error import ConnectionClosedError

        with suppress(ConnectionClosedError, OSError):  # the server is gone already
            self._display.close()

    def _find(self) -> Any:
        windows = list(self._windows())
        for title, window in windows:
            if self._title.casefold() in title.casefold():
                return window
        known = ", ".join(sorted({f"screen:{title}" for title, _ in windows if title}))
        raise SourceError(
            f"screen {self._title}: neither a monitor's number nor in a window's title; "
            f"windows: {known or 'none'}"
        )

    def _windows(self) -> Iterator[tuple[str, Any]]:
        """Titles and windows that the window manager lists, the topmost first."""
        from Xlib import X
        from Xlib.error import XError

        root = self._display.screen().root
        listed = root.get_full_property(self._atom("_NET_CLIENT_LIST_STACKING"), X.AnyPropertyType)
        for number in reversed(listed.value if listed else ()):
            window = self._display.create_resource_object("window", number)
            with suppress(XError):  # closed since
                yield self._title_of(window), window

    def _title_of(self, window: Any) -> str:
        from Xlib import X

        for name in _NAMES:
            found = window.get_full_property(self._atom(name), X.AnyPropertyType)
            if found:
                value = found.value
                return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        return ""

    def _atom(self, name: str) -> int:
        return int(self._display.intern_atom(name))
