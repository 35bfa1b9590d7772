"""What a guided recording asks for, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from har_live.lessons.guide_faults import NOBODY, fault_of, fault_of_none, main_person
from har_live.types import NONE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from har_live.lessons.guide_seen import Seen
    from har_live.types import Image

MOST_MISSED = 0.25
"""Share of a take's grid frames that may be missing."""
TOO_SLOW = "Too many pictures were missed: this computer is too busy"
USELESS = {NOBODY, TOO_SLOW}
"""Faults for which a take can't be kept, whoever wants it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One action to be recorded."""

    action: str
    num_takes: int
    seconds: float
    """Length of each take."""

    def num_frames(self, grid_fps: float) -> int:
        """Return the number of grid frames of a take from which none is missing."""
        return max(1, round(self.seconds * grid_fps))

    def fault_of(self, frames: Sequence[Seen], grid_fps: float) -> str | None:
        """Return what is amiss with a take, in words for who is in it; None if nothing is."""
        if len(frames) < (1 - MOST_MISSED) * self.num_frames(grid_fps):
            return TOO_SLOW
        return fault_of_none(frames) if self.action == NONE else fault_of(frames)

    def __post_init__(self) -> None:
        if self.num_takes < 1:
            raise ValueError(f"num_takes is {self.num_takes}; expected at least 1")
        if not self.seconds > 0:
            raise ValueError(f"seconds is {self.seconds}; expected a positive number")


@dataclass(frozen=True, slots=True)
class Take:
    """A take that was recorded and found good."""

    action: str
    frames: tuple[Seen, ...]

    def joints(self) -> NDArray[np.float32]:
        """Return (F, 13, 3), what networks would be shown of whom it is of; of ``none``, where
        people come and go, of whoever is the main person."""
        main = None if self.action == NONE else main_person(self.frames)
        return np.stack([seen.joints_of(main) for seen in self.frames])

    def pictures(self) -> list[Image]:
        """Return what was seen, made small; empty unless pictures are asked for."""
        return [seen.picture for seen in self.frames if seen.picture is not None]


@dataclass(frozen=True, slots=True)
class Drop:
    """The wish that the last take of an action be dropped."""

    action: str
