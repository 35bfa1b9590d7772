"""Encoding by hardware, where it really does: tried on a few pictures first, and not relied on
before it has written something."""

from __future__ import annotations

import logging
from fractions import Fraction
from functools import cache, partial
from io import BytesIO
from typing import TYPE_CHECKING, TypeAlias

import cv2  # noqa: F401  # before PyAV: see har_live.opencv
import av
import numpy as np
from av.codec.hwaccel import hwdevices_available

from har_live.sinks.encoders import HARDWARE
from har_live.sinks.file_checks import reason
from har_live.sinks.recording import SOFTWARE, Recording, stored_side
from har_live.yuv import YuvImage, usual_matrix

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from har_live.sinks.encoders import Encoder
    from har_live.sources.settings import Hwaccel
    from har_live.types import Image
    from har_live.yuv import Matrix

logger = logging.getLogger(__name__)

LARGEST_ERROR = 12.0
"""Mean difference of a picture's values, 0–255, after encoding and decoding."""
_TICKS_PER_SECOND = 90_000
_TICKS = (0, 3000, 6100, 12_000, 12_900)
"""Instants at which the pictures of a trial are shown: uneven, as in many videos."""
_FAILURES = (av.FFmpegError, MemoryError, NotImplementedError)


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


@cache
def fault(encoder: Encoder, *, width: int, height: int) -> str:
    """Say why an encoder can't encode pictures of a size here; empty where it can. Really tries."""
    if encoder.name not in av.codecs_available:
        return "this FFmpeg is built without it"
    before = _ramps(stored_side(width), stored_side(height))
    try:
        times, after = _written_and_read(encoder, before)
    except _FAILURES as error:
        return f"{reason(error)}; it needs {encoder.needs}"
    if times != [(Fraction(ticks),) * 2 for ticks in _TICKS] or len(after) != len(before):
        return "what is encoded comes back at other times"
    if np.abs(np.subtract(after, before, dtype=np.float32)).mean() > LARGEST_ERROR:
        return "what is encoded comes back changed"
    return ""


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
        except _FAILURES as error:
            self._recording = self._fallen_back(error)

    def add(self, image: Image | YuvImage, *, ticks: int, duration_ticks: int) -> None:
        """Add a picture, as ``Recording`` does."""
        if self._held is None:
            self._recording.add(image, ticks=ticks, duration_ticks=duration_ticks)
            return
        self._held.append((_copied(image), ticks, duration_ticks))
        try:
            self._recording.add(image, ticks=ticks, duration_ticks=duration_ticks)
        except _FAILURES as error:
            self._fall_back(error)
        else:
            if self._path.stat().st_size:
                self._held = None

    def close(self) -> None:
        """Close the file, as ``Recording`` does."""
        try:
            self._recording.close()
        except _FAILURES as error:
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


def _ramps(width: int, height: int) -> list[NDArray[np.uint8]]:
    """The planes of pictures, (3/2 height, width) uint8 each: a ramp that moves, in one colour,
    lest a driver that swaps U and V passes."""
    rows, columns = np.arange(height)[:, None], np.arange(width)
    pictures = []
    for step in range(len(_TICKS)):
        planes = np.full((height * 3 // 2, width), 100, np.uint8)
        planes[:height] = (rows + columns + 3 * step) % 220 + 16
        planes[height + height // 4 :] = 160
        pictures.append(planes)
    return pictures


def _written_and_read(
    encoder: Encoder, pictures: list[NDArray[np.uint8]]
) -> tuple[list[tuple[Fraction, Fraction]], list[NDArray[np.uint8]]]:
    """Encode and decode pictures, given as planes. Returns when each is shown and when it is
    decoded, in ticks and in stored order, and the planes."""
    memory = BytesIO()
    rows, width = pictures[0].shape
    matrix = usual_matrix(rows * 2 // 3)
    recording = Recording(
        memory,
        width=width,
        height=rows * 2 // 3,
        matrix=matrix,
        fps=30.0,
        ticks_per_second=_TICKS_PER_SECOND,
        encoder=encoder,
    )
    try:
        for planes, ticks in zip(pictures, _TICKS, strict=True):
            recording.add(YuvImage(planes, matrix), ticks=ticks, duration_ticks=3000)
    except BaseException:
        recording.abandon()
        raise
    recording.close()
    memory.seek(0)
    times: list[tuple[Fraction, Fraction]] = []
    shown: list[NDArray[np.uint8]] = []
    with av.open(memory, "r") as video:
        for packet in video.demux(video=0):
            if packet.pts is not None and packet.dts is not None:
                unit = packet.time_base * _TICKS_PER_SECOND
                times.append((packet.pts * unit, packet.dts * unit))
            frames = packet.decode()
            shown += [np.asarray(frame.to_ndarray(format="yuv420p"), np.uint8) for frame in frames]
    return times, shown


def _copied(image: Image | YuvImage) -> Image | YuvImage:
    """The caller may draw the next picture into the same memory."""
    if isinstance(image, YuvImage):
        return YuvImage(image.planes.copy(), image.matrix)
    return image.copy()
