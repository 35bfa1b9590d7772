"""One source on the screen: its newest frame with its newest label. Main thread only."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import cv2
import numpy as np

from har_live.overlay import LiveStatus, draw
from har_live.realtime.inbox import Ended, Failed, LiveFrame, Lost, Opened, Scored
from har_live.realtime.metrics import Rate
from har_live.realtime.shown_labels import LiveLabels
from har_live.realtime.threads import as_har_live_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from har_live.errors import HarLiveError
    from har_live.realtime.channels import Channels
    from har_live.realtime.inbox import News
    from har_live.realtime.moments import Moments
    from har_live.realtime.notices import Notices
    from har_live.types import Image, Person, VideoInfo

BLANK = np.zeros((360, 640, 3), np.uint8)
"""Shown while there is no frame, (H, W, 3) RGB."""


class Tile:
    """Call ``take`` whenever there may be something new.

    Args:
        name: of the source, for people.
        title: the same as short as it can be.
        moments: take what is shown and what is known, for the sinks.
        labels: the model's.
        is_mirrored: the picture is shown as in a mirror; the text on it is not.
        has_joints: the sinks' pictures have people's limbs.
    """

    def __init__(
        self,
        name: str,
        title: str,
        channels: Channels,
        moments: Moments,
        notices: Notices,
        *,
        labels: tuple[str, ...],
        is_mirrored: bool,
        has_joints: bool = True,
    ) -> None:
        self.name = name
        self.title = title
        self.channels = channels
        self.notices = notices
        self.moments = moments
        self._is_mirrored = is_mirrored
        self._has_joints = has_joints
        self.labels = LiveLabels(labels)
        self._rate = Rate()
        self.frame: LiveFrame | None = None
        """The newest that is to be shown."""
        self.num_shown = 0
        self.info: VideoInfo | None = None
        self.is_stale = False
        """True once something other than the frame has changed."""
        self.is_over = False
        """True once the source has ended, or is lost for good, and all is said of it."""
        self.error: HarLiveError | None = None
        """The reason why it is lost for good; its cause is attached."""
        self._first_seconds: float | None = None
        self._end_seconds: float | None = None

    def take(self, now: float, *, is_paused: bool) -> bool:
        """Take in what is new.

        Returns:
            Whether there is a new frame to show.
        """
        frame, news = self.channels.screen.take()
        if frame is not None:
            self.notices.frame_came(now)
        for item in news:
            self._hear(item, is_paused=is_paused)
        if is_paused:
            frame = None
        if frame is not None:
            self._show(frame, now)
        scored = [item for item in news if isinstance(item, Scored)]
        self.moments.write(frame, scored, now=now, draw=partial(self._draw_for_sinks, now))
        turns = [item for item in news if isinstance(item, Opened | Lost | Failed)]
        if turns and not isinstance(turns[-1], Opened):
            self.moments.lose()  # after the frame, which was its last
        return frame is not None

    def conclude(self, *, is_paused: bool) -> None:
        """Take in what the threads said last: it still belongs into the files."""
        now = self.channels.clock.now()
        self._end_seconds = self._end_seconds or now
        _, news = self.channels.screen.take()
        scored = [item for item in news if isinstance(item, Scored)]
        for item in scored:
            self._hear_scored(item, is_paused=is_paused)
        self.moments.write(None, scored, now=now, is_last=True)

    @property
    def duration_seconds(self) -> float:
        """Seconds from the first frame shown to the end, or to now."""
        first, end = self._first_seconds, self._end_seconds
        return 0.0 if first is None else (end or self.channels.clock.now()) - first

    def picture(
        self,
        now: float,
        *,
        is_paused: bool,
        is_recording: bool,
        help_lines: tuple[tuple[str, str], ...],
        has_joints: bool = True,
        room: tuple[int, int] | None = None,
    ) -> Image:
        """Return the newest frame, or black, with all that is to be said on it.

        Args:
            has_joints: draw people's limbs.
            room: (width, height) in pixels that the picture is to fit into; None: its own size.

        Returns:
            (H, W, 3) uint8 RGB.
        """
        status = self._status(now, is_paused=is_paused, is_recording=is_recording)
        view = self.labels.view(self.frame, status, help_lines, has_joints=has_joints)
        image = BLANK if self.frame is None else self.frame.image
        if room is not None:
            image = _scaled(image, room)
        if self._is_mirrored:
            image, view = np.asarray(cv2.flip(image, 1), np.uint8), view.mirrored()
        return draw(image, view)

    def pause(self, wanted: bool) -> None:
        """Let the picture stand still, and a recording wait, or go on."""
        self.labels.pause(wanted)
        if wanted:
            self.channels.playback.pause()
        else:
            self.channels.playback.resume()

    def mark_drawn(self) -> None:
        """Note that the picture is on the screen, or where there is none, could have been."""
        self.labels.mark_drawn(self.channels.clock.now())

    @property
    def num_dropped(self) -> int:
        """Frames that the scorer or the screen missed because newer ones had come."""
        return self.channels.scorer.num_dropped + self.channels.screen.num_dropped

    def _show(self, frame: LiveFrame, now: float) -> None:
        if self._first_seconds is None:
            self._first_seconds = now
        self.frame = frame
        self.num_shown += 1
        self._rate.add(now)

    def _draw_for_sinks(self, now: float, *, people: Sequence[Person], as_stored: bool) -> Image:
        """Draw for the sinks: as it is shown, people too, but for what the keys change."""
        return self.picture(
            now, is_paused=False, is_recording=False, help_lines=(), has_joints=self._has_joints
        )

    def _hear(self, news: News, *, is_paused: bool) -> None:
        match news:
            case Scored():
                self._hear_scored(news, is_paused=is_paused)
            case Opened():
                self.info = news.info
                self.labels.regain()
                self.notices.opened()
                self.moments.begin(news.info)
            case Lost():
                self.labels.lose()
                self.notices.lost(news.attempt)
                self.is_stale = True
            case Failed():
                self._hear_failed(news)
            case Ended():
                lost = str(self.error).removeprefix(f"{self.name}: ")
                self.notices.over("the end" if self.error is None else lost)
                self._end_seconds = self.channels.clock.now()
                self.is_over = self.is_stale = True

    def _hear_scored(self, scored: Scored, *, is_paused: bool) -> None:
        self.labels.update(scored, self.channels.clock.now())
        if is_paused:
            self.labels.skip_undrawn()
        elif scored.predictions:
            self.is_stale = True

    def _hear_failed(self, failed: Failed) -> None:
        if self.error is None:
            self.error = as_har_live_error(failed)
            self.error.__cause__ = failed.error
            self.labels.lose()
            self.is_stale = True

    def _status(self, now: float, *, is_paused: bool, is_recording: bool) -> LiveStatus:
        return LiveStatus(
            fps=self._rate.per_second(now),
            latency_ms=self.labels.latencies.newest_ms,
            age_ms=self.labels.age_ms(now),
            dropped=self.num_dropped,
            recording=is_recording,
            paused=is_paused,
            notice=self.notices.text(now, is_paused=is_paused) or self.moments.trouble,
        )


def _scaled(image: Image, room: tuple[int, int]) -> Image:
    """Scale the picture to be as large as fits."""
    height, width = image.shape[:2]
    scale = min(room[0] / width, room[1] / height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, size, interpolation=method), np.uint8)
