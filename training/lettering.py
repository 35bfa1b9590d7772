"""Pictures by matplotlib with letters of every script that the overlay can draw.

matplotlib's own font has no Chinese, Japanese or Korean letters and draws boxes for them; text that
it lacks letters for is drawn as the overlay draws it, everywhere in a picture.
"""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib import pyplot as plt
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font

from har_live.overlay.text import REGULAR, Ink, ink, printable

matplotlib.use("Agg")
POINTS_PER_INCH = 72


def save_picture(figure: Figure, target: Path, *, dpi: int) -> None:
    """Write a figure as the kind of picture that the suffix names, PNG where it has none."""
    _Canvas(figure).print_figure(target, dpi=dpi)
    plt.close(figure)


class _Renderer(RendererAgg):
    def get_text_width_height_descent(
        self, s: str, prop: FontProperties, ismath: Any
    ) -> tuple[float, float, float]:
        if ismath or _has_letters(s, findfont(prop)):
            size: tuple[float, float, float] = super().get_text_width_height_descent(
                s, prop, ismath
            )
            return size
        drawn = self._ink(s, prop)
        height, width = drawn.mask.shape
        return width, height, height - drawn.baseline

    def draw_text(
        self,
        gc: Any,
        x: float,
        y: float,
        s: str,
        prop: FontProperties,
        angle: float,
        ismath: Any = False,
        mtext: Any = None,
    ) -> None:
        if ismath or _has_letters(s, findfont(prop)):
            super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
            return
        drawn = self._ink(s, prop)
        below = drawn.mask.shape[0] - drawn.baseline
        turn = math.radians(angle)
        left, bottom = round(x + below * math.sin(turn)), round(y + below * math.cos(turn))
        self._renderer.draw_text_image(drawn.mask.copy(), left, bottom, angle, gc)

    def _ink(self, text: str, prop: FontProperties) -> Ink:
        size_px = round(prop.get_size_in_points() * self.dpi / POINTS_PER_INCH)
        return ink(printable(text), size_px, REGULAR)


class _Canvas(FigureCanvasAgg):
    def get_renderer(self) -> _Renderer:
        width, height = self.get_width_height(physical=True)
        renderer: _Renderer | None = getattr(self, "renderer", None)
        now = (width, height, self.figure.dpi)
        if renderer is None or (renderer.width, renderer.height, renderer.dpi) != now:
            self.renderer = renderer = _Renderer(width, height, self.figure.dpi)
        return renderer


@cache
def _has_letters(text: str, font_path: str) -> bool:
    font = get_font(font_path)
    return all(char.isspace() or font.get_char_index(ord(char)) for char in text)
