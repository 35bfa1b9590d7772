"""Encoding by hardware, where it really does: tried on a few pictures first, and not relied on
before it has written something."""

from __future__ import annotations

import logging
from functools import cache, partial
from typing import TYPE_CHECKING, TypeAlias

import cv2  # noqa: F401  # before PyAV: see har_live.opencv
from av.codec.hwaccel import hwdevices_available

from har_live.sinks.encoder_trial import FAILURES, fault
from har_live.sinks.encoders import HARDWARE
from har_live.sinks.file_checks import reason
from har_live.sinks.recording import SOFTWARE, Recording
from har_live.yuv import YuvImage

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from har_live.sinks.encoders import Encoder
    from har_live.sources.settings import Hwaccel
    from har_live.types import Image
    from har_live.yuv import Matrix

logger = logging.getLogger(__name__)


def begin_recording(
    path: Path,
    *,
    hwaccel: Hwaccel,
    width: int,
    height: int,
    matrix: Matrix,
    fps: float,
    ticks_per_second: int,
) -> AnyRecording:
    """A recording by the encoder that was wished for or, where that can't, by libx264.

    Args:
        hwaccel: see ``SourceSettings``. The others, and what is raised: see ``Recording``.
    """
    start = partial(
        Recording,
        path,
        width=width,
        height=height,
        matrix=matrix,
        fps=fps,
        ticks_per_second=ticks_per_second,
    )
    encoder = encoder_for(hwaccel, width=width, height=height)
    return start() if encoder is SOFTWARE else HardwareRecording(path, start, encoder)


def encoder_for(hwaccel: Hwaccel, *, width: int, height: int) -> Encoder:
    """Return what encodes pictures of a size, in pixels. Says once why not by what was wished.

    Args:
        hwaccel: see ``SourceSettings``.
        width: of the pictures.
        height: likewise.
    """
    if hwaccel == "none":
        return SOFTWARE
    reasons = []
    for device in HARDWARE if hwaccel == "auto" else (hwaccel,):
        encoder, why_not = encoder_on(device, width=width, height=height)
        if encoder is not None:
            _say_once(logging.INFO, f"{encoder.name} encodes")
            return encoder
        reasons.append(why_not)
    if hwaccel == "auto":
        _say_once(logging.INFO, f"no hardware found that encodes: {SOFTWARE.name} does")
    else:
        _say_once(
            logging.WARNING,
            f"{hwaccel} can't encode here ({'; '.join(reasons)}): {SOFTWARE.name} does",
        )
    return SOFTWARE


def encoder_on(device: str, *, width: int, height: int) -> tuple[Encoder | None, str]:
    """The encoder that a kind of device offers for pictures of a size, or None and why not."""
    if device not in hwdevices_available():
        return None, "this FFmpeg is built without it"
    reasons = []
    for encoder in HARDWARE[device]:
        why_not = fault(encoder, width=width, height=height)
        if not why_not:
            return encoder, ""
        reasons.append(f"{encoder.name}: {why_not}")
    return None, "; ".join(reasons)


class HardwareRecording:
    """A recording by hardware that may still fail: the driver has no session left, or dislikes what
    the trial did not show. Until something is written, libx264 can take over, from the first
    picture on. Used as a ``Recording`` is."""

    def __init__(self, path: Path, start: Callable[..., Recording], encoder: Encoder) -> None:
        """
        Args:
            path: what the recording writes.
            start: begins it, by libx264 where no ``encoder`` is given.
            encoder: of the hardware.
        """
        self._path = path
        self._start = start
        self._name = encoder.name
        self._held: list[tuple[Image | YuvImage, int, int]] | None = []
        try:
            self._recording = start(encoder=encoder)
        except FAILURES as error:
            self._recording = self._fallen_back(error)

    def add(self, image: Image | YuvImage, *, ticks: int, duration_ticks: int) -> None:
        """Add a picture, as ``Recording`` does."""
        if self._held is None:
            self._recording.add(image, ticks=ticks, duration_ticks=duration_ticks)
            return
        self._held.append((_copied(image), ticks, duration_ticks))
        try:
            self._recording.add(image, ticks=ticks, duration_ticks=duration_ticks)
        except FAILURES as error:
            self._fall_back(error)
        else:
            if self._path.stat().st_size:
                self._held = None

    def close(self) -> None:
        """Close the file, as ``Recording`` does."""
        try:
            self._recording.close()
        except FAILURES as error:
            if self._held is None:
                raise
            self._fall_back(error)
            self._recording.close()

    def abandon(self) -> None:
        """Give the file up, as ``Recording`` does."""
        self._recording.abandon()

    def _fall_back(self, error: Exception) -> None:
        self._recording.abandon()
        held = self._held or []
        self._recording = self._fallen_back(error)
        for image, ticks, duration_ticks in held:
            self._recording.add(image, ticks=ticks, duration_ticks=duration_ticks)

    def _fallen_back(self, error: Exception) -> Recording:
        logger.warning("%s fails (%s): %s encodes", self._name, reason(error), SOFTWARE.name)
        self._held = None
        return self._start()


AnyRecording: TypeAlias = Recording | HardwareRecording


@cache
def _say_once(level: int, message: str) -> None:
    logger.log(level, message)


def _copied(image: Image | YuvImage) -> Image | YuvImage:
    """The caller may draw the next picture into the same memory."""
    if isinstance(image, YuvImage):
        return YuvImage(image.planes.copy(), image.matrix)
    return image.copy()
