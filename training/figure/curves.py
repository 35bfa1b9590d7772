"""A smooth curve through points that never overshoots one (monotone cubic, Fritsch–Carlson)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from training.figure.vectors import Vector


class Curve:
    """Through (K,) increasing positions and (K, D) values; level beyond both ends."""

    def __init__(self, at: Vector, values: Vector) -> None:
        self._at = at
        self._values = values
        self._slopes = _slopes(at, values)

    def __call__(self, where: ArrayLike) -> Vector:
        """(..., D) values at (...) positions."""
        at = self._at
        where = np.clip(where, at[0], at[-1])
        i = np.minimum(np.searchsorted(at, where, side="right") - 1, len(at) - 2)
        step = np.asarray(at[i + 1] - at[i])[..., None]
        u = np.asarray(where - at[i])[..., None] / step
        ease = u * u * (3.0 - 2.0 * u)
        bow = u * (1.0 - u) * ((1.0 - u) * self._slopes[i] - u * self._slopes[i + 1]) * step
        start, end = self._values[i], self._values[i + 1]
        return np.asarray(start + ease * (end - start) + bow)


def refined(table: Vector, factor: int) -> Vector:
    """A table's rows with ``factor - 1`` smooth ones between each two; column 0 is the position."""
    rows = len(table)
    index = np.arange(rows, dtype=np.float64)
    places = np.linspace(0.0, rows - 1.0, factor * (rows - 1) + 1)
    return Curve(index, table)(places)


def _slopes(at: Vector, values: Vector) -> Vector:
    steps = np.diff(at)[:, None]
    secants = np.diff(values, axis=0) / steps
    before, after = secants[:-1], secants[1:]
    first = steps[1:] * 2 + steps[:-1]
    second = steps[1:] + steps[:-1] * 2
    with np.errstate(divide="ignore", invalid="ignore"):
        inner = (first + second) / (first / before + second / after)
    slopes = np.zeros_like(values)
    slopes[1:-1] = np.where(before * after > 0, inner, 0.0)
    slopes[0], slopes[-1] = secants[0], secants[-1]
    return slopes
