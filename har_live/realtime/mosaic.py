"""Several pictures in one: cells side by side, each under the name of its source."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from har_live.overlay.canvas import Canvas
from har_live.overlay.style import TEXT
from har_live.overlay.text import MEDIUM, fit_text, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from har_live.types import Image

ROOM = (1440, 810)
"""Most pixels of width and height of the pictures together."""
NAME_PX = 14
"""Font size of a name."""
_NAME_HEIGHT = 24
_GAP = 2


class Mosaic:
    """A grid of cells, as square as holds them all, in the order of the names.

    Args:
        names: of the sources, for people.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._num_columns = math.ceil(math.sqrt(len(names)))
        num_rows = math.ceil(len(names) / self._num_columns)
        width = ROOM[0] // self._num_columns
        self.room = (width - _GAP, width * ROOM[1] // ROOM[0] - _GAP)
        """(width, height) in pixels of the place for each picture."""
        self._cell = (width, self.room[1] + _GAP + _NAME_HEIGHT)
        size = (num_rows * self._cell[1], self._num_columns * self._cell[0], 3)
        self.picture: Image = np.zeros(size, np.uint8)
        """(H, W, 3) uint8 RGB, all of it; changes with each ``put``."""
        for number, name in enumerate(names):
            self._write(number, name)

    def put(self, number: int, image: Image) -> None:
        """Put a picture, (h, w, 3) uint8 RGB that fits ``room``, in the middle of its place."""
        x, y = self._corner(number)
        place = self.picture[y : y + self.room[1], x : x + self.room[0]]
        height, width = image.shape[:2]
        top, left = (self.room[1] - height) // 2, (self.room[0] - width) // 2
        place[:] = 0
        place[top : top + height, left : left + width] = image

    def _corner(self, number: int) -> tuple[int, int]:
        """Return (x, y) of the upper left pixel of a picture's place."""
        row, column = divmod(number, self._num_columns)
        return column * self._cell[0], row * self._cell[1] + _NAME_HEIGHT

    def _write(self, number: int, name: str) -> None:
        x, y = self._corner(number)
        text, size = fit_text(printable(name), NAME_PX, MEDIUM, self.room[0] - NAME_PX)
        strip = Canvas.panel(self.room[0], _NAME_HEIGHT, 0)
        strip.text(NAME_PX // 2, round(0.72 * _NAME_HEIGHT), text, size, MEDIUM, TEXT)
        strip.stamp_on(self.picture, x, y - _NAME_HEIGHT)
