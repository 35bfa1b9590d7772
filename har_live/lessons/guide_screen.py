"""The main thread's part of a guided recording in a window: draws, answers the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from har_live.lessons.guide_seen import Looked
from har_live.overlay.lesson import draw_lesson
from har_live.realtime.inbox import Ended, Failed, Lost, Opened, wait_for_news
from har_live.realtime.main_loop import REDRAW_SECONDS, TICK_SECONDS
from har_live.realtime.threads import as_har_live_error
from har_live.realtime.tile import BLANK

if TYPE_CHECKING:
    from har_live.lessons.guide_session import GuideSession
    from har_live.realtime.any_window import AnyWindow
    from har_live.realtime.inbox import LiveFrame, News
    from har_live.realtime.notices import Notices
    from har_live.realtime.pipeline import Pipeline
    from har_live.types import Image


class GuideScreen:
    """Call ``tick`` until ``ending`` says why to stop.

    Args:
        pipeline: of one source that is looked at.
        notices: of that source.
        is_mirrored: the picture is shown as in a mirror; the text on it is not.
        has_joints: draw people's limbs, until a key says otherwise.
    """

    def __init__(
        self,
        session: GuideSession,
        pipeline: Pipeline,
        window: AnyWindow,
        notices: Notices,
        *,
        is_mirrored: bool,
        has_joints: bool,
    ) -> None:
        self._session = session
        self._pipeline = pipeline
        (self._channels,) = pipeline.channels
        self._window = window
        self._notices = notices
        self._is_mirrored = is_mirrored
        self._has_joints = has_joints
        self._frame: LiveFrame | None = None
        self._is_held = False
        self._drawn_seconds = float("-inf")
        self.ending: str | None = None
        """The reason why it is over, for people."""

    def tick(self) -> None:
        """Wait a moment for what is new; draw it; answer the keys.

        Raises:
            SourceError: the source is lost for good.
            SinkError: a take can't be written.
        """
        wait_for_news([self._channels.screen], self._pipeline.changed, TICK_SECONDS)
        now = self._channels.clock.now()
        frame, news = self._channels.screen.take()
        if frame is not None:
            self._frame = frame
            self._notices.frame_came(now)
        for item in news:
            self._hear(item)
        self._answer_keys()
        self._hold(self._session.is_paused and self._frame is not None)
        if frame is not None or now - self._drawn_seconds >= REDRAW_SECONDS:
            self._drawn_seconds = now
            self._window.show(self._picture(now))
        if self._session.is_over and self.ending is None:
            self.ending = "the last take" if self._session.is_complete else "a key"

    def _hear(self, news: News) -> None:
        match news:
            case Looked(seen=seen) if seen is not None:
                self._session.see(seen)
            case Opened():
                self._notices.opened()
            case Lost():
                self._session.lose()
                self._notices.lost(news.attempt)
            case Failed():
                raise as_har_live_error(news) from news.error
            case Ended():
                self.ending = "the end of the source"

    def _answer_keys(self) -> None:
        for key in self._window.poll():
            self._drawn_seconds = float("-inf")
            if key == "joints":
                self._has_joints = not self._has_joints
            elif key == "fullscreen":
                self._window.toggle_fullscreen()
            else:
                self._session.press(key)
        if self._window.is_closed:
            self.ending = "closing the window"

    def _hold(self, wanted: bool) -> None:
        """Let a recording that is played wait while the guide does; a camera goes on."""
        if wanted == self._is_held:
            return
        self._is_held = wanted
        if wanted:
            self._channels.playback.pause()
        else:
            self._channels.playback.resume()

    def _picture(self, now: float) -> Image:
        notice = self._notices.text(now)
        view = self._session.view(notice=notice, has_joints=self._has_joints)
        image = BLANK if self._frame is None else self._frame.image
        if self._is_mirrored:
            image, view = np.asarray(cv2.flip(image, 1), np.uint8), view.mirrored()
        return draw_lesson(image, view)
