"""All that is known of a camera before it is opened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CameraState = Literal["free", "in use", "no permission", "unknown"]


@dataclass(frozen=True, slots=True)
class CameraInfo:
    """One camera."""

    index: int
    """The number that ``har-live live`` takes, and OpenCV."""
    name: str
    """Name that the system gives it; ``unknown`` where it gives none."""
    sizes: tuple[tuple[int, int], ...] = ()
    """(width, height) in pixels that it offers, smallest first; empty where unknown."""
    state: CameraState = "unknown"
    used_by: str = ""
    """Program that has it: ``zoom (process 4211)``; empty where that can't be seen."""

    def __str__(self) -> str:
        return f"camera {self.index} ({self.name})"
