"""Indoor scenes: studio, living room (by day and in the evening) and office."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from training.figure.furniture import floor_lamp, plant, shelf, sofa
from training.figure.stage import Stage, shade

if TYPE_CHECKING:
    from har_live.types import Image
    from training.figure.looks import Colour

_WALL_Z = -2.1
_HALF_WIDTH = 3.4
_CEILING = 2.75


def _shell(stage: Stage, wall: Colour, ceiling: Colour = (240, 238, 232)) -> None:
    """Three walls, ceiling and skirting."""
    near = 5.0
    for side in (-_HALF_WIDTH, _HALF_WIDTH):
        stage.across(side, (0.0, _CEILING), (_WALL_Z, near), shade(wall, 0.86))
        stage.across(side, (0.0, 0.1), (_WALL_Z, near), (226, 222, 214))
    stage.flat((-_HALF_WIDTH, _HALF_WIDTH), (_WALL_Z, near), _CEILING, ceiling)
    stage.upright(0.0, _CEILING / 2, _WALL_Z, 2 * _HALF_WIDTH, _CEILING, wall)
    stage.upright(0.0, 0.05, _WALL_Z, 2 * _HALF_WIDTH, 0.1, (232, 228, 220))


def _planks(stage: Stage, colour: Colour, width: float = 0.16) -> None:
    """A floor of boards that run toward the camera."""
    for x in np.arange(-_HALF_WIDTH, _HALF_WIDTH, width):
        z = _WALL_Z - float(stage.rng.uniform(0.0, 1.2))
        while z < 5.0:
            length = float(stage.rng.uniform(0.8, 1.6))
            tone = shade(colour, float(stage.rng.uniform(0.9, 1.08)))
            stage.flat((x, x + width - 0.006), (max(z, _WALL_Z), z + length), 0.0, tone)
            z += length + 0.006


def studio(stage: Stage) -> None:
    """A plain backdrop that curves into the floor."""
    stage.image[:] = (168, 172, 178)
    stage.upright(0.0, 2.0, -2.2, 12.0, 4.0, (176, 181, 188))
    bend = np.linspace(0.0, 1.0, 9)
    for a, b in pairwise(bend):
        tone = shade((172, 177, 184), 1.0 + 0.05 * a)
        low, high = -2.2 + 0.9 * a, -2.2 + 0.9 * b
        stage.polygon(
            [(-6, 0.35 * (1 - a) ** 2, low), (6, 0.35 * (1 - a) ** 2, low),
             (6, 0.35 * (1 - b) ** 2, high), (-6, 0.35 * (1 - b) ** 2, high)],
            tone,
        )  # fmt: skip
    stage.flat((-6.0, 6.0), (-1.3, 6.0), 0.0, shade((174, 178, 184), 1.05))


def studio_light(stage: Stage) -> Image:
    """A soft pool of light behind the person."""
    return stage.finish(0.88 + stage.glow(0.0, 1.3, -2.2, 1.9, (0.26, 0.26, 0.25)), blur=3.0)


def living_room(stage: Stage) -> None:
    """Sofa, shelf, window, plant, lamp and pictures."""
    stage.image[:] = (60, 56, 52)
    _planks_base = (168, 124, 84)
    stage.flat((-_HALF_WIDTH, _HALF_WIDTH), (_WALL_Z, 5.0), 0.0, shade(_planks_base, 0.8))
    _planks(stage, _planks_base)
    _shell(stage, (222, 212, 194))
    _window(stage, -1.75)
    _picture(stage, 0.35, 1.75, (0.62, 0.46))
    _picture(stage, 1.05, 1.68, (0.4, 0.52))
    shelf(stage, 2.45, _WALL_Z)
    stage.flat((-1.5, 1.55), (-1.15, 1.0), 0.004, (176, 92, 78))
    stage.flat((-1.38, 1.43), (-1.05, 0.9), 0.005, (206, 178, 146))
    stage.flat((-1.24, 1.29), (-0.93, 0.78), 0.006, (186, 116, 94))
    sofa(stage, 0.55, _WALL_Z + 0.1, (92, 112, 124))
    plant(stage, -0.95, _WALL_Z + 0.4, 1.2)
    floor_lamp(stage, 1.78, _WALL_Z + 0.55, (246, 226, 180))


def _window(stage: Stage, x: float) -> None:
    z, y, wide, high = _WALL_Z + 0.01, 1.55, 1.15, 1.35
    stage.upright(x, y, z, wide + 0.14, high + 0.14, (246, 244, 240))
    stage.upright(x, y, z, wide, high, (196, 222, 244))
    stage.upright(x, y - 0.42, z, wide, high - 0.84, (150, 182, 140))
    stage.ellipse(x + 0.25, y - 0.2, z, 0.22, 0.16, (128, 166, 118))
    stage.ellipse(x - 0.35, y - 0.24, z, 0.2, 0.2, (140, 174, 126))
    stage.upright(x, y, z, 0.05, high, (246, 244, 240))
    stage.upright(x, y + 0.15, z, wide, 0.05, (246, 244, 240))
    for side in (-1, 1):
        middle = x + side * (wide / 2 + 0.14)
        for fold in range(4):
            tone = shade((206, 196, 178), 0.92 + 0.1 * (fold % 2))
            stage.upright(middle + (fold - 1.5) * 0.085, 1.25, z + 0.05, 0.09, 2.3, tone)


def _picture(stage: Stage, x: float, y: float, size: tuple[float, float]) -> None:
    wide, high = size
    z = _WALL_Z + 0.02
    stage.upright(x + 0.015, y - 0.02, z, wide, high, (180, 170, 154))
    stage.upright(x, y, z, wide, high, (58, 48, 42))
    stage.upright(x, y, z, wide - 0.06, high - 0.06, (238, 234, 226))
    stage.upright(x, y, z, wide - 0.16, high - 0.16, (130, 160, 178))
    stage.ellipse(x + 0.05 * wide, y - 0.08 * high, z, 0.2 * wide, 0.14 * high, (214, 150, 96))


def window_light(stage: Stage) -> Image:
    """Daylight from the window on the left."""
    return stage.finish(0.86 + stage.glow(-1.9, 1.5, -1.8, 1.9, (0.30, 0.29, 0.25)))


def evening_light(stage: Stage) -> Image:
    """The lamp alone."""
    light = np.array([0.30, 0.28, 0.32])
    light = light + stage.glow(1.78, 1.5, -1.5, 1.7, (0.80, 0.56, 0.26))
    light = light + stage.glow(1.78, 1.6, -1.5, 0.35, (0.9, 0.75, 0.45))
    return stage.finish(light, grain=3.0)


def office(stage: Stage) -> None:
    """Desks with screens, a glass wall, ceiling lights."""
    stage.image[:] = (70, 72, 76)
    stage.flat((-_HALF_WIDTH, _HALF_WIDTH), (_WALL_Z, 5.0), 0.0, (112, 118, 128))
    for x in np.arange(-_HALF_WIDTH, _HALF_WIDTH, 0.5):
        for z in np.arange(_WALL_Z, 5.0, 0.5):
            tone = shade((116, 122, 132), float(stage.rng.uniform(0.94, 1.05)))
            stage.flat((x, x + 0.49), (z, z + 0.49), 0.0, tone)
    _shell(stage, (214, 220, 224), (228, 230, 232))
    for x in (-1.8, 0.0, 1.8):
        for z in (-1.2, 0.6):
            stage.flat((x - 0.55, x + 0.55), (z - 0.12, z + 0.12), _CEILING - 0.01, (255, 254, 248))
    _whiteboard(stage, -0.9)
    stage.upright(1.9, 1.05, _WALL_Z + 0.01, 0.95, 2.1, (122, 140, 152))
    stage.upright(1.9, 1.08, _WALL_Z + 0.02, 0.72, 1.8, (168, 190, 200))
    stage.ellipse(2.22, 1.0, _WALL_Z + 0.03, 0.03, 0.03, (70, 70, 72))
    _desk(stage, -2.2)
    _desk(stage, 0.35)
    plant(stage, 2.75, _WALL_Z + 0.5, 1.3)


def _whiteboard(stage: Stage, x: float) -> None:
    z = _WALL_Z + 0.02
    stage.upright(x, 1.62, z, 1.6, 0.95, (150, 154, 158))
    stage.upright(x, 1.62, z, 1.54, 0.89, (248, 248, 246))
    for row, (wide, colour) in enumerate(
        ((0.8, (60, 90, 170)), (1.0, (60, 62, 66)), (0.6, (176, 66, 60)))
    ):
        stage.upright(x - 0.65 + wide / 2, 1.9 - 0.14 * row, z, wide, 0.025, colour)
    for bar, high in enumerate((0.12, 0.2, 0.28, 0.36)):
        stage.upright(x + 0.2 + 0.13 * bar, 1.26 + high / 2, z, 0.08, high, (70, 140, 120))


def _desk(stage: Stage, x: float) -> None:
    z = _WALL_Z + 0.15
    for side in (-0.68, 0.64):
        stage.box((x + side, x + side + 0.04), (0.0, 0.7), (z, z + 0.65), (96, 98, 102))
    stage.box((x - 0.72, x + 0.72), (0.7, 0.74), (z, z + 0.7), (206, 188, 160))
    stage.upright(x - 0.1, 0.82, z + 0.22, 0.06, 0.18, (50, 52, 56))
    stage.upright(x - 0.1, 1.08, z + 0.24, 0.62, 0.38, (34, 36, 40))
    stage.upright(x - 0.1, 1.08, z + 0.25, 0.58, 0.34, (84, 128, 172))
    stage.upright(x - 0.22, 1.12, z + 0.26, 0.26, 0.2, (226, 232, 236))
    stage.flat((x - 0.32, x + 0.12), (z + 0.42, z + 0.56), 0.745, (60, 62, 66))
    stage.box((x + 0.42, x + 0.5), (0.74, 0.84), (z + 0.4, z + 0.48), (200, 90, 70))


def office_light(stage: Stage) -> Image:
    """Even light from the ceiling."""
    return stage.finish(0.93 + stage.glow(0.0, 2.6, -1.0, 2.2, (0.12, 0.12, 0.12)))
