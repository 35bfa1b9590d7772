"""Which cameras there are, what they are called, and whether another program has them."""

from __future__ import annotations

import sys

from har_live.errors import SourceError
from har_live.sources.camera_info import CameraInfo


def list_cameras() -> list[CameraInfo]:
    """All cameras, by number. On macOS and Windows each is opened for a moment to find it."""
    if sys.platform != "linux":
        return _probe()
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


_MOST_PROBED = 10


def _probe() -> list[CameraInfo]:
    """Cameras of systems that have to be asked one number at a time; they are numbered in a row."""
    import cv2

    from har_live.sources.opencv import BACKEND, quiet_opencv

    cameras = []
    with quiet_opencv():
        for index in range(_MOST_PROBED):
            capture = cv2.VideoCapture(index, BACKEND)
            if not capture.isOpened():
                break
            properties = (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT)
            width, height = (int(capture.get(item)) for item in properties)
            cameras.append(CameraInfo(index, "unknown", ((width, height),)))
            capture.release()
    return cameras
