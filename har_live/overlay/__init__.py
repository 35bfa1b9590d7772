"""All that is drawn on the picture: people and what each does, the last seconds, and how live it
is.

``draw`` is a pure function of a picture and an ``OverlayView``; ``OverlayState`` gathers
predictions into such views. Everything scales with the picture's short side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from har_live.overlay.canvas import Canvas
from har_live.overlay.layout import parts
from har_live.overlay.state import OverlayState
from har_live.overlay.style import Metrics
from har_live.overlay.view import (
    LiveStatus,
    OverlayView,
    PersonView,
    TimelineRow,
    TimelineSpan,
    TimelineView,
)
from har_live.overlay.yuv import stamp_on_yuv
from har_live.yuv import YuvImage

if TYPE_CHECKING:
    from har_live.types import Image

__all__ = [
    "LiveStatus",
    "OverlayState",
    "OverlayView",
    "PersonView",
    "TimelineRow",
    "TimelineSpan",
    "TimelineView",
    "draw",
    "draw_on",
]


def draw(image: Image, view: OverlayView) -> Image:
    """Draw a view on a copy of a picture.

    Args:
        image: (H, W, 3) uint8 RGB, left as it is. Text is legible from 160×120 on.
        view: what to show; parts that are None or empty are left out.

    Returns:
        (H, W, 3) uint8 RGB, a new array.
    """
    picture = image.copy()
    draw_on(picture, view)
    return picture


def draw_on(picture: Image | YuvImage, view: OverlayView) -> None:
    """Draw a view on a picture itself, RGB or YUV."""
    height, width, _ = picture.shape
    for part in parts(view, Metrics.of(width, height)):
        if not isinstance(part.canvas, Canvas):
            part.canvas.stamp_on(picture)
        elif isinstance(picture, YuvImage):
            stamp_on_yuv(part.canvas, picture, part.box.x, part.box.y)
        else:
            part.canvas.stamp_on(picture, part.box.x, part.box.y)
