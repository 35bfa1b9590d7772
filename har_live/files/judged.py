"""Figures of how right a label was, where the source knows the truth: the built-in demo does."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median

from har_live.types import NONE, UNSURE


@dataclass(slots=True, eq=False)
class Judged:
    """Counts of what was shown beside what was so."""

    num_frames: int = 0
    """Frames whose true label the source knew, once a label was shown."""
    num_right: int = 0
    """Those of them on which the label shown was the true one."""
    num_unsure: int = 0
    """Those of them on which it was ``unsure``."""
    num_actions: int = 0
    """Stretches in which something was done."""
    delays_seconds: list[float] = field(default_factory=list)
    """Seconds from an action's start to its label, of those named before they ended."""
    _doing: str = NONE
    _since_seconds: float = 0.0
    _is_named: bool = False

    def update(self, pts_seconds: float, truth: str, shown: str | None) -> None:
        """Take in a frame.

        Args:
            shown: the label on it; None before the first.
        """
        if truth != self._doing:
            self._doing, self._since_seconds, self._is_named = truth, pts_seconds, False
            self.num_actions += truth != NONE
        if shown is None:
            return
        self.num_frames += 1
        self.num_right += shown == truth
        self.num_unsure += shown == UNSURE
        if shown == truth != NONE and not self._is_named:
            self._is_named = True
            self.delays_seconds.append(pts_seconds - self._since_seconds)

    def __str__(self) -> str:
        right, unsure = (
            f"{count / self.num_frames:.0%}" for count in (self.num_right, self.num_unsure)
        )
        named = f"named {len(self.delays_seconds)} of {self.num_actions} actions"
        if self.delays_seconds:
            named += f", half of them within {median(self.delays_seconds):.1f} s"
        return f"{named}; the label was right {right} of the time and unsure {unsure}"
