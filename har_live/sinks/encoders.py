"""The H.264 encoders of graphics hardware, and how each is told to be about as good as libx264."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, eq=False)
class Encoder:
    """One of FFmpeg's encoders."""

    name: str
    """FFmpeg's."""
    options: Mapping[str, str]
    """Options for FFmpeg. None may bring B-frames: pictures are stored in the order shown."""
    pixel_format: str = "yuv420p"
    """Pixel format it takes; ``nv12`` is yuv420p with the bytes of both colours alternating."""
    upload_to: str | None = None
    """Kind of device that PyAV uploads pictures to; None where it takes them from memory."""
    needs: str = ""
    """Things that must be there for it to open."""


_NO_B_FRAMES = {"bf": "0"}
_NVENC = Encoder(
    "h264_nvenc",
    # Quality decides, not a bit rate: FFmpeg drops the rate where `cq` is given (nvenc.c).
    {**_NO_B_FRAMES, "rc": "vbr", "cq": "23"},
    needs="an NVIDIA card that encodes, and its driver",
)
_QSV = Encoder(
    "h264_qsv",
    # Without a bit rate this quality, 1–51, means the mode ICQ (qsvenc.c).
    {**_NO_B_FRAMES, "global_quality": "23"},
    pixel_format="nv12",
    needs="Intel graphics, their driver and the oneVPL runtime",
)
_AMF = Encoder(
    "h264_amf",
    {**_NO_B_FRAMES, "usage": "transcoding", "rc": "cqp", "qp_i": "21", "qp_p": "23"},
    needs="AMD graphics and the AMF runtime",
)
_MEDIA_FOUNDATION = Encoder(
    "h264_mf",
    {**_NO_B_FRAMES, "hw_encoding": "1", "rate_control": "quality", "quality": "75"},
    pixel_format="nv12",
    needs="graphics whose driver brings an encoder for Media Foundation",
)
_VIDEOTOOLBOX = Encoder(
    "h264_videotoolbox",
    # A quality of 65 of 100, in the unit that `-q:v` becomes (FF_QP2LAMBDA). Intel's Macs have bit
    # rates only (videotoolboxenc.c).
    {**_NO_B_FRAMES, "flags": "+qscale", "global_quality": str(65 * 118)},
    needs="a Mac with Apple silicon",
)
_VAAPI = Encoder(
    "h264_vaapi",
    # Chooses ICQ, or else a constant quantizer (vaapi_encode.c).
    {**_NO_B_FRAMES, "global_quality": "23"},
    pixel_format="nv12",
    upload_to="vaapi",
    needs="/dev/dri/renderD128 and a VA-API driver that encodes",
)

HARDWARE: dict[str, tuple[Encoder, ...]] = {
    "videotoolbox": (_VIDEOTOOLBOX,),
    # Direct3D is every maker's: first the makers' own.
    "d3d11va": (_NVENC, _QSV, _AMF, _MEDIA_FOUNDATION),
    "vaapi": (_VAAPI,),
    "cuda": (_NVENC,),
    "qsv": (_QSV,),
}
"""Encoders by the kind of device that ``--hwaccel`` names, best first; ``auto`` asks in this
order."""
