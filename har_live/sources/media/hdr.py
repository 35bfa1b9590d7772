"""HDR video as screens without HDR show it: neither grey nor burnt out.

HLG and PQ (BT.2100), and the wide colours of BT.2020, become BT.709: one table from colour to
colour, which FFmpeg's ``lut3d`` looks up. Paper white (203 cd/m², BT.2408) comes out at 88 % of the
signal; what is brighter shares the rest.
"""

from __future__ import annotations

import os
import tempfile
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import cv2  # noqa: F401  # before PyAV: see har_live.opencv
import numpy as np
from av.filter import Graph
from av.video.format import VideoFormat
from av.video.reformatter import VideoReformatter

if TYPE_CHECKING:
    from av import VideoFrame
    from numpy.typing import NDArray

TransferCurve = Literal["hlg", "pq", "sdr"]

# The code points of ITU-T H.273.
_CURVES: dict[int, TransferCurve] = {16: "pq", 18: "hlg"}
_UNSPECIFIED = 2
_FORMAT = "gbrp16le"
_WIDE = 9
"""BT.2020, as primaries and as matrix."""
NUM_STEPS = 33
"""Steps of the table along each colour, the usual number; between them FFmpeg interpolates."""
WHITE_NITS = 203.0
PEAK_NITS = 1000.0
"""Brightest of what is told apart: HLG's screen, and about what PQ is made for."""
KNEE = 0.5
"""Up to this share of white, brightness stays as it is."""
_BRIGHTNESS = np.array([0.2627, 0.6780, 0.0593])
_WIDE_TO_USUAL = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]]
)


def curve_of(frame: VideoFrame) -> TransferCurve | None:
    """Return what the picture must be taken out of; None for usual ones."""
    is_wide = _WIDE in (frame.color_primaries, frame.colorspace)
    return _CURVES.get(frame.color_trc, "sdr" if is_wide else None)


class ToneMapper:
    """Converts the frames of one stream, as long as they keep their size and format."""

    def __init__(self, curve: TransferCurve, *, width: int, height: int) -> None:
        """``width`` and ``height`` of the frames, in pixels."""
        self.curve = curve
        self._reformatter = VideoReformatter()
        self._graph = _graph(curve, width, height)

    def to_rgb(self, frame: VideoFrame) -> VideoFrame:
        """Convert the frame to RGB of 8 bits, BT.709."""
        # Not by the graph, which is not told what matrix the frame is in.
        is_named = frame.colorspace != _UNSPECIFIED
        self._graph.vpush(
            self._reformatter.reformat(
                frame, format=_FORMAT, src_colorspace=None if is_named else _WIDE
            )
        )
        return self._graph.vpull()


def to_usual(signal: NDArray[np.float64], curve: TransferCurve) -> NDArray[np.float64]:
    """Convert (..., 3) 0–1 from an RGB signal in BT.2020 to one in BT.709."""
    light = _light(signal, curve) @ _WIDE_TO_USUAL.T  # 1 is white
    if curve != "sdr":
        brightest = np.maximum(light.max(axis=-1, keepdims=True), 1e-6)
        light = light * (_rolled_off(brightest) / brightest)
    encoded: NDArray[np.float64] = np.clip(light, 0, 1) ** (1 / 2.4)
    return encoded


def _light(signal: NDArray[np.float64], curve: TransferCurve) -> NDArray[np.float64]:
    """Return the light on the screen, white being 1: the inverse of how each curve is defined."""
    if curve == "sdr":
        linear: NDArray[np.float64] = signal**2.4
        return linear
    if curve == "pq":
        root = signal ** (1 / 78.84375)
        below = np.maximum(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)
        return np.asarray(10_000 * below ** (1 / 0.1593017578125) / WHITE_NITS, np.float64)
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
    brightness = np.maximum(scene @ _BRIGHTNESS, 1e-6)[..., None]
    return np.asarray(PEAK_NITS * scene * brightness**0.2 / WHITE_NITS, np.float64)


def _rolled_off(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """Follow a straight line up to the knee, then a curve through 1 at the peak, without a bend."""
    peak = PEAK_NITS / WHITE_NITS
    scale = KNEE**2 - 2 * KNEE + peak
    a, b = -(KNEE**2) * (peak - 1) / scale, (KNEE**2 - 2 * KNEE * peak + peak) / (peak - 1)
    curved = (b**2 + 2 * b * KNEE + KNEE**2) / (b - a) * (light + a) / (light + b)
    return np.where(light <= KNEE, light, curved)


def _graph(curve: TransferCurve, width: int, height: int) -> Graph:
    # FFmpeg reads the table when the filter is made; it takes no other way in.
    handle, name = tempfile.mkstemp(suffix=".cube")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(_table(curve))
        graph = Graph()
        steps = [
            graph.add_buffer(
                width=width, height=height, format=VideoFormat(_FORMAT), time_base=Fraction(1, 1000)
            ),
            graph.add("lut3d", file=name, interp="tetrahedral"),
            graph.add("format", "rgb24"),
            graph.add("buffersink"),
        ]
        graph.link_nodes(*steps).configure()
    finally:
        Path(name).unlink()
    return graph


@cache
def _table(curve: TransferCurve) -> str:
    """Write the table in Adobe's format, red running fastest."""
    axis = np.linspace(0, 1, NUM_STEPS)
    blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")
    colours = to_usual(np.stack([red, green, blue], axis=-1).reshape(-1, 3), curve)
    lines = (f"{r:.6f} {g:.6f} {b:.6f}\n" for r, g, b in colours)
    return f"LUT_3D_SIZE {NUM_STEPS}\n" + "".join(lines)
