"""Settings of opening a source: one value for all kinds; each reads what concerns it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

RtspTransport = Literal["tcp", "udp"]
Hwaccel = Literal["none", "auto", "videotoolbox", "d3d11va", "vaapi", "cuda", "qsv"]
HWACCELS: tuple[str, ...] = get_args(Hwaccel)
DEVICES = HWACCELS[2:]
"""Kinds of hardware, as FFmpeg names them; ``auto`` asks for them in this order."""


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """The caller's wishes. They travel to another process, so all values are plain ones."""

    camera_size: tuple[int, int] | None = None
    """(width, height) in pixels asked of a camera; None takes what it gives."""
    camera_fps: float | None = None
    """Frames per second asked of a camera; None takes what it gives. So often the screen, or an
    address that gives a single picture, is asked for it."""
    youtube_height: int = 480
    """Most pixels of height of the YouTube stream chosen."""
    cookies: Path | None = None
    """A file of cookies for YouTube, in Netscape's format."""
    cookies_from_browser: str | None = None
    """The browser whose cookies YouTube gets: ``firefox``, ``chrome``, …"""
    rtsp_transport: RtspTransport = "tcp"
    """UDP loses packets where TCP waits for them; few cameras speak UDP only."""
    hwaccel: Hwaccel = "none"
    """The decoder of video, and the encoder of what is written of it: the processor, the first
    kind of hardware that is there, or this one. Where that can't, the processor does."""
    timeout_seconds: float = 10.0
    """Longest wait for a server: to answer, and then for each packet."""
    live: bool = False
    """Opened to be watched as it comes, not to be read to its end."""

    def __post_init__(self) -> None:
        if self.camera_size is not None and min(self.camera_size) < 1:
            raise ValueError(f"camera_size is {self.camera_size}; expected pixels, (width, height)")
        for name in ("camera_fps", "youtube_height", "timeout_seconds"):
            value = getattr(self, name)
            if value is not None and not 0 < value < math.inf:
                raise ValueError(f"{name} is {value}; expected a positive number")
        if self.rtsp_transport not in get_args(RtspTransport):
            raise ValueError(f"rtsp_transport is {self.rtsp_transport!r}; expected 'tcp' or 'udp'")
        if self.hwaccel not in HWACCELS:
            raise ValueError(f"hwaccel is {self.hwaccel!r}; expected one of {', '.join(HWACCELS)}")
