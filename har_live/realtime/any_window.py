"""The interface of what live use is shown on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from har_live.sinks.window import Key
    from har_live.types import Image


class AnyWindow(Protocol):
    """The view that ``live`` shows pictures on and takes keys from; all is called by its thread.

    ``har_live.Window`` is one; a web page could be another. None of the calls may wait for long:
    the next picture waits with them. The view stays open when ``live`` ends.
    """

    @property
    def is_closed(self) -> bool:
        """True once the user has closed it, which ends ``live``."""

    def show(self, image: Image) -> None:
        """Show a picture, (H, W, 3) uint8 RGB. Copy it to keep it: it may be drawn on again."""

    def poll(self) -> list[Key]:
        """Return the meanings of the keys pressed since the last call, oldest first: ``quit``,
        ``pause``, ``screenshot``, ``record``, ``help``, ``fullscreen``, ``person``, ``joints``, or
        the digit of a source; while takes are recorded, ``drop`` and ``next``. Called some fifty
        times a second; a window may draw in it."""

    def toggle_fullscreen(self) -> None:
        """Fill the screen, or go back; called where a key asks for it."""
