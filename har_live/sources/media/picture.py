"""Makes a picture of a decoded frame: RGB, upright, square pixels, nothing transparent."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, cast

import cv2
import av
import numpy as np
from av.video.reformatter import Colorspace, VideoReformatter

from har_live.sources.media.hdr import ToneMapper, curve_of
from har_live.yuv import Matrix, YuvImage, usual_matrix

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from fractions import Fraction

    from av import VideoFrame
    from av.buffer import Buffer
    from numpy.typing import NDArray

    from har_live.types import Image

MAX_PIXEL_ASPECT = 4
"""Wider or taller pixels than this are a damaged header, not a lens."""

# The code points of ITU-T H.273.
_UNSPECIFIED = 2
_MATRICES: dict[int, Matrix] = {1: "bt709", 5: "bt601", 6: "bt601"}
_FULL_RANGE = 2
_LAYOUTS = ("yuv420p", "nv12")
"""Layouts in which FFmpeg decodes nearly all video, and those of hardware: there U and V lie side
by side."""
_COLORSPACES: dict[Matrix, Colorspace] = {
    "bt709": Colorspace.ITU709,
    "bt601": Colorspace.ITU601,
}


class PictureMaker:
    """Makes pictures from the frames of one stream, as long as they keep the first one's size."""

    def __init__(self, first: VideoFrame, pixel_aspect: Fraction | None) -> None:
        """``pixel_aspect`` is a stored pixel's width over its height; None or 0 is unknown."""
        self._lock = Lock()
        self._reformatter = VideoReformatter()
        self._tone_mapper: ToneMapper | None = None
        self._stored_size = first.width, first.height
        self._size = _square_pixel_size(first.width, first.height, pixel_aspect)
        self._is_transposed, self._mirror = _orientation(first)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels of the pictures made."""
        width, height = self._size
        return (height, width) if self._is_transposed else (width, height)

    def fits(self, frame: VideoFrame) -> bool:
        """Return whether the frame is of the size that these pictures are made from."""
        return (frame.width, frame.height) == self._stored_size

    def make(self, frame: VideoFrame) -> DecodedPicture:
        """Return the picture, yet to be converted; the frame belongs to it from now on."""
        return DecodedPicture(self, frame)

    def to_rgb(self, frame: VideoFrame) -> Image:
        """Convert to (height, width, 3) uint8 RGB, contiguous, the caller's own. Any thread may
        ask."""
        with self._lock:  # the reformatter remembers the conversion
            return np.ascontiguousarray(self._upright(self._to_rgb(frame)))

    def to_yuv(self, frame: VideoFrame) -> YuvImage | None:
        """Return the caller's own copy of what is stored, where that is as ``YuvImage`` has it."""
        is_plain = frame.format.name in _LAYOUTS and frame.color_range != _FULL_RANGE
        is_plain &= curve_of(frame) is None
        has_even_sides = frame.width % 2 == frame.height % 2 == 0
        matrix = _matrix(frame)
        if not (is_plain and has_even_sides and self._size == self._stored_size and matrix):
            return None
        width, height = self.size
        picture = YuvImage(np.empty((height * 3 // 2, width), np.uint8), matrix)
        for upright, plane in zip(picture.split(), _planes(frame), strict=True):
            upright[:] = self._upright(plane)
        return picture

    def _upright(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        # OpenCV turns a picture ten times as fast as a strided numpy copy (720p: 0.7 and 8 ms).
        if self._is_transposed:
            image = np.asarray(cv2.transpose(image), np.uint8)
        if self._mirror is not None:
            image = np.asarray(cv2.flip(image, self._mirror), np.uint8)
        return image

    def _to_rgb(self, frame: VideoFrame) -> Image:
        has_alpha = any(part.is_alpha for part in frame.format.components)
        may_be_clear = has_alpha or frame.format.has_palette
        frame = self._tone_mapped(frame)
        is_unnamed_hd = frame.colorspace == _UNSPECIFIED and _matrix(frame) == "bt709"
        width, height = self._size
        converted = self._reformatter.reformat(
            frame,
            width=width,
            height=height,
            format="rgba" if may_be_clear else "rgb24",
            src_colorspace=Colorspace.ITU709 if is_unnamed_hd else None,
        )
        image = np.asarray(converted.to_ndarray(), np.uint8)
        if converted is frame:  # RGB already: the decoder may build the next frame on this one
            image = image.copy()
        return _over_white(image) if may_be_clear else image

    def _tone_mapped(self, frame: VideoFrame) -> VideoFrame:
        curve = curve_of(frame)
        if curve is None:
            return frame
        if self._tone_mapper is None or self._tone_mapper.curve != curve:
            width, height = self._stored_size
            self._tone_mapper = ToneMapper(curve, width=width, height=height)
        return self._tone_mapper.to_rgb(frame)


class _ComputedOnce:
    """An image that is made when it is asked for first, by whichever thread."""

    def __init__(self, make: Callable[[], Image]) -> None:
        self._make = make
        self._lock = Lock()
        self._image: Image | None = None

    def get(self) -> Image:
        with self._lock:  # of its own: functools.cached_property has one for all until Python 3.12
            if self._image is None:
                self._image = self._make()
            return self._image


class DecodedPicture:
    """A ``Picture`` of a decoded frame."""

    def __init__(self, maker: PictureMaker, frame: VideoFrame) -> None:
        self._maker = maker
        self._frame = frame
        self._rgb = _ComputedOnce(lambda: maker.to_rgb(frame))

    @property
    def shape(self) -> tuple[int, int, int]:
        width, height = self._maker.size
        return height, width, 3

    def rgb(self) -> Image:
        return self._rgb.get()

    def yuv(self) -> YuvImage | None:
        return self._maker.to_yuv(self._frame)


class StoredPicture:
    """A ``Picture`` of a ``YuvImage``."""

    def __init__(self, image: YuvImage) -> None:
        self._image = image
        self._rgb = _ComputedOnce(lambda: _stored_as_rgb(image))

    @property
    def shape(self) -> tuple[int, int, int]:
        return self._image.shape

    def rgb(self) -> Image:
        return self._rgb.get()

    def yuv(self) -> YuvImage:
        return YuvImage(self._image.planes.copy(), self._image.matrix)


def _planes(frame: VideoFrame) -> list[NDArray[np.uint8]]:
    """Return Y (H, W), U and V (H/2, W/2) of a frame in one of ``_LAYOUTS``: views where they can
    be."""
    rows = [
        np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
        for plane in frame.planes
    ]
    if frame.format.name == "yuv420p":
        return [part[:, : plane.width] for part, plane in zip(rows, frame.planes, strict=True)]
    brightness, colour = (part[:, : frame.width] for part in rows)
    pairs = np.ascontiguousarray(colour).reshape(frame.height // 2, frame.width // 2, 2)
    return [brightness, *(np.asarray(part, np.uint8) for part in cv2.split(pairs))]


def _stored_as_rgb(image: YuvImage) -> Image:
    frame = av.VideoFrame.from_numpy_buffer(image.planes, format="yuv420p")
    converted = frame.reformat(format="rgb24", src_colorspace=_COLORSPACES[image.matrix])
    return np.asarray(converted.to_ndarray(), np.uint8)


def _matrix(frame: VideoFrame) -> Matrix | None:
    """Return the matrix; None for one of the rare ones."""
    if frame.colorspace == _UNSPECIFIED:
        return usual_matrix(frame.height)
    return _MATRICES.get(frame.colorspace)


def _square_pixel_size(width: int, height: int, aspect: Fraction | None) -> tuple[int, int]:
    """Enlarge the shorter side of the pixels, so that no detail is lost."""
    if not aspect or not 1 / MAX_PIXEL_ASPECT <= aspect <= MAX_PIXEL_ASPECT:
        return width, height
    return (round(width * aspect), height) if aspect > 1 else (width, round(height / aspect))


def _orientation(frame: VideoFrame) -> tuple[bool, int | None]:
    """Return whether to exchange rows and columns, and the ``cv2.flip`` code to mirror by after
    that.

    The display matrix [[a, b, ·], [c, d, ·], …] sends (x, y) to (ax + cy, bx + dy). Nearest to any
    matrix is one of the eight upright positions: first perhaps x and y exchanged, then each axis
    perhaps reversed.
    """
    side_data = cast("Mapping[str, Buffer]", frame.side_data)  # PyAV's own hint names one kind only
    if "DISPLAYMATRIX" not in side_data:
        return False, None
    a, b, _, c, d = np.frombuffer(bytes(side_data["DISPLAYMATRIX"]), np.int32)[:5].tolist()
    is_transposed = abs(b) + abs(c) > abs(a) + abs(d)
    reverses_x, reverses_y = (c < 0, b < 0) if is_transposed else (a < 0, d < 0)
    mirror = {(True, True): -1, (True, False): 1, (False, True): 0}.get((reverses_x, reverses_y))
    return is_transposed, mirror


def _over_white(rgba: NDArray[np.uint8]) -> Image:
    """Lay what is transparent over white, as a browser does on an empty page."""
    rgb, alpha = rgba[..., :3], rgba[..., 3:]
    if alpha.min() == 255:
        return rgb
    blended = rgb * alpha.astype(np.uint16) + 255 * (255 - alpha.astype(np.uint16))
    return (blended // 255).astype(np.uint8)
