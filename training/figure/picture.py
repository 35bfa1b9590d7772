"""Pictures of a person of a given look in a scene, from joint positions."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from training.figure.body import Body
from training.figure.camera import VIEWS, Camera
from training.figure.hands import Hands
from training.figure.head import Head
from training.figure.looks import LOOKS
from training.figure.painter import cast_shadow, paint
from training.figure.props import mug
from training.figure.scenes import SCENES, background

if TYPE_CHECKING:
    from har_live.types import Image
    from training.figure.shapes import Patches
    from training.figure.vectors import Vector

_FAR_PX_PER_METRE, _NEAR_PX_PER_METRE = 110.0, 300.0
_SIDES_FAR, _SIDES, _SIDES_NEAR = 12, 18, 30


class PersonSurfaces:
    """The surfaces of one look, ready to be placed on any joints."""

    def __init__(self, look: str, sides: int) -> None:
        self._parts = Body(LOOKS[look], sides), Hands(LOOKS[look], sides)
        self._head = Head(LOOKS[look], sides)

    def patches(
        self, joints: Vector, *, eyes_open: bool = True, mug_side: int | None = None
    ) -> list[Patches]:
        """Patches for (NUM_JOINTS, 3) joints in metres of a person 1.75 m tall."""
        patches = [patch for part in self._parts for patch in part.patches(joints)]
        patches += self._head.patches(joints, eyes_open=eyes_open)
        if mug_side is not None:
            patches.append(mug(joints, mug_side))
        return patches


@lru_cache(maxsize=16)
def _person(look: str, sides: int) -> PersonSurfaces:
    return PersonSurfaces(look, sides)


def draw_person(
    joints: Vector,
    *,
    scene: str,
    look: str,
    view: str,
    width: int,
    height: int,
    has_chair: bool = False,
    mug_side: int | None = None,
    eyes_open: bool = True,
) -> Image:
    """(height, width, 3) uint8 RGB.

    Args:
        joints: (NUM_JOINTS, 3) metres, of a person 1.75 m tall; the look's stature scales it.
        scene, look, view: keys of ``SCENES``, ``LOOKS``, ``VIEWS``.
        width, height: pixels.
        has_chair: whether a chair stands behind the person's place.
        mug_side: the hand that holds a mug, if one does.
        eyes_open: False during a blink.
    """
    camera = Camera(VIEWS[view], width, height)
    light = SCENES[scene].light
    stature = LOOKS[look].stature_m / 1.75
    image = background(scene, view, width, height, has_chair).copy()
    cast_shadow(image, joints * stature, camera, light)
    person = _person(look, _sides(camera.pixels_per_metre(joints[0])))
    patches = person.patches(joints, eyes_open=eyes_open, mug_side=mug_side)
    paint(image, patches, camera, light, stature)
    return image


def _sides(px_per_metre: float) -> int:
    """Fine enough that a limb looks round at its size on the picture."""
    if px_per_metre < _FAR_PX_PER_METRE:
        return _SIDES_FAR
    return _SIDES if px_per_metre < _NEAR_PX_PER_METRE else _SIDES_NEAR
