"""The label that is shown: what it is, how old, and how long it took."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from har_live.overlay import LiveStatus, OverlayState, OverlayView
from har_live.realtime.metrics import Latencies

if TYPE_CHECKING:
    from har_live.realtime.inbox import LiveFrame, Scored


class LiveLabels:
    """Gathers what the scorer says for the overlay, and measures it. Main thread only.

    Args:
        labels: the model's.
    """

    def __init__(self, labels: tuple[str, ...]) -> None:
        self._overlay = OverlayState(labels)
        self._standing: OverlayState | None = None  # what it was when the picture was stopped
        self._is_lost = False
        self._confirmed_seconds: float | None = None
        self._undrawn_seconds: list[float] = []  # arrivals of what the labels not yet drawn include
        self.latencies = Latencies()
        """Times from a frame's arrival to the drawing of a label that includes it."""
        self.num_predictions = 0

    def update(self, scored: Scored, now_seconds: float) -> None:
        """Take in the results of one more grid frame."""
        self._overlay.update(scored.predictions, scored.people, warming_up=scored.warming_up)
        if self._is_lost:
            self._overlay.restart(warming_up=None)
        for _ in scored.predictions:
            self._undrawn_seconds.append(scored.arrival_seconds)
            self._confirmed_seconds = now_seconds
            self.num_predictions += 1

    def lose(self) -> None:
        """Forget the labels: the source is gone, and they say nothing of what is there now."""
        self._is_lost = True
        self._overlay.restart(warming_up=None)

    def regain(self) -> None:
        """Begin afresh: the source is there, for the first time or again."""
        self._is_lost = False
        self._overlay.restart(warming_up=0.0)

    def pause(self, wanted: bool) -> None:
        """Hold what is drawn while the picture stands still, or go on. A camera goes on meanwhile,
        but its labels are not of this picture."""
        self._standing = deepcopy(self._overlay) if wanted else None

    def pick_next(self) -> None:
        """Tell more of the next person."""
        seen = self._standing or self._overlay
        seen.pick_next()
        self._overlay.chosen = seen.chosen

    def age_ms(self, now_seconds: float) -> float | None:
        """Return the milliseconds since a window last confirmed the label; None before the
        first."""
        confirmed = self._confirmed_seconds
        return None if confirmed is None else (now_seconds - confirmed) * 1000

    def view(
        self,
        frame: LiveFrame | None,
        status: LiveStatus,
        help_lines: tuple[tuple[str, str], ...],
        *,
        has_joints: bool = True,
    ) -> OverlayView:
        """Return what to draw on a frame, or on black."""
        return (self._standing or self._overlay).view(
            0.0 if frame is None else frame.pts_seconds,
            truth=None if frame is None else frame.truth,
            status=status,
            help_lines=help_lines,
            has_joints=has_joints,
        )

    def mark_drawn(self, now_seconds: float) -> None:
        """Note that the label has been drawn, or where nothing is, could have been."""
        for arrival_seconds in self._undrawn_seconds:
            self.latencies.add(now_seconds - arrival_seconds)
        self._undrawn_seconds.clear()

    def skip_undrawn(self) -> None:
        """Leave out of the latencies what is not drawn yet: labels that came while the picture
        stood still are no measure."""
        self._undrawn_seconds.clear()
