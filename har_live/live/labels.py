"""The label that is shown: what it is, how old, and how long it took."""

from __future__ import annotations

from typing import TYPE_CHECKING

from har_live.live.metrics import Latencies
from har_live.overlay import LiveStatus, OverlayState, OverlayView

if TYPE_CHECKING:
    from har_live.live.inbox import LiveFrame, Scored


class Labels:
    """Gathers what the scorer says for the overlay, and measures it. Main thread only.

    Args:
        labels: the model's.
    """

    def __init__(self, labels: tuple[str, ...]) -> None:
        self._overlay = OverlayState(labels)
        self._warming_up: float | None = 0.0
        self._is_lost = False
        self._confirmed_seconds: float | None = None
        self._undrawn_seconds: list[float] = []  # arrivals of what the labels not yet drawn include
        self.latencies = Latencies()
        """From a frame's arrival to the drawing of a label that includes it."""
        self.num_predictions = 0

    def take(self, scored: Scored, now_seconds: float) -> None:
        """What one more grid frame brought to light."""
        for prediction in scored.predictions:
            self._overlay.update(prediction)
            self._undrawn_seconds.append(scored.arrival_seconds)
            self._confirmed_seconds = now_seconds
            self.num_predictions += 1
        self._warming_up = 0.0 if self._is_lost else scored.warming_up
        if self._warming_up is not None:
            self._overlay.restart()

    def lose(self) -> None:
        """The source is gone: the label says nothing of what is there now."""
        self._is_lost, self._warming_up = True, 0.0
        self._overlay.restart()

    def regain(self) -> None:
        """The source is there, for the first time or again."""
        self._is_lost = False

    def age_ms(self, now_seconds: float) -> float | None:
        """Since a window last confirmed the label; None before the first."""
        confirmed = self._confirmed_seconds
        return None if confirmed is None else (now_seconds - confirmed) * 1000

    def view(
        self,
        frame: LiveFrame | None,
        status: LiveStatus,
        help_lines: tuple[tuple[str, str], ...],
    ) -> OverlayView:
        """What to draw on a frame, or on black."""
        return self._overlay.view(
            0.0 if frame is None else frame.pts_seconds,
            truth=None if frame is None else frame.truth,
            status=status,
            help_lines=help_lines,
            warming_up=None if self._is_lost else self._warming_up,
        )

    def drawn(self, now_seconds: float) -> None:
        """The label has been drawn, or where nothing is, could have been."""
        for arrival_seconds in self._undrawn_seconds:
            self.latencies.add(now_seconds - arrival_seconds)
        self._undrawn_seconds.clear()

    def passed_over(self) -> None:
        """Labels that came while the picture stood still are no measure."""
        self._undrawn_seconds.clear()
