"""Chooses among the streams that yt-dlp offers: a small one that any decoder takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Format = Mapping[str, Any]
"""One entry of ``formats`` in yt-dlp's information dictionary."""

PLAYABLE_PROTOCOLS = {"http", "https", "m3u8", "m3u8_native"}
"""Those that FFmpeg reads from one address; a DASH stream in fragments has many."""
USUAL_FPS = 30
"""Frames per second above which a stream costs more and tells an action recognizer no more."""
_CODECS = {"avc": 0, "h264": 0, "vp9": 1, "vp09": 1, "vp8": 2, "hev": 3, "hvc": 3, "av01": 4}
_UNKNOWN_CODEC = 2


def choose_video(formats: Sequence[Format], *, max_height: int) -> Format | None:
    """Return the tallest video up to ``max_height``, or else the least tall one; None where there
    is none.

    Of those equally tall, one without sound, of one file rather than segments, SDR, H.264 or VP9,
    not faster than 30 fps, and then the one that yt-dlp holds for the best.

    Args:
        formats: in yt-dlp's order, the best last.
        max_height: pixels; of an upright video (a short), of its width.
    """
    videos = [format for format in formats if _has(format, "vcodec") and _is_playable(format)]
    return min(reversed(videos), key=lambda format: _cost(format, max_height), default=None)


def choose_sound(formats: Sequence[Format]) -> Format | None:
    """Return the best sound on its own, in the video's own language and in AAC where there is a
    choice."""
    sounds = [
        format
        for format in formats
        if _has(format, "acodec") and format.get("vcodec") == "none" and _is_playable(format)
    ]
    return max(sounds, key=_sound_merit, default=None)


def has_sound(format: Format) -> bool:
    """Return whether there is, or may be, sound beside the pictures."""
    return _has(format, "acodec")


def _has(format: Format, kind: str) -> bool:
    return format.get(kind) != "none"  # None is unknown: a bare link to a file


def _is_playable(format: Format) -> bool:
    return bool(format.get("url")) and format.get("protocol") in PLAYABLE_PROTOCOLS


def _cost(format: Format, max_height: int) -> tuple[float, ...]:
    sides = [side for side in (format.get("width"), format.get("height")) if side]
    height = min(sides, default=0)  # YouTube, too, calls an upright 480×854 video 480p
    return (
        0 if 0 < height <= max_height else 1 if not height else 2,
        abs(max_height - height),
        format.get("acodec") != "none",
        (format.get("protocol") or "").startswith("m3u8"),
        format.get("dynamic_range") not in (None, "SDR"),
        _codec_cost(format.get("vcodec") or ""),
        (format.get("fps") or 0) > USUAL_FPS,
    )


def _codec_cost(codec: str) -> int:
    costs = (cost for name, cost in _CODECS.items() if codec.lower().startswith(name))
    return next(costs, _UNKNOWN_CODEC)


def _sound_merit(format: Format) -> tuple[float, ...]:
    return (
        format.get("language_preference") or 0,  # dubbed tracks are below 0, the original above
        not (format.get("protocol") or "").startswith("m3u8"),
        (format.get("acodec") or "").startswith("mp4a"),
        format.get("abr") or 0,
    )
