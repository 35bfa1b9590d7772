"""The scenes: what is behind the person, and how it lights them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from training.figure import outdoors, rooms
from training.figure.camera import VIEWS, Camera
from training.figure.painter import Light, cast_slab_shadow, paint
from training.figure.props import chair
from training.figure.stage import Stage

if TYPE_CHECKING:
    from har_live.types import Image


@dataclass(frozen=True, slots=True)
class Scene:
    """A background and its light."""

    draw: Callable[[Stage], None]
    light: Light
    finish: Callable[[Stage], Image] = Stage.finish


_DAY = Light(towards=(0.55, 1.0, 0.5), key=(0.66, 0.63, 0.56), sky=(0.54, 0.56, 0.60), shadow=0.5)
_WINDOW = Light(
    towards=(-0.8, 0.9, 0.6), key=(0.60, 0.58, 0.54), sky=(0.45, 0.45, 0.47),
    ground=(0.33, 0.30, 0.27), shadow=0.4,
)  # fmt: skip
_LAMP = Light(
    towards=(0.9, 0.6, 0.35), key=(0.62, 0.47, 0.30), sky=(0.20, 0.20, 0.26),
    ground=(0.16, 0.14, 0.14), shadow=0.45,
)  # fmt: skip
_HALL = Light(
    towards=(-0.25, 1.0, 0.5), key=(0.55, 0.55, 0.54), sky=(0.48, 0.49, 0.51),
    ground=(0.38, 0.34, 0.30), shadow=0.4,
)  # fmt: skip

SCENES = {
    "studio": Scene(rooms.studio, Light(), rooms.studio_light),
    "living_room": Scene(rooms.living_room, _WINDOW, rooms.window_light),
    "evening": Scene(rooms.living_room, _LAMP, rooms.evening_light),
    "office": Scene(rooms.office, _HALL, rooms.office_light),
    "gym": Scene(outdoors.gym, _HALL),
    "park": Scene(outdoors.park, _DAY),
}


@lru_cache(maxsize=32)
def background(scene: str, view: str, width: int, height: int, has_chair: bool) -> Image:
    """(height, width, 3) uint8 RGB, read-only."""
    camera = Camera(VIEWS[view], width, height)
    stage = Stage(camera, width, height, seed=sorted(SCENES).index(scene))
    SCENES[scene].draw(stage)
    image = SCENES[scene].finish(stage)
    if has_chair:
        light = SCENES[scene].light
        parts, footprint = chair(np.deg2rad(VIEWS[view].facing_degrees))
        cast_slab_shadow(image, footprint, camera, light)
        paint(image, parts, camera, light)
    image.setflags(write=False)
    return image
