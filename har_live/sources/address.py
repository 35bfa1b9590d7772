"""An address and what FFmpeg must be told to read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Address:
    """A URL for FFmpeg. Both fields may hold secrets: never show them."""

    url: str = field(repr=False)
    options: Mapping[str, str] = field(default_factory=dict, repr=False)
    """For FFmpeg: headers and cookies."""
