"""A video in the making: pictures in, H.264 in a fragmented MP4 out, playable at any moment."""

from __future__ import annotations

from contextlib import suppress
from errno import EIO
from fractions import Fraction
from io import BytesIO
from itertools import chain
from typing import TYPE_CHECKING, Final

import cv2
import av
import numpy as np
from av.codec.hwaccel import HWAccel
from av.video.reformatter import Colorspace, VideoReformatter
from av.video.stream import VideoStream

from har_live.errors import SinkError
from har_live.sinks.encoders import Encoder
from har_live.sinks.muxer_file import GrowingFile, Memory
from har_live.yuv import Matrix, YuvImage

if TYPE_CHECKING:
    from pathlib import Path

    from har_live.types import Image

SOFTWARE: Final = Encoder(
    "libx264",
    # Without B-frames a frame is decoded when it is shown: no negative first timestamp, no edit
    # list. They would save 10 % of the bytes at a third of the speed (720p, two cores).
    {"preset": "veryfast", "crf": "21", "bf": "0"},
)
KEY_FRAME_SECONDS = 2.0
"""The most that a player seeks past, and that is lost when the process is killed."""
MIN_SIDE = 16
"""Pixels: what every H.264 decoder takes; a smaller picture gets a border."""

# The code points of ITU-T H.273.
_CODES: dict[Matrix, int] = {"bt709": 1, "bt601": 6}
_LIMITED_RANGE = 1
_COLORSPACES: dict[Matrix, Colorspace] = {
    "bt709": Colorspace.ITU709,
    "bt601": Colorspace.ITU601,
}


class Recording:
    """Encodes pictures of one size into a file.

    Pictures of another size (a network camera that changes its own) are scaled into the first one's
    with black bars. Odd sides grow by a pixel that repeats the edge: H.264 for browsers counts in
    pairs of pixels.
    """

    def __init__(
        self,
        target: Path | BytesIO,
        *,
        width: int,
        height: int,
        matrix: Matrix,
        fps: float,
        ticks_per_second: int,
        encoder: Encoder = SOFTWARE,
    ) -> None:
        """
        Args:
            target: written anew.
            width: of the first picture, in pixels.
            height: likewise.
            matrix: of what is written.
            fps: about how many pictures come in a second.
            ticks_per_second: of the clock of ``add``.
            encoder: what makes H.264 of it.

        Raises:
            SinkError: this PyAV comes without the encoder.
            OSError, av.FFmpegError: can't be written.
            NotImplementedError: pictures can't be uploaded to the encoder.
        """
        if encoder.name not in av.codecs_available:
            raise SinkError(
                "this PyAV can't write H.264; install its wheel: pip install --force-reinstall av"
            )
        self._size = width, height
        self._clock = Fraction(1, ticks_per_second)
        self._matrix = matrix
        self._reformatter = VideoReformatter()
        memory = target if isinstance(target, BytesIO) else Memory()
        self._is_broken = False
        self._container = av.open(
            memory,
            "w",
            format="mp4",
            container_options={
                "movflags": "+frag_keyframe+empty_moov+default_base_moof",
                "flush_packets": "1",
            },
        )
        rate = Fraction(fps).limit_denominator(1001)
        stream = self._container.add_stream(
            encoder.name,
            rate=rate,
            options=dict(encoder.options),
            hwaccel=None if encoder.upload_to is None else HWAccel(encoder.upload_to),
        )
        assert isinstance(stream, VideoStream), f"{encoder.name} is of no video"
        self._stream = stream
        context = stream.codec_context
        context.width, context.height = stored_side(width), stored_side(height)
        context.pix_fmt = encoder.pixel_format
        context.time_base = self._clock
        context.gop_size = max(1, round(KEY_FRAME_SECONDS * fps))
        context.sample_aspect_ratio = Fraction(1)
        context.color_range = _LIMITED_RANGE
        context.colorspace = _CODES[matrix]
        context.color_primaries = context.color_trc = context.colorspace
        context.thread_count = 0  # as many as there are cores
        self._file = None if isinstance(target, BytesIO) else GrowingFile(target, memory)

    def add(self, image: Image | YuvImage, *, ticks: int, duration_ticks: int) -> None:
        """Encode one picture, (H, W, 3) uint8 RGB or YUV, shown at ``ticks``; they only ever rise.

        Raises:
            OSError, av.FFmpegError: can't be written.
        """
        if self._is_broken:
            raise OSError(EIO, "the encoder failed before")
        frame = self._frame(image)
        frame.pts, frame.duration, frame.time_base = ticks, duration_ticks, self._clock
        self._encode(frame)

    def close(self) -> None:
        """Encode what is held back and end the file. Errors as in ``add``."""
        try:
            if not self._is_broken:
                self._encode(None)
        finally:
            self._end()

    def abandon(self) -> None:
        """Let go of a file that nobody wants."""
        with suppress(OSError, av.FFmpegError):
            self._end()

    def _encode(self, frame: av.VideoFrame | None) -> None:
        self._write_out()  # should the last picture's still wait: this one would only add to it
        # One call into compiled code: Python delivers Ctrl-C between two calls, and between
        # encode() and mux() it would drop a packet that all pictures up to the next key frame need.
        packets = chain.from_iterable(map(self._stream.encode, (frame,)))
        try:
            self._container.mux(packets)  # type: ignore[arg-type]  # any iterable will do
        except Exception:
            # Asked to write the header once more, FFmpeg would crash the process.
            self._is_broken = True
            raise
        self._write_out()

    def _end(self) -> None:
        try:
            self._container.close()
            self._write_out()
        finally:
            if self._file is not None:
                self._file.close()

    def _write_out(self) -> None:
        if self._file is not None:
            self._file.write_out()

    def _frame(self, image: Image | YuvImage) -> av.VideoFrame:
        """The picture as it is encoded; one of the recording's own kind is taken as it is."""
        if isinstance(image, YuvImage):
            frame = av.VideoFrame.from_numpy_buffer(image.planes, format="yuv420p")
            stored_size = self._stream.width, self._stream.height
            if (frame.width, frame.height) == stored_size and image.matrix == self._matrix:
                return frame
            image = self._to_rgb(frame, image.matrix)
        return self._to_yuv(_bordered(_fitted(image, *self._size)))

    def _to_rgb(self, frame: av.VideoFrame, matrix: Matrix) -> Image:
        converted = self._reformatter.reformat(
            frame, format="rgb24", src_colorspace=_COLORSPACES[matrix]
        )
        return np.asarray(converted.to_ndarray(), np.uint8)

    def _to_yuv(self, image: Image) -> av.VideoFrame:
        # swscale averages the colour of 2×2 pixels; OpenCV's RGB2YUV_I420 takes one of the four,
        # which frays coloured text (2 dB worse, for 1.5 ms less at 720p).
        return self._reformatter.reformat(
            av.VideoFrame.from_numpy_buffer(image, format="rgb24"),
            format="yuv420p",
            dst_colorspace=_COLORSPACES[self._matrix],
        )


def stored_side(pixels: int) -> int:
    """Return a picture's width or height as H.264 stores it."""
    return max(MIN_SIDE, pixels + pixels % 2)


def _fitted(image: Image, width: int, height: int) -> Image:
    """The picture, or where its size is another one, the picture between black bars."""
    old_height, old_width = image.shape[:2]
    if (old_width, old_height) == (width, height):
        return image
    scale = min(width / old_width, height / old_height)
    new_width, new_height = max(1, round(old_width * scale)), max(1, round(old_height * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    canvas = np.zeros((height, width, 3), np.uint8)
    top, left = (height - new_height) // 2, (width - new_width) // 2
    canvas[top : top + new_height, left : left + new_width] = cv2.resize(
        image, (new_width, new_height), interpolation=method
    )
    return canvas


def _bordered(image: Image) -> Image:
    """The picture as it is stored: sides even and not too small, by repeating its edge."""
    height, width = image.shape[:2]
    below, right = stored_side(height) - height, stored_side(width) - width
    if below or right:
        bordered = cv2.copyMakeBorder(image, 0, below, 0, right, cv2.BORDER_REPLICATE)
        return np.asarray(bordered, np.uint8)
    return np.ascontiguousarray(image)
