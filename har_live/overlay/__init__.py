"""What is drawn on the picture: the label, its rivals, the last seconds, and how live it is.

``draw`` is a pure function of a picture and an ``OverlayView``; ``OverlayState`` gathers
predictions into such views. Everything scales with the picture's short side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from har_live.overlay.parts import parts
from har_live.overlay.state import OverlayState
from har_live.overlay.style import Metrics
from har_live.overlay.view import LiveStatus, OverlayView, Timeline, TimelineSpan
from har_live.overlay.yuv import stamp_on_yuv
from har_live.yuv import YuvImage

if TYPE_CHECKING:
    from har_live.types import Image

_AnyImage = TypeVar("_AnyImage", "Image", YuvImage)

__all__ = ["LiveStatus", "OverlayState", "OverlayView", "Timeline", "TimelineSpan", "draw"]


def draw(image: _AnyImage, view: OverlayView) -> _AnyImage:
    """Draw a view on a copy of a picture.

    Args:
        image: (H, W, 3) uint8 RGB, or YUV, left as it is. Text is legible from 160×120 on.
        view: what to show; parts that are None or empty are left out.

    Returns:
        A new picture of the same kind.
    """
    drawn = image.copy()
    height, width, _ = image.shape
    for part in parts(view, Metrics.of(width, height)):
        if isinstance(drawn, YuvImage):
            stamp_on_yuv(part.canvas, drawn, part.box.x, part.box.y)
        else:
            part.canvas.stamp_on(drawn, part.box.x, part.box.y)
    return drawn
