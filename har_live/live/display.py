"""The main thread's part: draws the newest frame with the newest label, answers the keys."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Protocol

import cv2
import numpy as np

from har_live.errors import HarLiveError, SinkError
from har_live.live.inbox import Ended, Failed, LiveFrame, Lost, Opened, Scored
from har_live.live.metrics import Ending, Latencies, Rate
from har_live.live.notices import Notices
from har_live.overlay import LiveStatus, OverlayState, draw
from har_live.redact import redact
from har_live.sinks.window import HELP_LINES

if TYPE_CHECKING:
    from collections.abc import Callable

    from har_live.live.inbox import News
    from har_live.live.links import Links
    from har_live.live.outputs import Outputs
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
        self._overlay = OverlayState(labels)
        self._warming_up: float | None = 0.0
        self._frame: LiveFrame | None = None
        self._picture: Image | None = None
        self._drawn_seconds = links.clock.now()
        self._is_stale = False  # something other than the frame has changed
        self._shows_help = False
        self._is_paused = False
        self._rate = Rate()
        self._labelled_seconds: float | None = None
        self._undrawn_seconds: list[float] = []  # arrivals of what the labels not yet drawn include
        self.latencies = Latencies()
        self.info: VideoInfo | None = None
        self.ending: Ending | None = None
        self._first_seconds: float | None = None
        self._end_seconds: float | None = None
        self.num_shown = self.num_predictions = 0

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
            self.ending = Ending("the time was up")

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
                    self._notices.opened()
                    self._outputs.open(item.info)
                case Lost():
                    self._notices.lost(item.attempt)
                    self._overlay.restart()
                    self._warming_up = 0.0
                    self._is_stale = True
                case Ended():
                    self.ending = Ending("the end of the source")
                case Failed():
                    failed = failed or item
        if failed is not None:
            raise _told(failed) from failed.error

    def _hear_scored(self, scored: Scored) -> None:
        for prediction in scored.predictions:
            self._overlay.update(prediction)
            self._outputs.write_prediction(prediction)
            self._labelled_seconds = self._links.clock.now()
            self._undrawn_seconds.append(scored.arrival_seconds)
            self.num_predictions += 1
            self._is_stale = not self._is_paused
        self._warming_up = scored.warming_up
        if scored.warming_up is not None:
            self._overlay.restart()

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
            self._note_latency()

    def _wants_drawing(self, now: float) -> bool:
        """Whether a picture that is there already says something that is no longer so."""
        is_due = not self._is_paused if self._frame else self._notices.is_silent(now)
        return self._is_stale or (is_due and now - self._drawn_seconds >= REDRAW_SECONDS)

    def _draw(self, now: float) -> None:
        frame = self._frame
        view = self._overlay.view(
            0.0 if frame is None else frame.pts_seconds,
            truth=None if frame is None else frame.truth,
            status=self._status(now),
            help_lines=HELP_LINES if self._shows_help else (),
            warming_up=self._warming_up,
        )
        image = _BLANK if frame is None else frame.image
        if self._is_mirrored:
            image = np.asarray(cv2.flip(image, 1), np.uint8)
        self._picture = draw(image, view)
        if self._window is not None:
            self._window.show(self._picture)
        self._drawn_seconds, self._is_stale = now, False
        self._note_latency()

    def _note_latency(self) -> None:
        now = self._links.clock.now()
        if not self._is_paused:
            for arrival_seconds in self._undrawn_seconds:
                self.latencies.add(now - arrival_seconds)
        self._undrawn_seconds.clear()

    def _status(self, now: float) -> LiveStatus:
        labelled = self._labelled_seconds
        return LiveStatus(
            fps=self._rate.per_second(now),
            latency_ms=self.latencies.newest_ms,
            age_ms=None if labelled is None else (now - labelled) * 1000,
            dropped=self.num_dropped,
            recording=self._outputs.is_recording,
            paused=self._is_paused,
            notice=None if self._is_paused else self._notices.text(now),
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
            self.ending = Ending("the window was closed")

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
