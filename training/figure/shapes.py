"""Surface patches: four corners and a colour each; tubes along a line of rings make them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from training.figure.vectors import cross, unit

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from training.figure.vectors import Vector

    Colours = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Patches:
    """Flat pieces of surface."""

    corners: Vector
    """(N, 4, 3) metres; counter-clockwise seen from outside."""
    colours: Colours
    """(N, 3) float32 RGB 0–255 in full light."""
    lift_m: float = 0.0
    """Drawn as if this much nearer: for what is painted on other patches."""


def grid_patches(
    vertices: Vector, colours: ArrayLike, lift_m: float = 0.0, *, closed: bool = True
) -> Patches:
    """Patches between neighbouring vertices.

    Args:
        vertices: (..., K, S, 3); rings of S vertices, counter-clockwise about the way from the
            first ring to the last.
        colours: broadcast to (..., K - 1, S, 3).
        lift_m: see ``Patches``.
        closed: whether a ring's last vertex is joined with its first.
    """
    low, high = vertices[..., :-1, :, :], vertices[..., 1:, :, :]
    corners = np.stack(
        [low, np.roll(low, -1, axis=-2), np.roll(high, -1, axis=-2), high], axis=-2
    )  # (..., K - 1, S, 4, 3)
    painted = np.broadcast_to(np.asarray(colours, np.float32), (*corners.shape[:-2], 3))
    if not closed:
        corners, painted = corners[..., :-1, :, :], painted[..., :-1, :]
    return Patches(corners.reshape(-1, 4, 3), painted.reshape(-1, 3), lift_m)


def ring_angles(sides: int) -> Vector:
    """(sides, 2) cosine and sine of angles all around."""
    turn = (np.arange(sides) + 0.5) * (2 * np.pi / sides)
    return np.stack([np.cos(turn), np.sin(turn)], axis=1)


def rings(centres: Vector, first: Vector, second: Vector, radii: Vector, sides: Vector) -> Vector:
    """(..., K, S, 3) vertices of ellipses.

    Args:
        centres: (..., K, 3).
        first, second: (..., K, 3) unit axes; first × second is the way along the tube.
        radii: (..., K, 2) along the two axes.
        sides: (S, 2) from ``ring_angles``.
    """
    offsets = radii[..., None, :] * sides  # (..., K, S, 2)
    return np.asarray(
        centres[..., None, :]
        + offsets[..., :1] * first[..., None, :]
        + offsets[..., 1:] * second[..., None, :]
    )


def across(tangents: Vector, reference: Vector) -> tuple[Vector, Vector]:
    """Two unit axes perpendicular to each tangent; ``reference`` sets the turn about it."""
    first = unit(cross(reference, tangents))
    return first, cross(tangents, first)


def line_weights(positions: ArrayLike, num_points: int) -> Vector:
    """(K, num_points) weights that place rings on a line of points.

    Position 1.3 lies three tenths of the way from point 1 to point 2; positions before the first
    point and beyond the last one continue the line.
    """
    at = np.asarray(positions, np.float64)
    start = np.clip(np.floor(at).astype(int), 0, num_points - 2)
    weights = np.zeros((len(at), num_points))
    rows = np.arange(len(at))
    weights[rows, start] = 1.0 - (at - start)
    weights[rows, start + 1] = at - start
    return weights


def bend_weights(positions: ArrayLike, num_bones: int, softness: float) -> Vector:
    """(K, num_bones) weights that blend the directions of bones into a tube's, soft at joints."""
    at = np.asarray(positions, np.float64)[:, None]
    joints = np.arange(1, num_bones)
    passed = np.clip((at - joints) / (2 * softness) + 0.5, 0.0, 1.0)  # (K, num_bones - 1)
    edges = np.concatenate([np.ones_like(at), passed, np.zeros_like(at)], axis=1)
    return np.asarray(edges[:, :-1] - edges[:, 1:])


def tube(
    points: Vector, at: Vector, bend: Vector, reference: Vector, radii: Vector, sides: Vector
) -> Vector:
    """(N, K, S, 3) vertices of N bent tubes through (N, P, 3) points; see the weights above."""
    directions = unit(np.diff(points, axis=1))
    tangents = unit(bend @ directions)
    first, second = across(tangents, reference)
    return rings(at @ points, first, second, radii, sides)


def box_patches(low: ArrayLike, high: ArrayLike, colour: ArrayLike) -> Patches:
    """The six sides of a box with edges along the axes."""
    a, b = np.asarray(low, np.float64), np.asarray(high, np.float64)
    faces = []
    for axis in range(3):
        second, third = (axis + 1) % 3, (axis + 2) % 3
        for end, order in ((a, (0, 3, 2, 1)), (b, (0, 1, 2, 3))):
            face = np.empty((4, 3))
            face[:, axis] = end[axis]
            face[:, second] = (a[second], b[second], b[second], a[second])
            face[:, third] = (a[third], a[third], b[third], b[third])
            faces.append(face[list(order)])
    return Patches(np.stack(faces), np.tile(np.asarray(colour, np.float32), (6, 1)))


def boxy(circle: Vector) -> Vector:
    """A circle's points pushed a little toward a square."""
    return np.asarray(np.sign(circle) * np.abs(circle) ** 0.86)


def folds(places: Vector, sides: int, depth: float) -> Vector:
    """(K, sides, 1) brightness about 1: the unevenness of worn cloth and of skin."""
    place = places[:, None]
    turn = np.arange(sides)[None, :] * (2 * np.pi / sides)
    waves = np.sin(6.0 * place + 2 * turn) + np.sin(3.0 * place - 3 * turn + 1.0)
    return np.asarray(1.0 + 0.5 * depth * waves)[..., None]
