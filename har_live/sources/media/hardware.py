"""Decoding by hardware, where there is some. Its frames come back to memory like all others."""

from __future__ import annotations

import logging
from functools import cache

import cv2  # noqa: F401  # before PyAV: see har_live.opencv
import av
from av.codec import CodecContext
from av.codec.hwaccel import HWAccel, hwdevices_available

from har_live.sources.settings import DEVICES

logger = logging.getLogger(__name__)


@cache
def device_for(wish: str) -> str | None:
    """Return the kind of device that decodes; None for the processor. Says once why not what was
    wished.

    Args:
        wish: see ``SourceSettings.hwaccel``.
    """
    if wish == "none":
        return None
    if wish == "auto":
        device = next((name for name in DEVICES if not fault(name)), None)
        logger.info("%s decodes", device or "no hardware found: the processor")
        return device
    reason = fault(wish)
    if reason:
        logger.warning("%s can't decode here (%s): the processor does", wish, reason)
        return None
    return wish


@cache
def fault(device: str) -> str:
    """Return why a kind of device can't decode H.264 here; empty where it can."""
    if device not in hwdevices_available():
        return "this FFmpeg is built without it"
    try:
        context = CodecContext.create("h264", "r", hwaccel=HWAccel(device))
    except (av.FFmpegError, MemoryError) as error:
        return getattr(error, "strerror", None) or "out of memory"
    return "" if context.is_hwaccel else "this FFmpeg has no H.264 for it"
