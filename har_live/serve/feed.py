"""The newest of a live source, kept once for all who look: no reader delays it, or another."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import cv2

from har_live.serve.moment_values import MomentValues, Values
from har_live.sinks.base import Run, Sink

if TYPE_CHECKING:
    from har_live.moment import Moment
    from har_live.serve.bell import Bell
    from har_live.serve.figures import Figures
    from har_live.types import Frame, Image, Person, VideoInfo

State = Literal["opening", "live", "lost", "ended"]

MAX_PICTURE_SIDE = 960
"""Pictures are sent no larger, in pixels: the page shows them in a column."""
JPEG_QUALITY = 75
MAX_KEPT_SEGMENTS = 1000
"""Segments of all sources that a slow reader of events can still catch up with."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A segment of a source, as values, and its place among all of them."""

    number: int
    values: Values


class SegmentLog:
    """The last segments of all sources; readers keep their own place in it."""

    def __init__(self) -> None:
        self._kept: deque[Numbered] = deque(maxlen=MAX_KEPT_SEGMENTS)
        self.num_written = 0

    def add(self, values: Values) -> None:
        """Add one; of too many the oldest is forgotten. From the thread of the run alone."""
        self.num_written += 1
        self._kept.append(Numbered(self.num_written, values))

    def after(self, number: int) -> list[Numbered]:
        """Return those after the ``number``-th that are still known."""
        if number >= self.num_written:
            return []
        return [one for one in self._kept.copy() if one.number > number]


class Feed(Sink):
    """Takes the moments of one source in the run's thread; is read in the loop's.

    Args:
        number: of the source, from 0.
        name: for people; tells no path and no secret.
        is_mirrored: people expect to see themselves as in a mirror.
    """

    def __init__(
        self,
        number: int,
        name: str,
        *,
        is_mirrored: bool,
        bell: Bell,
        log: SegmentLog,
        figures: Figures,
    ) -> None:
        self.number = number
        self.name = name
        self.is_mirrored = is_mirrored
        self.bell = bell
        self.state: State = "opening"
        self.info: VideoInfo | None = None
        self.frames: tuple[int, Frame | None] = (0, None)
        """The newest frame and how many there were: assigned as one, for other threads."""
        self.moments: tuple[int, Values | None] = (0, None)
        """Likewise the newest moment in which something was scored."""
        self._log = log
        self._figures = figures
        self._values: MomentValues | None = None
        self._people: tuple[Person, ...] = ()
        self._jpeg: tuple[int, bytes] = (0, b"")
        self._encoding = asyncio.Lock()

    def begin(self, run: Run) -> None:
        """Begin: the source is there."""
        self.info = run.info
        self._values = MomentValues(run.labels)
        self._turn("live")

    def write(self, moment: Moment) -> None:
        """Keep what is new of a moment, and wake the readers."""
        assert self._values is not None, "a sink is begun before it is written to"
        self._figures.count(self.name, moment)
        if moment.frame is not None:
            self.frames = (self.frames[0] + 1, moment.frame)
        self._values.follow(moment)
        is_scored = bool(moment.predictions) or moment.people is not self._people
        if is_scored or moment.segments or moment.is_lost or moment.is_last:
            self._people = moment.people
            self.moments = (self.moments[0] + 1, self._values.of(moment))
            for values in self.moments[1]["segments"] if self.moments[1] else ():
                self._log.add({"source": self.number, "name": self.name, **values})
        if moment.is_lost or moment.is_last:
            self._turn("lost" if moment.is_lost else "ended")
        elif moment.frame is not None and self.state != "live":
            self._turn("live")
        self.bell.ring()

    def close(self) -> None:
        """End: the run is over."""
        self._turn("ended")

    def abort(self) -> None:
        """End: the run failed."""
        self._turn("lost")

    async def jpeg(self) -> tuple[int, bytes]:
        """Return the newest picture and its number; made once, however many want it."""
        async with self._encoding:
            number, frame = self.frames
            if frame is not None and number != self._jpeg[0]:
                self._jpeg = number, await asyncio.to_thread(_encoded, frame)
            return self._jpeg

    def _turn(self, state: State) -> None:
        self.state = state
        self._figures.turn(self.name, is_live=state == "live")
        self.bell.ring()


def _encoded(frame: Frame) -> bytes:
    image = frame.image
    scale = MAX_PICTURE_SIDE / max(image.shape[:2])
    if scale < 1:
        image = _scaled(image, scale)
    _, data = cv2.imencode(
        ".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    )
    return data.tobytes()


def _scaled(image: Image, scale: float) -> Image:
    height, width = image.shape[:2]
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)  # type: ignore[return-value]
