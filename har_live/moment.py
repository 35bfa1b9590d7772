"""Moments: all that is known at an instant. Files, replays and live use give them, sinks take
them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, cast

from har_live.types import Frame, Person, Prediction, Segment

if TYPE_CHECKING:
    from har_live.types import Image
    from har_live.yuv import YuvImage


class Draw(Protocol):
    """Makes a new picture with these people on it: YUV where ``as_stored`` and the source stores it
    so, else RGB. What is live draws people as they were last seen."""

    def __call__(self, *, people: Sequence[Person], as_stored: bool) -> Image | YuvImage: ...


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """A frame of a source and what has come to light since the one before."""

    frame: Frame | None
    """Frame seen; None where only predictions and segments are new, and at the end."""
    predictions: list[Prediction]
    segments: list[Segment]
    """Segments that are now known to be over."""
    warming_up: float | None
    """0–1, how much of the first window has been seen; None where there is a label."""
    people: tuple[Person, ...] = ()
    """People seen in the newest grid frame, the main person first. What ``annotate`` gives sinks
    has them where the frame shows them: on the way to the next grid frame."""
    left_out_seconds: Mapping[str, float] = field(default_factory=dict)
    """Label → seconds, at the end, that are in no segment, such as those of ``none``."""
    is_last: bool = False
    """True once the source has ended, and everything is said of it."""
    is_lost: bool = False
    """True if a live source was lost just now; the next moment with a frame says that it is
    back."""
    latency_seconds: float | None = None
    """Of a live source, where there are predictions: from the arrival of the newest frame that
    they include to now."""
    draw: Draw | None = field(default=None, repr=False)
    """Draws the frame with people, labels and timeline; None has nothing to add to it."""

    def drawn(self) -> Image:
        """Draw the frame with people, labels and timeline on it: (height, width, 3) uint8 RGB.

        The picture is the caller's own. Of a live source, ask before the next moment comes.

        Raises:
            ValueError: there is no frame.
        """
        return cast("Image", self._drawn(as_stored=False))

    def drawn_as_stored(self) -> Image | YuvImage:
        """Draw as ``drawn`` does, but without a conversion where the source stores YUV: for
        encoders."""
        return self._drawn(as_stored=True)

    def _drawn(self, *, as_stored: bool) -> Image | YuvImage:
        if self.frame is None:
            raise ValueError("a moment without a frame has no picture; ask for its frame first")
        if self.draw is None:
            return self.frame.image.copy()
        return self.draw(people=self.people, as_stored=as_stored)
