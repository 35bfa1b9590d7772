"""Patches and a background → the picture: light, shadow on the floor, far before near."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from training.figure.skeleton import BONES, LEFT, RIGHT, Joint
from training.figure.vectors import cross, unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from har_live.types import Image
    from training.figure.camera import Camera
    from training.figure.shapes import Patches
    from training.figure.vectors import Vector

_SUBPIXEL_BITS = 4
_SHADOW_COARSENESS = 4
"""The soft shadow is drawn in a picture this many times smaller."""


@dataclass(frozen=True, slots=True)
class Light:
    """A scene's light on the person."""

    towards: tuple[float, float, float] = (-0.45, 1.0, 0.65)
    """Direction to the main light."""
    key: tuple[float, float, float] = (0.58, 0.56, 0.53)
    """RGB strength of the main light, where it falls straight on a surface."""
    sky: tuple[float, float, float] = (0.45, 0.45, 0.47)
    """RGB strength of the light from all around, on surfaces that look up."""
    ground: tuple[float, float, float] = (0.34, 0.32, 0.30)
    """The same on surfaces that look down."""
    shadow: float = 0.45
    """0–1: how dark the shadow on the floor is."""


def paint(
    image: Image, parts: Sequence[Patches], camera: Camera, light: Light, scale: float = 1.0
) -> None:
    """Draw patches, ``scale`` times their size, over ``image`` in place, the far ones first."""
    corners = np.concatenate([part.corners for part in parts]) * scale
    colours = np.concatenate([part.colours for part in parts])
    lift_m = np.repeat([part.lift_m for part in parts], [len(part.corners) for part in parts])
    normals = unit(cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1]))
    to_camera = camera.position - 0.5 * (corners[:, 0] + corners[:, 2])
    distance = np.sqrt((to_camera * to_camera) @ np.ones(3))
    facing = ((normals * to_camera) @ np.ones(3)) / distance
    order = np.flatnonzero(facing > 0)
    order = order[np.argsort(lift_m[order] - distance[order], kind="stable")]
    pixels = camera.pixels(camera.seen(corners[order]))
    middle = 0.5 * (pixels[:, 0] + pixels[:, 2])
    height, width = image.shape[:2]
    margin = 0.05 * (width + height)
    inside = ((middle > -margin) & (middle < (width + margin, height + margin))).all(axis=1)
    if inside.any():
        order, pixels = order[inside], pixels[inside]
        _fill(image, pixels, _shade(colours[order], normals[order], facing[order], light))


def _shade(colours: Vector, normals: Vector, facing: Vector, light: Light) -> Vector:
    """(N, 3) colours as lit; edges that turn away are darker, as on round things."""
    towards = unit(np.array(light.towards))
    # A wrapped cosine: light reaches a little around the edge, as in rooms.
    lit = np.maximum((normals @ towards + 0.25) / 1.25, 0.0)[:, None]
    above = (0.5 + 0.5 * normals[:, 1])[:, None]
    strength = lit * light.key + above * light.sky + (1.0 - above) * np.array(light.ground)
    edge = (0.66 + 0.34 * np.minimum(facing / 0.6, 1.0))[:, None]
    return np.asarray(np.clip(colours * strength * edge, 0, 255))


def _fill(image: Image, pixels: Vector, colours: Vector) -> None:
    """Fill the polygons, in order, in an enlarged copy of the touched part: smooth edges, and
    no seams between neighbours as anti-aliased filling would leave."""
    height, width = image.shape[:2]
    corners = pixels.reshape(-1, 2)
    x0, y0 = np.maximum(np.floor(corners.min(axis=0)).astype(int) - 1, 0)
    x1, y1 = np.minimum(np.ceil(corners.max(axis=0)).astype(int) + 2, (width, height))
    if x0 >= x1 or y0 >= y1:
        return
    zoom = 4 if height <= 288 else 2
    part = image[y0:y1, x0:x1]
    size = (x1 - x0, y1 - y0)
    big = cv2.resize(part, (size[0] * zoom, size[1] * zoom), interpolation=cv2.INTER_NEAREST)
    # OpenCV counts from pixel centres.
    shifted = ((pixels - (x0, y0)) * zoom - 0.5) * (1 << _SUBPIXEL_BITS)
    points = np.rint(shifted).astype(np.int32)
    fill = cv2.fillConvexPoly
    for polygon, colour in zip(points, colours.tolist(), strict=True):
        fill(big, polygon, colour, cv2.LINE_8, _SUBPIXEL_BITS)
    image[y0:y1, x0:x1] = cv2.resize(big, size, interpolation=cv2.INTER_AREA)


def cast_shadow(image: Image, joints: Vector, camera: Camera, light: Light) -> None:
    """Darken the floor under and behind the person in place."""
    towards = unit(np.array(light.towards))
    # Steeper than the light itself: a room's many lights shorten the shadow.
    slope = 0.55 * towards / towards[1]
    fallen = joints - joints[:, 1:2] * slope * (1.0, 0.0, 1.0)
    fallen[:, 1] = 0.0
    coarse = _SHADOW_COARSENESS
    height, width = (-(-side // coarse) for side in image.shape[:2])
    mask = np.zeros((height, width), np.uint8)
    pixels = np.rint(camera.pixels(camera.seen(fallen)) * (16 / coarse)).astype(int)
    metre = camera.pixels_per_metre(fallen[Joint.PELVIS]) / coarse
    strength = int(255 * light.shadow)
    for a, b in BONES:
        wide = 0.17 if a < Joint.SHOULDER else 0.10
        thickness = max(1, round(wide * metre))
        cv2.line(mask, tuple(pixels[a]), tuple(pixels[b]), strength, thickness, cv2.LINE_AA, 4)
    for side in (RIGHT, LEFT):
        _contact(mask, joints, pixels, metre, strength, side)
    _soften(image, mask, 0.05 * metre)


def cast_slab_shadow(image: Image, outline: Vector, camera: Camera, light: Light) -> None:
    """Darken the floor under something flat in place; ``outline`` is (N, 3) on the floor."""
    coarse = _SHADOW_COARSENESS
    mask = np.zeros([-(-side // coarse) for side in image.shape[:2]], np.uint8)
    pixels = np.rint(camera.pixels(camera.seen(outline)) * (16 / coarse)).astype(np.int32)
    cv2.fillConvexPoly(mask, pixels, int(255 * light.shadow), cv2.LINE_AA, 4)
    _soften(image, mask, 0.1 * camera.pixels_per_metre(outline[0]) / coarse)


def _soften(image: Image, mask: Image, blur_px: float) -> None:
    reach = 2 * max(1, round(blur_px)) + 1
    mask = np.asarray(cv2.GaussianBlur(mask, (reach, reach), 0), np.uint8)
    rows = np.flatnonzero(mask.any(axis=1))
    if len(rows):
        _darken(image, mask, int(rows[0]), int(rows[-1]) + 1)


def _contact(
    mask: Image, joints: Vector, pixels: Vector, metre: float, strength: int, side: int
) -> None:
    """The dark line where a foot touches the floor, gone when it is lifted."""
    lifted = float(joints[Joint.ANKLE + side, 1]) - 0.085
    dark = int(strength * np.clip(1.6 - 6.0 * lifted, 0.0, 1.6))
    ends = tuple(pixels[Joint.ANKLE + side]), tuple(pixels[Joint.TOE + side])
    if dark > strength:
        cv2.line(mask, *ends, min(dark, 255), max(1, round(0.11 * metre)), cv2.LINE_AA, 4)


def _darken(image: Image, mask: Image, top: int, bottom: int) -> None:
    coarse = _SHADOW_COARSENESS
    rows = slice(top * coarse, min(bottom * coarse, image.shape[0]))
    part = image[rows]
    size = (mask.shape[1] * coarse, (bottom - top) * coarse)
    shade = cv2.resize(mask[top:bottom], size, interpolation=cv2.INTER_LINEAR)
    light = 255 - shade[: part.shape[0], : part.shape[1]]
    image[rows] = cv2.multiply(part, cv2.merge([light] * 3), scale=1 / 255)
