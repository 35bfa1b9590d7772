"""The list of cameras, their names, and whether another program has them."""

from __future__ import annotations

import sys

from har_live.errors import SourceError
from har_live.sources.camera_info import CameraInfo


def list_cameras() -> list[CameraInfo]:
    """List all cameras, by number. None is started; Linux alone says their sizes and who has
    them."""
    if sys.platform != "linux":
        return _ask_library()
    from har_live.sources.v4l2 import list_devices

    return list_devices()


def find_camera(spec: str) -> CameraInfo:
    """The camera that a person means.

    Args:
        spec: its number, ``/dev/videoN``, its name or part of it in any case; empty for the first.

    Raises:
        SourceError: there is none, or more than one.
    """
    cameras = list_cameras()
    number = spec.removeprefix("/dev/video")
    if not spec:
        found = cameras[:1]
    elif number.isdecimal():
        found = [camera for camera in cameras if camera.index == int(number)]
    else:
        found = [camera for camera in cameras if spec.casefold() in camera.name.casefold()]
        found = [camera for camera in found if spec.casefold() == camera.name.casefold()] or found
    known = ", ".join(f"{camera.index} ({camera.name})" for camera in found or cameras)
    if len(found) > 1:
        raise SourceError(f"camera {spec!r}: more than one; give the number: {known}")
    if found:
        return found[0]
    if not cameras:
        known = "none; plug one in, or give a file or an address"
    if not number.isdecimal() and spec:
        raise SourceError(f"{spec!r} is neither a file nor a camera; cameras: {known}")
    raise SourceError(f"{f'camera {spec}'.rstrip()}: not found; cameras: {known}")


def _ask_library() -> list[CameraInfo]:
    """Cameras as macOS or Windows names them, with the numbers that OpenCV gives them."""
    from cv2_enumerate_cameras import enumerate_cameras

    from har_live.sources.opencv import BACKEND

    cameras = (
        CameraInfo(each.index, each.name or "unknown") for each in enumerate_cameras(BACKEND)
    )
    return sorted(cameras, key=lambda camera: camera.index)
