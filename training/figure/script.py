"""The script: which action is performed when, where, by whom, and seen from where."""

from __future__ import annotations

import math
from dataclasses import dataclass

from training.figure.actions import ACTIONS
from training.figure.camera import VIEWS
from training.figure.looks import LOOKS
from training.figure.scenes import SCENES


@dataclass(frozen=True, slots=True)
class Passage:
    """One action, performed for a while. A change of scene, look or view is a cut."""

    label: str
    """Action done: a key of ``ACTIONS``."""
    seconds: float
    """Length."""
    scene: str = "studio"
    """A key of ``SCENES``."""
    look: str = "ben"
    """Look of the performer: a key of ``LOOKS``."""
    view: str = "full"
    """Place of the camera: a key of ``VIEWS``."""

    def __post_init__(self) -> None:
        for name, allowed in (
            ("label", ACTIONS), ("scene", SCENES), ("look", LOOKS), ("view", VIEWS)
        ):  # fmt: skip
            value = getattr(self, name)
            if value not in allowed:
                raise ValueError(f"{name} is {value!r}; expected one of {', '.join(allowed)}")
        if not (math.isfinite(self.seconds) and self.seconds > 0):
            raise ValueError(f"seconds is {self.seconds}; expected a positive number")

    @property
    def take(self) -> tuple[str, str, str]:
        """Values that stay the same until the next cut."""
        return (self.scene, self.look, self.view)


def _take(scene: str, look: str, view: str, *actions: tuple[str, float]) -> tuple[Passage, ...]:
    return tuple(Passage(label, seconds, scene, look, view) for label, seconds in actions)


DEFAULT_SCRIPT: tuple[Passage, ...] = (
    *_take(
        "living_room", "ben", "full", ("none", 1.6), ("wave", 4.0), ("none", 1.4), ("clap", 3.6)
    ),
    *_take("park", "sofia", "wide", ("walk", 5.4), ("none", 1.2), ("run", 3.8)),
    *_take("gym", "kim", "left", ("none", 1.0), ("jumping_jack", 4.2), ("squat", 4.2)),
    *_take("gym", "kim", "right", ("punch", 4.0), ("none", 1.2), ("kick", 3.2)),
    *_take("office", "omar", "webcam", ("none", 1.4), ("drink", 3.5), ("wave", 2.8)),
    *_take("evening", "amara", "left", ("sit_down", 3.0), ("stand_up", 2.9), ("none", 1.0)),
    *_take("park", "li", "full", ("jump", 3.2), ("throw", 4.0), ("none", 1.2)),
    *_take("studio", "amara", "knees", ("raise_hands", 2.9), ("point", 2.7)),
    *_take("studio", "amara", "left", ("dance", 3.2), ("bow", 2.6)),
)
"""About 70 s with every action, in nine takes."""
