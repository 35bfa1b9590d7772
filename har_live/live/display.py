"""The main thread's part: draws the newest frame with the newest label, answers the keys."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Protocol

import cv2
import numpy as np

from har_live.errors import HarLiveError, SinkError
from har_live.live.inbox import Ended, Failed, LiveFrame, Lost, Opened, Scored
from har_live.live.labels import Labels
from har_live.live.metrics import Ending, Rate
from har_live.live.notices import Notices
from har_live.overlay import LiveStatus, draw
from har_live.redact import redact
from har_live.sinks.window import HELP_LINES

if TYPE_CHECKING:
    from collections.abc import Callable

    from har_live.live.inbox import News
    from har_live.live.links import Links
    from har_live.live.outputs import Outputs
    from har_live.overlay import OverlayView
    from har_live.sinks.window import Key
    from har_live.types import Image, VideoInfo

logger = logging.getLogger(__name__)

TICK_SECONDS = 0.02
"""Of the wall clock: the longest that a key waits for an answer."""
REDRAW_SECONDS = 0.25
"""How often a picture that stands still is drawn again, for what is said on it."""
_BLANK = np.zeros((360, 640, 3), np.uint8)


class AnyWindow(Protocol):
    """What is asked of a window; ``har_live.sinks.window.Window`` is one."""

    @property
    def is_closed(self) -> bool: ...

    def show(self, image: Image) -> None: ...

    def poll(self) -> list[Key]: ...

    def toggle_fullscreen(self) -> None: ...


class Display:
    """Call ``tick`` until ``ending`` says why to stop.

    Args:
        window: None shows nothing; recording and events go on.
        labels: the model's.
        is_mirrored: the picture is shown as in a mirror; the text on it is not.
        seconds: end this long after the first frame.
    """

    def __init__(
        self,
        links: Links,
        outputs: Outputs,
        notices: Notices,
        window: AnyWindow | None,
        *,
        labels: tuple[str, ...],
        is_mirrored: bool,
        seconds: float | None,
    ) -> None:
        self._links = links
        self._outputs = outputs
        self._notices = notices
        self._window = window
        self._is_mirrored = is_mirrored
        self._seconds = seconds
        self.labels = Labels(labels)
        self._frame: LiveFrame | None = None
        self._view: OverlayView | None = None
        self._picture: Image | None = None
        self._drawn_seconds = links.clock.now()
        self._is_stale = False  # something other than the frame has changed
        self._shows_help = False
        self._is_paused = False
        self._rate = Rate()
        self.info: VideoInfo | None = None
        self.ending: Ending | None = None
        self._first_seconds: float | None = None
        self._end_seconds: float | None = None
        self.num_shown = 0

    def tick(self) -> None:
        """Wait a moment for what is new; draw it; answer the keys.

        Raises:
            HarLiveError: a thread has failed, or an output can't be written.
        """
        frame, news = self._links.screen.take(TICK_SECONDS)
        now = self._links.clock.now()
        if frame is not None:
            self._notices.frame_came(now)
        self._hear(news)
        if frame is not None and not self._is_paused:
            self._take(frame, now)
        elif self._window is not None and self._wants_drawing(now):
            self._draw(now)
        if self._window is not None:
            self._answer(self._window, now)
        if self._seconds is not None and self.duration_seconds >= self._seconds:
            self.ending = Ending("the time limit")

    def conclude(self) -> None:
        """The threads are gone: what they said last still belongs into the files."""
        self._end_seconds = self._links.clock.now()
        _, news = self._links.screen.take(0)
        self._hear([item for item in news if isinstance(item, Scored)])

    @property
    def duration_seconds(self) -> float:
        """From the first frame shown to the end, or to now."""
        first, end = self._first_seconds, self._end_seconds
        return 0.0 if first is None else (end or self._links.clock.now()) - first

    def _hear(self, news: list[News]) -> None:
        failed: Failed | None = None
        for item in news:
            match item:
                case Scored():
                    self._hear_scored(item)
                case Opened():
                    self.info = item.info
                    self.labels.regain()
                    self._notices.opened()
                    self._outputs.open(item.info)
                case Lost():
                    self.labels.lose()
                    self._notices.lost(item.attempt)
                    self._is_stale = True
                case Ended():
                    self.ending = Ending("the end of the source")
                case Failed():
                    failed = failed or item
        if failed is not None:
            raise _told(failed) from failed.error

    def _hear_scored(self, scored: Scored) -> None:
        self.labels.take(scored, self._links.clock.now())
        if self._is_paused:
            self.labels.passed_over()
        elif scored.predictions:
            self._is_stale = True
        for prediction in scored.predictions:
            self._outputs.write_prediction(prediction)

    def _take(self, frame: LiveFrame, now: float) -> None:
        if self._first_seconds is None:
            self._first_seconds = now
        self._frame = frame
        self.num_shown += 1
        self._rate.add(now)
        if self._window is not None or self._outputs.is_recording:
            self._draw(now)
            assert self._picture is not None
            self._outputs.write_frame(self._picture, frame.pts_seconds)
        else:
            self.labels.drawn(now)

    def _wants_drawing(self, now: float) -> bool:
        """Whether a picture that is there already says something that is no longer so."""
        is_due = self._frame is not None or self._notices.is_silent(now)
        return self._is_stale or (is_due and now - self._drawn_seconds >= REDRAW_SECONDS)

    def _draw(self, now: float) -> None:
        frame = self._frame
        status, help_lines = self._status(now), HELP_LINES if self._shows_help else ()
        if self._is_paused and self._view is not None:
            # A camera goes on meanwhile, but its labels are not of this picture.
            self._view = replace(self._view, status=status, help_lines=help_lines)
        else:
            self._view = self.labels.view(frame, status, help_lines)
        image = _BLANK if frame is None else frame.image
        if self._is_mirrored:
            image = np.asarray(cv2.flip(image, 1), np.uint8)
        self._picture = draw(image, self._view)
        if self._window is not None:
            self._window.show(self._picture)
        self._drawn_seconds, self._is_stale = now, False
        self.labels.drawn(self._links.clock.now())

    def _status(self, now: float) -> LiveStatus:
        return LiveStatus(
            fps=self._rate.per_second(now),
            latency_ms=self.labels.latencies.newest_ms,
            age_ms=self.labels.age_ms(now),
            dropped=self.num_dropped,
            recording=self._outputs.is_recording,
            paused=self._is_paused,
            notice=self._notices.text(now, is_paused=self._is_paused),
        )

    @property
    def num_dropped(self) -> int:
        """Frames that the scorer or the screen missed because newer ones had come."""
        return self._links.scorer.num_dropped + self._links.screen.num_dropped

    def _answer(self, window: AnyWindow, now: float) -> None:
        for key in window.poll():
            self._is_stale = True
            match key:
                case "quit":
                    self.ending = Ending("a key")
                case "pause":
                    self._pause(not self._is_paused)
                case "help":
                    self._shows_help = not self._shows_help
                case "fullscreen":
                    window.toggle_fullscreen()
                case "record" if self.info is not None:
                    self._try(self._outputs.toggle_recording, now)
                case "screenshot" if self._picture is not None:
                    self._try(partial(self._outputs.save_picture, self._picture), now)
        if window.is_closed:
            self.ending = Ending("closing the window")

    def _pause(self, wanted: bool) -> None:
        self._is_paused = wanted
        if wanted:
            self._links.playback.pause()
        else:
            self._links.playback.resume()

    def _try(self, do: Callable[[], str], now: float) -> None:
        """What was asked for by key ends nothing when it fails."""
        try:
            self._notices.flash(do(), now)
        except SinkError as error:
            logger.warning("%s", error)
            self._notices.flash(str(error), now)


def _told(failed: Failed) -> HarLiveError:
    error = failed.error
    if isinstance(error, HarLiveError):
        return type(error)(str(error))
    what = redact(f"{type(error).__name__}: {error}")
    return HarLiveError(f"{failed.thread} failed: {what}; --debug shows where")
