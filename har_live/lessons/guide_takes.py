"""What a guided recording asks for, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from har_live.lessons.guide_faults import main_person
from har_live.types import NONE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from har_live.lessons.guide_seen import Seen


@dataclass(frozen=True, slots=True)
class Step:
    """One action to be recorded."""

    action: str
    num_takes: int
    seconds: float
    """Length of each take."""

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


@dataclass(frozen=True, slots=True)
class Drop:
    """The wish that the last take of an action be dropped."""

    action: str
