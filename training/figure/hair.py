"""Hair: a shell over the skull, a bun, long hair that falls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.figure.shapes import Patches, grid_patches
from training.figure.skull import blob, shell

if TYPE_CHECKING:
    from training.figure.looks import Look
    from training.figure.vectors import Vector


def hair_patches(look: Look, sides: int) -> list[Patches]:
    hair = look.hair
    turn = (np.arange(sides) + 0.5) * (2 * np.pi / sides)
    # The hairline runs from forehead over temple, sideburn and ear to the neck.
    corners = np.array([0.0, 0.5, 0.95, 1.2, 1.42, 1.62, 1.95, np.pi])
    over_ear = max(hair.side, 0.024)
    levels = [hair.front, hair.front, 0.05, hair.side, hair.side, over_ear, hair.back, hair.back]
    line = np.interp(np.abs((turn + np.pi) % (2 * np.pi) - np.pi), corners, levels)
    rise = np.linspace(0.0, 1.0, 15)[:, None] ** 0.85
    heights = line + rise * (0.1218 - line)
    over = np.clip((heights - 0.01) / 0.08, 0.0, 1.0)
    puff = hair.thickness * (0.45 + 0.75 * over) * np.clip(6.0 * rise - 0.2, -0.2, 1.0)
    shape = shell(heights, turn, puff)
    shape[..., 1] += 1.1 * hair.thickness * over**2
    shape[-1] = shape[-1].mean(axis=0)
    colour = np.array(look.hair.colour, np.float64)
    strands = 1.0 + 0.10 * np.sin(np.arange(sides) * 2.4)[None, :, None]
    strands = strands + 0.05 * np.sin(np.arange(14) * 1.1)[:, None, None]
    parts = [grid_patches(shape, strands * colour, 0.003)]
    if hair.bun:
        parts.append(blob(np.array([0.0, 0.085, -0.105]), np.array([0.05, 0.045, 0.045]), colour))
    if hair.fall > 0:
        parts += _falling(hair.fall, hair.back, colour, sides)
    return parts


def _falling(fall: float, back: float, colour: Vector, sides: int) -> list[Patches]:
    """Long hair behind and beside the neck."""
    rows = np.linspace(0.0, 1.0, 7)[:, None]
    turn = np.linspace(0.36, 1.64, sides)[None, :] * np.pi
    heights = 0.03 - rows * (0.03 - back + fall)
    width = 0.086 + 0.012 * np.sin(rows * 2.6) - 0.02 * rows
    depth = 0.104 - 0.03 * rows
    shape = np.stack(
        [
            width * np.sin(turn),
            np.broadcast_to(heights, (7, sides)) + 0.012 * np.cos(7 * turn) * rows,
            -0.005 - 0.02 * rows + depth * np.cos(turn),
        ],
        axis=-1,
    )
    strands = 1.0 + 0.12 * np.sin(np.arange(sides) * 2.0)[None, :, None]
    outside = grid_patches(shape[::-1], strands * colour, closed=False)
    inside = grid_patches(shape, 0.6 * colour, closed=False)
    return [outside, inside]
