"""The recording that the program ships: a performance as a video, and its truth beside it.

python -m training bake-demo            # draws it and writes har_live/demo anew
python -m training bake-demo --check    # draws it and fails where the one that is there differs
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from itertools import groupby, pairwise, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Final

import cv2  # before PyAV: see har_live.opencv
import av
import numpy as np
from av.video.reformatter import Colorspace

from har_live.demo import TRUTH_FILE, VIDEO_FILE
from har_live.demo.source import DemoSource
from har_live.errors import HarLiveError
from har_live.types import Segment

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from har_live.types import Frame, Image
    from training.figure.source import FigureSource

AREA_SIDE: Final = 16
"""Pixels of the areas whose means are compared."""
MOST_UNLIKE: Final = 12
"""Levels of 255. Compression changes the mean of no area by more than 6; from one frame to the next
some area changes by 38, in half of all frames."""
ENCODER_OPTIONS: Final = {
    "preset": "slow",
    "crf": "21",
    "bf": "0",  # a frame is decoded when it is shown: the first timestamp is 0
    "flags": "+bitexact",
}
CONTAINER_OPTIONS: Final = {"movflags": "+faststart", "fflags": "+bitexact"}  # without a date
_BT601, _LIMITED_RANGE = 6, 1
"""Code points of ITU-T H.273: what players expect of so few lines."""


def bake(source: FigureSource, folder: Path) -> None:
    """Write video and truth of a performance into a folder; on one machine always the same bytes.

    Raises:
        OSError: they can't be written.
    """
    _write_video(source, folder / VIDEO_FILE)
    rows = (
        {"start_seconds": s.start_seconds, "end_seconds": s.end_seconds, "label": s.label}
        for s in true_stretches(source)
    )
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / TRUTH_FILE).write_text(text, "utf-8", newline="\n")


def check(source: FigureSource, folder: Path) -> None:
    """Compare a performance with what was baked of it; pictures may differ by their compression.

    Raises:
        HarLiveError: they differ, or nothing was baked.
    """
    with DemoSource(folder) as baked:
        if baked.true_segments != true_stretches(source):
            raise _stale(f"{TRUTH_FILE} is not what is performed")
        for index, (one, other) in enumerate(zip_longest(source, baked)):
            if one is None or other is None:
                raise _stale(f"{VIDEO_FILE} ends at another frame than {index}")
            if not _are_alike(one, other):
                raise _stale(f"frame {index} of {VIDEO_FILE} is not what is drawn")


def true_stretches(source: FigureSource) -> list[Segment]:
    """List what the frames of a performance show from when to when, to the frame."""
    labelled = groupby(source.frame_seconds, key=source.truth_at)
    starts = [(next(instants), label) for label, instants in labelled]
    assert source.info.duration_seconds is not None
    edges = [*(seconds for seconds, _ in starts), source.info.duration_seconds]
    spans = zip(pairwise(edges), starts, strict=True)
    return [Segment(start, end, label, 1.0, 1.0) for (start, end), (_, label) in spans]


def _are_alike(one: Frame, other: Frame) -> bool:
    if one.picture.shape != other.picture.shape:
        return False
    if (one.pts_seconds, one.truth) != (other.pts_seconds, other.truth):
        return False
    return bool(np.abs(_areas(one.image) - _areas(other.image)).max() <= MOST_UNLIKE)


def _areas(image: Image) -> NDArray[np.int16]:
    """(H/16, W/16, 3), the means of all areas."""
    share = 1 / AREA_SIDE
    means = cv2.resize(image, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    return means.astype(np.int16)


def _stale(what: str) -> HarLiveError:
    return HarLiveError(f"{what}; bake it anew: python -m training bake-demo")


def _write_video(source: FigureSource, path: Path) -> None:
    info = source.info
    assert info.fps is not None
    rate = Fraction(info.fps).limit_denominator(1001)
    with av.open(path, "w", format="mp4", container_options=CONTAINER_OPTIONS) as container:
        stream = container.add_stream("libx264", rate=rate, options=dict(ENCODER_OPTIONS))
        stream.width, stream.height, stream.pix_fmt = info.width, info.height, "yuv420p"
        context = stream.codec_context
        context.thread_count = 1  # several share out the bits by who is done first
        context.color_range = _LIMITED_RANGE
        context.colorspace = context.color_primaries = context.color_trc = _BT601
        for frame in _encodable(source, 1 / rate):
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def _encodable(source: FigureSource, time_base: Fraction) -> Iterator[av.VideoFrame]:
    for index, drawn in enumerate(source):
        frame = av.VideoFrame.from_ndarray(drawn.image, format="rgb24")
        frame = frame.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU601)
        frame.pts, frame.time_base = index, time_base
        yield frame
