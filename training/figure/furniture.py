"""Things that stand about: sofa, shelf, lamp, plant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.figure.stage import Stage, shade

if TYPE_CHECKING:
    from training.figure.looks import Colour


def sofa(stage: Stage, x: float, z: float, colour: Colour) -> None:
    """A two-seater with cushions, its back to the wall."""
    half = 0.95
    stage.flat((x - half - 0.1, x + half + 0.1), (z, z + 0.98), 0.002, (84, 66, 50))
    stage.box((x - half, x + half), (0.08, 0.84), (z, z + 0.22), colour)
    for side in (-1, 0):
        low = x + side * (half - 0.18)
        stage.box(
            (low + 0.02, low + half - 0.2), (0.42, 0.9), (z + 0.22, z + 0.36), shade(colour, 1.06)
        )
    stage.box((x - half, x + half), (0.08, 0.32), (z + 0.2, z + 0.85), shade(colour, 0.9))
    for side in (-1, 0):
        low = x + side * (half - 0.18)
        stage.box(
            (low + 0.01, low + half - 0.19), (0.32, 0.46), (z + 0.2, z + 0.86), shade(colour, 1.04)
        )
    for low in (x - half - 0.02, x + half - 0.18):
        stage.box((low, low + 0.2), (0.08, 0.62), (z, z + 0.88), colour)
    for u, cushion in ((-0.62, (214, 162, 70)), (0.6, (178, 88, 74))):
        stage.box((x + u - 0.2, x + u + 0.2), (0.46, 0.8), (z + 0.34, z + 0.46), cushion)


def shelf(stage: Stage, x: float, z: float) -> None:
    """A book shelf of five boards."""
    wide, high = 0.95, 1.95
    stage.box((x - wide / 2, x + wide / 2), (0.0, high), (z, z + 0.3), (136, 100, 68))
    stage.upright(x, high / 2, z + 0.3, wide - 0.06, high - 0.06, (78, 56, 38))
    for row in range(5):
        floor = 0.05 + row * 0.38
        _books(stage, x - wide / 2 + 0.05, x + wide / 2 - 0.05, floor, z + 0.3)
        stage.upright(x, floor - 0.01, z + 0.31, wide - 0.05, 0.03, (150, 112, 78))


def _books(stage: Stage, left: float, right: float, floor: float, z: float) -> None:
    colours = (
        (146, 62, 52),
        (58, 84, 112),
        (196, 176, 132),
        (70, 96, 78),
        (44, 44, 52),
        (176, 122, 60),
    )
    at = left
    while at < right - 0.08:
        thick = float(stage.rng.uniform(0.025, 0.06))
        high = float(stage.rng.uniform(0.19, 0.29))
        if stage.rng.random() < 0.82:
            colour = colours[int(stage.rng.integers(len(colours)))]
            stage.upright(at + thick / 2, floor + high / 2, z, thick * 0.92, high, colour)
        at += thick


def floor_lamp(stage: Stage, x: float, z: float, shade_colour: Colour) -> None:
    """A lamp on a pole."""
    stage.ellipse(x, 0.01, z, 0.16, 0.16, (60, 56, 54), level=True)
    stage.upright(x, 0.75, z, 0.025, 1.5, (70, 66, 62))
    top, low = 0.13, 0.21
    stage.polygon(
        [(x - low, 1.42, z), (x + low, 1.42, z), (x + top, 1.76, z), (x - top, 1.76, z)],
        shade_colour,
    )


def plant(stage: Stage, x: float, z: float, height: float = 1.1) -> None:
    """A pot plant with long leaves."""
    stage.polygon(
        [(x - 0.13, 0.0, z), (x + 0.13, 0.0, z), (x + 0.18, 0.34, z), (x - 0.18, 0.34, z)],
        (188, 112, 80),
    )
    greens = ((62, 112, 66), (84, 136, 74), (48, 92, 58))
    for index, lean in enumerate(np.linspace(-1.0, 1.0, 11)):
        tip = np.array([x + lean * 0.5, height * (1.15 - 0.45 * abs(lean)), z])
        root, wide = np.array([x + 0.05 * lean, 0.34, z]), np.array([0.06, 0.0, 0.0])
        belly = 0.5 * (tip + root) + [lean * -0.04, 0.12, 0.0]
        colour = greens[index % 3]
        stage.polygon([root, belly - wide, tip, belly + wide], colour)
