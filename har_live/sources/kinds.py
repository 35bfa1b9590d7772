"""What kind of source a person means, told from the text alone."""

from __future__ import annotations

import os
import re
from typing import Final, Literal

Kind = Literal["figure", "camera", "youtube", "address", "file"]

FIGURE: Final = "figure"
"""The name of the built-in source, where others have a path or an address."""

_YOUTUBE = re.compile(
    r"(?:https?://)?(?:[\w-]+\.)*(?:youtube\.com|youtube-nocookie\.com|youtu\.be)(?:[:/?#]|$)",
    re.IGNORECASE,
)
_DEVICE = re.compile(r"\d+|/dev/video\w+")
_LIKE_A_PATH = re.compile(r"[/\\]|\.\w{2,5}$")


def kind_of(spec: str) -> Kind:
    """The kind of ``spec``.

    A number or a camera's device is a camera. So is a name that is neither a file's nor looks like
    one: part of what ``har-live cameras`` lists.
    """
    if spec == FIGURE:
        return "figure"
    if _YOUTUBE.match(spec):
        return "youtube"
    if "://" in spec:
        return "address"
    if _DEVICE.fullmatch(spec):
        return "camera"
    return "file" if _LIKE_A_PATH.search(spec) or os.path.exists(spec) else "camera"


def with_small_scheme(spec: str) -> str:
    """``RTSP://Host/P`` → ``rtsp://Host/P``: FFmpeg knows no other; what is no address stays."""
    scheme, separator, rest = spec.partition("://")
    return f"{scheme.lower()}{separator}{rest}" if separator else spec
