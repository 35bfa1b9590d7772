"""Cameras of this machine, through OpenCV."""

from __future__ import annotations

import logging
import math
import sys
import time
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from har_live.errors import SourceError
from har_live.sources.base import Source
from har_live.sources.camera_list import find_camera
from har_live.sources.opencv import BACKEND, quiet_opencv
from har_live.types import Frame, VideoInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from har_live.sources.camera_info import CameraInfo
    from har_live.sources.settings import SourceSettings
    from har_live.types import Image

logger = logging.getLogger(__name__)

NUM_BUFFERS = 2
"""The driver fills one while the other is read. With one alone many cameras give half their frame
rate (LibreScanner/horus#60); with OpenCV's usual four a late reader gets old pictures."""
MOST_FAILURES = 20
"""Reads that may fail in a row; single ones do where a picture arrived damaged."""
PAUSE_SECONDS = 0.05
"""Between such reads: a camera that is gone fails at once, and must not burn a core."""
_HINTS = {
    "linux": "plug it in again, or close the program that uses it",
    "darwin": "allow the terminal in System Settings → Privacy & Security → Camera",
    "win32": "close the program that uses it, or allow it in Settings → Privacy → Camera",
}
_HINT = _HINTS.get(sys.platform, "plug it in again")
_COMPRESSED_FROM_WIDTH = 641
"""Pixels. From here on USB 2 has no room for 30 uncompressed pictures a second."""


class CameraSource(Source):
    """A camera. Times are those at which its pictures were taken over, from 0.

    Use it from one thread. A read that never returns (some drivers hang) blocks that thread.
    """

    def __init__(self, spec: str, options: SourceSettings) -> None:
        """Opens the camera and takes its first picture.

        Args:
            spec: number, ``/dev/videoN``, name or part of it; empty for the first camera.
            options: ``camera_size``, ``camera_fps`` and ``timeout_seconds`` are read.

        Raises:
            SourceError: there is none, it is in use, forbidden, or gives no picture.
        """
        self._camera = find_camera(spec)
        self._timeout_seconds = options.timeout_seconds
        refuse_unusable(self._camera)
        self._capture = open_capture(self._camera.index, options)
        try:
            if not self._capture.isOpened():
                raise SourceError(f"{self._camera} can't be opened; {_HINT}")
            self._start_seconds, image = self._read()
        except BaseException:
            self._capture.release()
            raise
        self._first: Image | None = image
        self._info = self._describe(image)
        self._warn_of_other_size(options.camera_size)

    @property
    def info(self) -> VideoInfo:
        return self._info

    @property
    def camera(self) -> CameraInfo:
        """The camera that was opened."""
        return self._camera

    def __iter__(self) -> Iterator[Frame]:
        """Frames as they come, without end, until ``close``.

        Raises:
            SourceError: the camera was lost.
        """
        if self._first is not None:
            first, self._first = self._first, None
            yield Frame(first, 0.0)
        while self._capture.isOpened():
            grabbed_seconds, image = self._read()
            yield Frame(image, grabbed_seconds - self._start_seconds)

    def close(self) -> None:
        """Let go of the camera."""
        self._capture.release()

    def _read(self) -> tuple[float, Image]:
        """The next picture and when it was grabbed; the wait for it is the driver's."""
        begun_seconds = time.monotonic()
        for _ in range(MOST_FAILURES):
            if self._capture.grab():
                grabbed_seconds = time.monotonic()
                is_whole, picture = self._capture.retrieve()
                if is_whole:
                    image = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)
                    return grabbed_seconds, image
            if time.monotonic() - begun_seconds > self._timeout_seconds:
                break
            time.sleep(PAUSE_SECONDS)
        raise SourceError(
            f"{self._camera} gives no pictures: unplugged, or taken by another program; {_HINT}"
        )

    def _describe(self, image: Image) -> VideoInfo:
        height, width = image.shape[:2]
        fps = self._capture.get(cv2.CAP_PROP_FPS)
        name = self._camera.name
        return VideoInfo(
            name=f"camera {self._camera.index}" if name == "unknown" else name,
            width=width,
            height=height,
            fps=fps if math.isfinite(fps) and 0 < fps <= 1000 else None,
            is_live=True,
        )

    def _warn_of_other_size(self, wanted: tuple[int, int] | None) -> None:
        if wanted is not None and wanted != (self._info.width, self._info.height):
            logger.warning(
                "%s gives %d×%d pixels, not the %d×%d asked for%s",
                self._camera,
                self._info.width,
                self._info.height,
                *wanted,
                "; har-live cameras lists its sizes" if self._camera.sizes else "",
            )


def refuse_unusable(camera: CameraInfo) -> None:
    """Say why a camera can't be opened, where the system has said so already.

    Raises:
        SourceError: in use, or forbidden.
    """
    if camera.state == "in use":
        who = camera.used_by or "another program"
        raise SourceError(f"{camera} is in use by {who}; close that and try again")
    if camera.state == "no permission":
        raise SourceError(
            f"{camera}: /dev/video{camera.index} may not be read by this user; "
            "sudo usermod -aG video $USER, then log in again"
        )


def open_capture(index: int, options: SourceSettings) -> Any:
    """OpenCV's capture of a camera, opened or not, as wished for where the camera can."""
    with quiet_opencv():
        capture = cv2.VideoCapture(index, BACKEND)
        if not capture.isOpened():
            return capture
        capture.set(cv2.CAP_PROP_BUFFERSIZE, NUM_BUFFERS)
        if options.camera_size is not None:
            width, height = options.camera_size
            if width >= _COMPRESSED_FROM_WIDTH:
                capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
            capture.set(cv2.CAP_PROP_FRAME_WIDTH, width)
            capture.set(cv2.CAP_PROP_FRAME_HEIGHT, height)
        if options.camera_fps is not None:
            capture.set(cv2.CAP_PROP_FPS, options.camera_fps)
        return capture
