"""The values that the overlay draws: frozen, self-checking, units in their names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from har_live.types import Box, Joints, Person


def _check_fraction(name: str, value: float) -> None:
    # Sums of float32 probabilities pass 1 by a rounding error.
    if not -1e-4 <= value <= 1 + 1e-4:
        raise ValueError(f"{name} is {value}; expected 0–1")


@dataclass(frozen=True, slots=True)
class TimelineSpan:
    """A stretch of time that showed one label."""

    start_seconds: float
    end_seconds: float
    label: str
    confidence: float
    """0–1; the less sure, the paler the span."""

    def __post_init__(self) -> None:
        if not self.start_seconds <= self.end_seconds:
            raise ValueError(f"span ends ({self.end_seconds}) before it starts")
        _check_fraction("confidence", self.confidence)


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """All that somebody did, or what was seen in the whole picture."""

    spans: tuple[TimelineSpan, ...] = ()
    """Spans in playing order, without overlap; the time between two of them had no label."""
    number: int = 0
    """The person's, beside the row where there are several; 0 for nobody who is here now."""
    is_picked: bool = False
    """True if the panel is about the same person."""


@dataclass(frozen=True, slots=True)
class TimelineView:
    """The last seconds; what lies before ``now_seconds - span_seconds`` is not drawn."""

    now_seconds: float
    """Time of the strip's right edge, on the source's clock."""
    span_seconds: float
    """Time from the strip's left edge to its right edge."""
    rows: tuple[TimelineRow, ...] = (TimelineRow(),)
    """Rows, one below the other, at least one."""

    def __post_init__(self) -> None:
        if not self.rows:
            raise ValueError("rows is (); expected at least one")
        if not self.span_seconds > 0:
            raise ValueError(f"span_seconds is {self.span_seconds}; expected a positive number")


@dataclass(frozen=True, slots=True, eq=False)
class PersonView:
    """Somebody in the picture, and what they are seen to do."""

    box: Box
    """The person's box; what lies outside of the picture is not drawn."""
    joints: Joints | None = None
    """None: they are not drawn."""
    label: str = ""
    """One of the model's labels, ``unsure``, or empty while there is none yet."""
    confidence: float = 0.0
    """0–1, of ``label``."""
    number: int = 0
    """Tells people apart; drawn where there are several."""
    is_picked: bool = False
    """True if the panel is about this person."""

    def __post_init__(self) -> None:
        _check_fraction("confidence", self.confidence)
        left, top, right, bottom = self.box
        if not (left <= right and top <= bottom):
            raise ValueError(f"box is {self.box}; expected left ≤ right and top ≤ bottom")

    def mirrored(self) -> PersonView:
        """Return the same person in a mirror."""
        left, top, right, bottom = self.box
        joints = None if self.joints is None else self.joints.copy()
        if joints is not None:
            joints[:, 0] = 1 - joints[:, 0]
        return replace(self, box=(1 - right, top, 1 - left, bottom), joints=joints)


@dataclass(frozen=True, slots=True)
class LiveStatus:
    """Figures that only live use knows."""

    fps: float
    """Pictures shown per second."""
    latency_ms: float | None = None
    """Time from a frame's arrival to the drawing of the label that includes it."""
    age_ms: float | None = None
    """Time since the shown label was last confirmed by a window."""
    dropped: int = 0
    """Frames dropped so far because newer ones had come."""
    recording: bool = False
    paused: bool = False
    notice: str | None = None
    """One short line for the middle of the picture: ``no signal for 3 s``."""


@dataclass(frozen=True, slots=True)
class OverlayView:
    """All that is drawn on one picture."""

    label: str = ""
    """One of the model's labels, ``unsure``, or empty while the first window is filling."""
    confidence: float = 0.0
    """0–1, of ``label``."""
    top: tuple[tuple[str, float], ...] = ()
    """Labels and their probabilities, best first. The shown label's own row is left out, and so is
    the last one when none of them is shown: the panel keeps its height at len(top) - 1 rows."""
    timeline: TimelineView | None = None
    truth: str | None = None
    """The true label, where the source knows it."""
    status: LiveStatus | None = None
    help_lines: tuple[tuple[str, str], ...] = ()
    """Keys and what they do, in the middle of the picture."""
    warming_up: float | None = None
    """0–1, the share of the first window that has been seen; drawn while ``label`` is empty. None
    with an empty label: none is to come."""
    people: tuple[PersonView, ...] = ()
    """Everybody who is drawn."""
    labels: tuple[str, ...] = ()
    """The model's labels in the card's order: gives each a colour of its own."""

    def __post_init__(self) -> None:
        _check_fraction("confidence", self.confidence)
        for label, probability in self.top:
            _check_fraction(f"probability of {label!r}", probability)
        if self.warming_up is not None:
            _check_fraction("warming_up", self.warming_up)

    @property
    def has_numbers(self) -> bool:
        """True if there is somebody to tell from somebody else."""
        num_rows = 0 if self.timeline is None else len(self.timeline.rows)
        return max(num_rows, len(self.people)) > 1

    def showing(self, people: Sequence[Person], *, has_joints: bool = True) -> OverlayView:
        """Return the same with people where they are here; who is new has no label yet."""
        known = {one.number: one for one in self.people}
        return replace(
            self,
            people=tuple(
                replace(
                    known.get(person.id) or PersonView(person.box, number=person.id),
                    box=person.box,
                    joints=person.joints if has_joints else None,
                )
                for person in people
            ),
        )

    def mirrored(self) -> OverlayView:
        """Return the same on a picture that is mirrored; text stays as it is."""
        return replace(self, people=tuple(person.mirrored() for person in self.people))
