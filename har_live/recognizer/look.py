"""A frame looked at by itself: what needs no memory can be done ahead, and side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from har_live.people.detection import Detection
    from har_live.types import Image


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What is seen in one frame, whatever came before it."""

    picture: Image
    """(h, w, 3) uint8 RGB, as small as it is looked at."""
    people: Sequence[Detection]
    """Everybody found; nobody by weights that read whole pictures."""
