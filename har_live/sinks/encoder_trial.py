"""The trial of an encoder: a few pictures are encoded and decoded, and must come back."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

import cv2  # noqa: F401  # before PyAV: see har_live.opencv
import av
import numpy as np

from har_live.sinks.file_checks import reason
from har_live.sinks.recording import Recording, stored_side
from har_live.yuv import YuvImage, usual_matrix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from har_live.sinks.encoders import Encoder

LARGEST_ERROR = 12.0
"""Mean difference of a picture's values, 0–255, after encoding and decoding."""
_TICKS_PER_SECOND = 90_000
_TICKS = (0, 3000, 6100, 12_000, 12_900)
"""Instants at which the pictures of a trial are shown: uneven, as in many videos."""
FAILURES = (av.FFmpegError, MemoryError, NotImplementedError)
"""Errors of an encoder that can't."""


@cache
def fault(encoder: Encoder, *, width: int, height: int) -> str:
    """Say why an encoder can't encode pictures of a size here; empty where it can. Really tries."""
    if encoder.name not in av.codecs_available:
        return "this FFmpeg is built without it"
    before = _ramps(stored_side(width), stored_side(height))
    try:
        times, after = _written_and_read(encoder, before)
    except FAILURES as error:
        return f"{reason(error)}; it needs {encoder.needs}"
    if times != [(Fraction(ticks),) * 2 for ticks in _TICKS] or len(after) != len(before):
        return "what is encoded comes back at other times"
    if np.abs(np.subtract(after, before, dtype=np.float32)).mean() > LARGEST_ERROR:
        return "what is encoded comes back changed"
    return ""


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
