"""Tiny videos made while the tests run, and ways to damage them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from numpy.typing import NDArray

DrawPicture = Callable[[int, int, int], NDArray[np.uint8]]
"""(index, width, height) → (height, width, 3) uint8 RGB, or RGBA with an alpha ``pixel_format``."""

TENTHS = tuple(index / 10 for index in range(10))
"""Ten frames at 10 fps."""
SOUND_RATE = 48_000

_CODECS = {".avi": "mpeg4", ".gif": "gif", ".webm": "libvpx"}
_SOUND_CODECS = {".avi": "pcm_s16le", ".webm": "libopus"}
_PIXEL_FORMATS = {"gif": "rgb8", "mjpeg": "yuvj420p"}
_OPTIONS = {
    # veryfast keeps B-frames, so that decoding order differs from playing order.
    "libx264": {"preset": "veryfast", "crf": "12"},
    "mpeg4": {"qmin": "3", "qmax": "3"},
    "libvpx": {"deadline": "realtime", "cpu-used": "8", "b": "2M"},
}
_TIME_BASES = {".gif": Fraction(1, 100), ".avi": Fraction(1, 10), ".h264": Fraction(1, 10)}

_RED, _GREEN, _BLUE, _WHITE = (220, 30, 30), (30, 180, 40), (30, 50, 220), (250, 250, 250)
_BITS = 8


def numbered(index: int, width: int, height: int) -> NDArray[np.uint8]:
    """``index`` in eight upright stripes, black or white; ``number_in`` reads it."""
    columns = np.arange(width) * _BITS // width
    bright = (index >> columns & 1).astype(bool)  # (width,)
    row = np.where(bright, 235, 20).astype(np.uint8)
    return np.ascontiguousarray(np.broadcast_to(row[None, :, None], (height, width, 3)))


def noisy(index: int, width: int, height: int) -> NDArray[np.uint8]:
    """``numbered`` under noise, so that every frame takes many bytes."""
    noise = np.random.default_rng(index).integers(-60, 61, (height, width, 3))
    return (numbered(index, width, height) + noise).clip(0, 255).astype(np.uint8)


def number_in(image: NDArray[np.uint8]) -> int:
    """The index that ``numbered`` drew, at any size and after any encoding."""
    stripes = np.array_split(image.mean(axis=(0, 2)), _BITS)
    return sum(1 << bit for bit, stripe in enumerate(stripes) if stripe.mean() > 128)


def quadrants(_index: int, width: int, height: int) -> NDArray[np.uint8]:
    """Red and green above, blue and white below: shows which way up a picture is."""
    image = np.empty((height, width, 3), np.uint8)
    image[: height // 2, : width // 2] = _RED
    image[: height // 2, width // 2 :] = _GREEN
    image[height // 2 :, : width // 2] = _BLUE
    image[height // 2 :, width // 2 :] = _WHITE
    return image


def colors_in(image: NDArray[np.uint8]) -> list[str]:
    """The first letters of the four quadrants' colours, row by row: ``quadrants`` has R G B W."""
    height, width = image.shape[:2]
    corners = [image[y, x] for y in (height // 4, -height // 4) for x in (width // 4, -width // 4)]
    known = np.array([_RED, _GREEN, _BLUE, _WHITE], int)
    return ["RGBW"[int(np.abs(known - corner).sum(axis=1).argmin())] for corner in corners]


def make_clip(
    path: Path,
    *,
    pts_seconds: Sequence[float] = TENTHS,
    size: tuple[int, int] = (64, 48),
    picture: DrawPicture = numbered,
    codec: str | None = None,
    pixel_format: str | None = None,
    options: Mapping[str, str] | None = None,
    container_options: Mapping[str, str] | None = None,
    time_base: Fraction | None = None,
    rotation: int = 0,
    mirrored: bool = False,
    pixel_aspect: Fraction | None = None,
    color: tuple[Colorspace, ColorRange] | None = None,
    states_color: bool = True,
    sound: bool = False,
    cover: bool = False,
    metadata: Mapping[str, str] | None = None,
) -> Path:
    """Write a video; the suffix of ``path`` gives the container.

    Args:
        path: .mp4, .mov, .mkv, .webm, .avi, .ts, .gif or .h264.
        pts_seconds: one frame at each; they may go backward or repeat with a codec whose frames
            stand alone (``mjpeg``).
        size: (width, height) as stored.
        picture: what each frame shows.
        codec: FFmpeg's encoder; by default the usual one of the container.
        pixel_format: by default 8-bit 4:2:0.
        options: of the encoder.
        container_options: of the muxer, such as ``{"movflags": "faststart"}``.
        time_base: the clock tick; by default 1/90000, or the container's own.
        rotation: degrees counter-clockwise by which a player turns the stored picture.
        mirrored: a player then exchanges left and right.
        pixel_aspect: a stored pixel's width over its height.
        color: matrix and range to encode in; by default FFmpeg's, not stated in the file.
        states_color: whether the file states ``color``.
        sound: adds a 440 Hz tone of the same length.
        cover: adds a picture as the file's cover.
        metadata: of the container.

    Returns:
        ``path``.
    """
    codec = codec or _CODECS.get(path.suffix, "libx264")
    tick = time_base or _TIME_BASES.get(path.suffix, Fraction(1, 90_000))
    with av.open(str(path), "w", options=dict(container_options or {})) as container:
        container.metadata.update(metadata or {})
        stream = container.add_stream(
            codec, rate=10, options={**_OPTIONS.get(codec, {}), **(options or {})}
        )
        stream.width, stream.height = size
        stream.pix_fmt = pixel_format or _PIXEL_FORMATS.get(codec, "yuv420p")
        stream.time_base = stream.codec_context.time_base = tick
        if rotation or mirrored:
            stream.set_display_rotation(rotation, mirrored)
        if pixel_aspect is not None:
            stream.codec_context.sample_aspect_ratio = pixel_aspect
        if color is not None and states_color:
            stream.codec_context.colorspace, stream.codec_context.color_range = color
        tone = _add_tone(container, path.suffix) if sound else None
        pts_ticks = [round(seconds / tick) for seconds in pts_seconds]
        if cover:
            _add_cover(container)
        _mux_video(container, stream, picture, pts_ticks, color)
        if tone is not None:
            _mux_tone(container, tone, pts_seconds[-1] + 0.1)
    return path


def make_sound(path: Path, *, cover: bool = False) -> Path:
    """A tenth of a second of sound without a video, on request with a picture as its cover."""
    with av.open(str(path), "w") as container:
        tone = _add_tone(container, path.suffix)
        if cover:
            _add_cover(container)
        _mux_tone(container, tone, 0.1)
    return path


def packet_places(path: Path) -> list[tuple[int, int]]:
    """(offset, size) in bytes of each packet of the video, in the order of the file."""
    with av.open(str(path)) as container:
        packets = list(container.demux(video=0))
        return [(packet.pos or 0, packet.size) for packet in packets if packet.size]


def spoil_packets(path: Path, indices: Sequence[int]) -> None:
    """Overwrite whole packets with zeros."""
    data = bytearray(path.read_bytes())
    places = packet_places(path)
    for offset, size in (places[index] for index in indices):
        data[offset : offset + size] = bytes(size)
    path.write_bytes(data)


def cut_file(path: Path, *, fraction: float) -> None:
    """Keep the first part of the bytes."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * fraction)])


def _mux_video(container, stream, picture, pts_ticks, color) -> None:
    goes_back = any(later <= earlier for earlier, later in pairwise(pts_ticks))
    width, height = stream.width, stream.height
    for index, pts in enumerate(pts_ticks):
        frame = _frame(picture(index, width, height), stream.pix_fmt, color)
        frame.pts, frame.time_base = (index if goes_back else pts), stream.codec_context.time_base
        for packet in stream.encode(frame):
            if goes_back:
                # Decoding times must rise and come before playing times, or no muxer takes them.
                packet.pts, packet.dts = pts, min(pts_ticks) - len(pts_ticks) + index
            container.mux(packet)
    container.mux(stream.encode(None))


def _frame(image, pixel_format, color) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(image, format="rgb24" if image.shape[2] == 3 else "rgba")
    matrix, value_range = color or (None, None)
    return frame.reformat(format=pixel_format, dst_colorspace=matrix, dst_color_range=value_range)


def _add_tone(container, suffix):
    tone = container.add_stream(_SOUND_CODECS.get(suffix, "aac"), rate=SOUND_RATE)
    tone.codec_context.layout = "mono"
    return tone


def _mux_tone(container, tone, seconds: float) -> None:
    phase = np.arange(round(seconds * SOUND_RATE)) * 2 * np.pi * 440 / SOUND_RATE
    wave = (8000 * np.sin(phase)).astype(np.int16)
    frame = av.AudioFrame.from_ndarray(wave[None], format="s16", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = SOUND_RATE, 0, Fraction(1, SOUND_RATE)
    container.mux(tone.encode(frame))
    container.mux(tone.encode(None))


def _add_cover(container) -> None:
    cover = container.add_stream("mjpeg", rate=1)
    cover.width, cover.height, cover.pix_fmt = 64, 48, "yuvj420p"
    cover.disposition = av.stream.Disposition.attached_pic
    frame = _frame(quadrants(0, 64, 48), "yuvj420p", None)
    frame.pts = 0
    container.mux(cover.encode(frame))
    container.mux(cover.encode(None))
