"""The camera: where it stands for each named view, and from metres to pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from training.figure.vectors import unit

if TYPE_CHECKING:
    from training.figure.vectors import Vector

NEAR_METRES = 0.15


@dataclass(frozen=True, slots=True)
class View:
    """The place of the camera, and how the person stands before it."""

    distance_m: float
    """Distance from the person's place, along +z."""
    height_m: float
    """Height of the camera over the floor."""
    aim_m: float
    """Height at which the camera looks."""
    facing_degrees: float = 0.0
    """Direction in which the resting person looks: 0 at the camera, positive to picture right."""
    side_m: float = 0.0
    """Camera's offset along +x; it still looks straight at the person's place."""
    focal: float = 1.5
    """Focal length in picture heights."""
    roam_m: float = 0.0
    """Half the width in which walking stays inside the picture; 0: actions stay on the spot."""


VIEWS = {
    "full": View(4.2, 1.25, 1.14, roam_m=1.35),
    "left": View(4.2, 1.3, 1.14, facing_degrees=38.0, side_m=-0.5, roam_m=1.25),
    "right": View(4.2, 1.2, 1.14, facing_degrees=-38.0, side_m=0.6, roam_m=1.25),
    "profile": View(4.2, 1.25, 1.14, facing_degrees=78.0, roam_m=1.35),
    "wide": View(5.6, 1.5, 1.15, facing_degrees=-15.0, roam_m=2.0),
    "high": View(4.0, 2.3, 1.0, facing_degrees=12.0, side_m=0.8, roam_m=1.1),
    "knees": View(2.7, 1.35, 1.22, facing_degrees=-12.0, focal=1.45),
    "webcam": View(1.45, 1.38, 1.38, facing_degrees=4.0, focal=1.05),
    "desk": View(1.2, 1.3, 1.4, facing_degrees=-10.0, side_m=0.15, focal=0.95),
}


class Camera:
    """One view for one picture size."""

    def __init__(self, view: View, width: int, height: int) -> None:
        self.view = view
        self.position = np.array([view.side_m, view.height_m, view.distance_m])
        ahead = unit(np.array([0.0, view.aim_m, 0.0]) - self.position)
        right = unit(np.cross(ahead, [0.0, 1.0, 0.0]))
        self.axes = np.stack([right, np.cross(ahead, right), ahead])
        """(3, 3) rows: picture right, picture down, into the picture."""
        # A narrow picture shows the same width of the room instead of cutting hands off.
        self.focal_px = view.focal * min(height, 0.75 * width)
        self.centre_px = np.array([0.5 * width, 0.5 * height])

    def seen(self, points: Vector) -> Vector:
        """(..., 3) world → (..., 3) camera: right, down, depth, in metres."""
        return np.asarray((points - self.position) @ self.axes.T)

    def pixels(self, seen: Vector) -> Vector:
        """(..., 3) camera → (..., 2) pixels; depth is kept beyond the near plane."""
        depth = np.maximum(seen[..., 2:], NEAR_METRES)
        return np.asarray(seen[..., :2] * (self.focal_px / depth) + self.centre_px)

    def pixels_per_metre(self, point: Vector) -> float:
        """Size on the picture of a metre at a point."""
        return float(self.focal_px / max(float(self.seen(point)[2]), NEAR_METRES))
