"""The way from scores to a steady label, as plain values: kept in the model card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class SmoothingSpec:
    """The way from scores to a steady label. The card has it; ``Recognizer`` may change some of it.

    Beside 1.0 s, 0.5, 0.35 and 0.5 s, the defaults halve the needless changes and the false alarms
    on joined clips; labels come 0.2 s later, and more short actions are passed over.

    Giving way after 1.0 s is one change more in half an hour of joined clips and changes no other
    figure; after 0.5 s there are an eighth more changes, after 0 s two fifths.
    """

    average_seconds: float = 1.5
    """Scores are averaged over this much time; 0 takes each window as it is."""
    enter: float = 0.5
    """A new label is shown once its averaged probability reaches this."""
    leave: float = 0.2
    """The label shown is given up when its averaged probability falls below this."""
    hold_seconds: float = 1.0
    """A label just shown is kept at least this long, unless the stream breaks."""
    give_way_seconds: float = 1.0
    """The label shown is given up once others have been more probable for longer than this, though
    none of them reaches its ``enter``."""
    enter_of: Mapping[str, float] = field(default_factory=dict)
    """Labels whose ``enter`` is another; their ``leave`` is lower or higher by the same factor."""

    def __post_init__(self) -> None:
        for name in ("average_seconds", "hold_seconds", "give_way_seconds"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} is {getattr(self, name)}; expected 0 or more")
        if not 0 <= self.leave <= self.enter <= 1:
            raise ValueError(
                f"leave is {self.leave}, enter is {self.enter}; expected 0 ≤ leave ≤ enter ≤ 1"
            )
        for label, enter in self.enter_of.items():
            if not 0 <= enter <= 1:
                raise ValueError(f"enter_of {label!r} is {enter}; expected 0–1")

    def with_min_confidence(self, min_confidence: float) -> SmoothingSpec:
        """The same, but any label is shown from this probability on.

        Raises:
            ValueError: it is not between 0 and 1.
        """
        if not 0 <= min_confidence <= 1:
            raise ValueError(f"min_confidence is {min_confidence}; expected 0–1")
        leave = min(self.leave, min_confidence)
        return replace(self, enter=min_confidence, leave=leave, enter_of={})

    def thresholds(self, label: str) -> tuple[float, float]:
        """Return what a label's averaged probability must reach to be shown, and keep to stay."""
        if label not in self.enter_of:
            return self.enter, self.leave
        enter = self.enter_of[label]
        return enter, enter * self.leave / self.enter if self.enter else 0.0
