"""Wide scenes: a park and a gym."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.figure.stage import Stage, shade

if TYPE_CHECKING:
    from training.figure.looks import Colour

_SAND: Colour = (204, 188, 156)
_GRASS: Colour = (112, 152, 74)
_FAR_GREENS = ((104, 138, 108), (92, 128, 100))
_CLOUDS = ((-16.0, 15.0, 4.2), (-12.0, 14.2, 3.0), (9.0, 17.0, 4.6), (13.0, 16.2, 3.4))
_TREE_GREENS = ((70, 118, 58), (92, 142, 66), (58, 100, 56), (112, 158, 78))


def park(stage: Stage) -> None:
    """Sky, far trees, a meadow with a path, a bench."""
    _sky(stage)
    for x in np.arange(-26.0, 27.0, 2.2):
        tall = 2.2 + float(stage.rng.uniform(0.0, 1.4))
        stage.leaves(float(x), tall, -26, (2.0, tall), 0.9, _FAR_GREENS, 22)
    stage.flat((-60.0, 60.0), (-28.0, 6.0), 0.0, _GRASS)
    _grass(stage)
    _way(stage)
    for x, z, high in ((4.6, -9.0, 5.2), (-5.6, -8.0, 5.6), (-2.9, -12.0, 5.0), (2.2, -13.0, 4.6)):
        _tree(stage, x, z, high)
    _bench(stage, 2.0, -3.0)


def _way(stage: Stage) -> None:
    """The sandy way on which the person is, and one that branches off."""
    stage.polygon([(-9, 0, -16), (-7.6, 0, -16), (0.5, 0, -2.2), (-1.4, 0, -2.2)], _SAND)
    stage.flat((-30, 30), (-2.3, 2.6), 0.001, _SAND)
    stage.flat((-30, 30), (-2.35, -2.25), 0.002, (138, 138, 96))
    for _ in range(260):
        x, z = stage.rng.uniform((-6.0, -2.2), (6.0, 2.5)).tolist()
        tone = shade(_SAND, float(stage.rng.uniform(0.84, 1.05)))
        stage.ellipse(x, 0.002, z, 0.05, 0.03, tone, level=True)


def _sky(stage: Stage) -> None:
    rows = np.linspace(0.0, 1.0, len(stage.image))[:, None, None]
    top, low = np.array([112.0, 166.0, 222.0]), np.array([214.0, 230.0, 242.0])
    stage.image[:] = np.clip(top + (low - top) * np.minimum(rows * 2.0, 1.0), 0, 255)
    for x, y, wide in _CLOUDS:
        stage.ellipse(x, y, -40.0, wide, 0.9, (238, 243, 248))


def _grass(stage: Stage) -> None:
    for _ in range(420):
        depth = float(stage.rng.uniform(0.0, 1.0)) ** 2
        z, x = -2.4 - 20.0 * depth, float(stage.rng.normal()) * (3.0 + 12.0 * depth)
        tone = shade(_GRASS, float(stage.rng.uniform(0.88, 1.1)))
        stage.ellipse(x, 0.0, z, 0.5, 0.14 + 0.3 * depth, tone, level=True)


def _tree(stage: Stage, x: float, z: float, high: float) -> None:
    stage.ellipse(x + 0.5, 0.002, z, 1.5, 0.5, (78, 112, 56), level=True)
    stage.polygon(
        [(x - 0.2, 0, z), (x + 0.2, 0, z), (x + 0.1, 0.6 * high, z), (x - 0.1, 0.6 * high, z)],
        (98, 78, 60),
    )
    stage.leaves(x, 0.68 * high, z, (1.7, 1.7), 0.42, _TREE_GREENS, 110)


def _bench(stage: Stage, x: float, z: float) -> None:
    wood: Colour = (146, 100, 62)
    for side in (-0.65, 0.6):
        stage.box((x + side, x + side + 0.06), (0.0, 0.42), (z, z + 0.4), (66, 68, 70))
        stage.box((x + side, x + side + 0.06), (0.42, 0.85), (z, z + 0.05), (66, 68, 70))
    for y in (0.56, 0.68, 0.8):
        stage.upright(x, y, z + 0.06, 1.5, 0.09, wood)
    for depth in (0.08, 0.2, 0.32):
        stage.box((x - 0.75, x + 0.75), (0.42, 0.45), (z + depth, z + depth + 0.1), wood)


def gym(stage: Stage) -> None:
    """A hall: boards with court lines, wall bars, a mirror, weights, a mat."""
    back, half, high = -2.6, 4.5, 4.4
    stage.image[:] = (80, 74, 66)
    for x in np.arange(-half, half, 0.12):
        tone = shade((206, 160, 104), float(stage.rng.uniform(0.94, 1.05)))
        stage.flat((x, x + 0.119), (back, 5.0), 0.0, tone)
    for side in (-half, half):
        stage.across(side, (0.0, high), (back, 5.0), (176, 182, 180))
    stage.upright(0.0, high / 2, back, 2 * half, high, (206, 210, 206))
    stage.upright(0.0, 0.55, back + 0.01, 2 * half, 1.1, (74, 112, 150))
    stage.upright(0.0, 1.12, back + 0.01, 2 * half, 0.05, (236, 236, 232))
    for x in (-2.9, 2.9):
        stage.upright(x, 2.75, back + 0.01, 2.2, 0.75, (222, 234, 242))
        for bar in (-0.55, 0.0, 0.55):
            stage.upright(x + bar, 2.75, back + 0.02, 0.04, 0.75, (150, 156, 158))
    _wall_bars(stage, -1.7, back + 0.05)
    _ball_rack(stage, 1.9, back + 0.35)
    stage.flat((-half, half), (-1.75, -1.69), 0.001, (232, 232, 226))
    stage.flat((-2.4, -2.34), (back, 5.0), 0.001, (176, 62, 54))
    stage.flat((-1.3, 1.3), (-0.85, 0.95), 0.003, (52, 92, 112))
    stage.flat((-1.24, 1.24), (-0.79, 0.89), 0.004, (64, 112, 132))


def _wall_bars(stage: Stage, x: float, z: float) -> None:
    wood: Colour = (188, 138, 86)
    for y in np.arange(0.25, 2.45, 0.17):
        stage.upright(x, float(y), z, 1.7, 0.045, shade(wood, 0.95))
        stage.upright(x, float(y) - 0.03, z, 1.7, 0.016, shade(wood, 0.6))
    for side in (-0.87, 0.0, 0.87):
        stage.box((x + side - 0.035, x + side + 0.035), (0.0, 2.5), (z, z + 0.06), wood)


def _ball_rack(stage: Stage, x: float, z: float) -> None:
    for y in (0.3, 0.8):
        stage.box((x - 0.75, x + 0.75), (y, y + 0.04), (z, z + 0.25), (70, 72, 76))
        for index, colour in enumerate(
            ((210, 104, 52), (60, 110, 170), (200, 60, 60), (220, 186, 70))
        ):
            at = x - 0.55 + 0.37 * index
            stage.ellipse(at, y + 0.18, z + 0.25, 0.14, 0.14, colour)
            stage.ellipse(at - 0.04, y + 0.23, z + 0.26, 0.06, 0.05, shade(colour, 1.25))
    for side in (-0.75, 0.71):
        stage.box((x + side, x + side + 0.04), (0.0, 1.1), (z, z + 0.25), (56, 58, 62))
