"""The main thread's part: shows the newest of every source, answers the keys."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from har_live.errors import SinkError
from har_live.moment import Moment
from har_live.realtime.inbox import wait_for_news
from har_live.realtime.metrics import Ending
from har_live.realtime.mosaic import Mosaic
from har_live.sinks.window import HELP_LINES
from har_live.types import Frame, VideoInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from threading import Condition

    from har_live.realtime.any_window import AnyWindow
    from har_live.realtime.clock import Clock
    from har_live.realtime.recorder import Recorder
    from har_live.realtime.tile import Tile
    from har_live.sinks.base import Outputs
    from har_live.types import Image

logger = logging.getLogger(__name__)

TICK_SECONDS = 0.02
"""Longest wait of a key for its answer, on the wall clock."""
REDRAW_SECONDS = 0.25
"""Interval at which a picture that stands still is drawn again, for what is said on it."""
MOSAIC_FPS = 30
"""Most pictures a second of several sources, whose frames come at times of their own."""
MOSAIC_HELP_LINES = (*HELP_LINES, ("1 – 9", "one source alone"), ("0", "all sources"))


class Display:
    """Call ``tick`` until ``ending`` says why to stop.

    One source is shown, and recorded, picture by picture as it is; several are shown side by side,
    as often as ``MOSAIC_FPS``, and recorded so.

    Args:
        tiles: one for each source.
        changed: what the tiles' inboxes share.
        recorder: answers the keys that record and save.
        screen: takes what is shown; the recorder is in it.
        window: None shows nothing; recording and events go on.
        seconds: end this long after the first frame.
        has_joints: draw people's limbs, until a key says otherwise.
    """

    def __init__(
        self,
        tiles: Sequence[Tile],
        changed: Condition,
        clock: Clock,
        recorder: Recorder,
        screen: Outputs,
        window: AnyWindow | None,
        *,
        seconds: float | None,
        has_joints: bool = True,
    ) -> None:
        self._tiles = tiles
        self._changed = changed
        self._clock = clock
        self._recorder = recorder
        self._screen = screen
        self._window = window
        self._seconds = seconds
        self._numbers: Sequence[int] = range(len(tiles))  # of those that are shown
        self._mosaic = Mosaic([tile.title for tile in tiles]) if len(tiles) > 1 else None
        self._picture: Image | None = None
        self._drawn_seconds = [clock.now()] * len(tiles)
        self._shown_seconds = float("-inf")
        self._has_new = [False] * len(tiles)  # a frame that is not drawn yet
        self._shows_help = False
        self._has_joints = has_joints
        self._is_paused = False
        self.ending: Ending | None = None
        self._reported: set[int] = set()

    def tick(self) -> None:
        """Wait a moment for what is new; draw it; answer the keys.

        Raises:
            HarLiveError: the only source is lost for good, or an output can't be written.
        """
        wait_for_news([tile.channels.screen for tile in self._tiles], self._changed, TICK_SECONDS)
        now = self._clock.now()
        for number, tile in enumerate(self._tiles):
            self._has_new[number] |= tile.take(now, is_paused=self._is_paused)
        self._look_for_endings()
        self._begin_screen()
        if self._mosaic is None:
            self._show_one(self._tiles[0], now)
        else:
            self._show_all(self._mosaic, now)
        if self._window is not None:
            self._answer(self._window, now)
        longest_seconds = max(tile.duration_seconds for tile in self._tiles)
        if self._seconds is not None and longest_seconds >= self._seconds:
            self.ending = Ending("the time limit")

    def conclude(self) -> None:
        """Take in what the threads said last: it still belongs into the files."""
        with ExitStack() as stack:  # all of them, whatever one of them says
            for tile in self._tiles:
                stack.callback(tile.conclude, is_paused=self._is_paused)

    def _look_for_endings(self) -> None:
        for number, tile in enumerate(self._tiles):
            if tile.error is None or number in self._reported:
                continue
            if self._mosaic is None:
                raise tile.error
            self._reported.add(number)
            logger.warning("%s", tile.error)
        if all(tile.is_over for tile in self._tiles):
            self.ending = self.ending or Ending("the end of the source")

    def _begin_screen(self) -> None:
        infos = [tile.info for tile in self._tiles if tile.info is not None]
        if not infos:
            return
        info = infos[0]
        if self._mosaic is not None:
            height, width, _ = self._mosaic.picture.shape
            info = VideoInfo("har-live", width, height, fps=MOSAIC_FPS, is_live=True)
        self._screen.begin(self._tiles[0].moments.run(info))

    def _show_one(self, tile: Tile, now: float) -> None:
        """Draw and put out the only source as it is, each frame once."""
        is_new, self._has_new[0] = self._has_new[0], False
        if not self._draws:
            if is_new:
                tile.mark_drawn()
        elif is_new or self._wants_drawing(0, now):
            picture = self._draw(0, now)
            self._put_out(picture)
            tile.mark_drawn()
            if is_new and tile.frame is not None:
                self._screen.write(_as_moment(picture, tile.frame.pts_seconds))

    def _show_all(self, mosaic: Mosaic, now: float) -> None:
        """Draw and put out those sources that have changed."""
        if self._draws and now - self._shown_seconds < 1 / MOSAIC_FPS:
            return
        new = [number for number, is_new in enumerate(self._has_new) if is_new]
        changed = new
        if self._draws:
            changed = [n for n in self._numbers if n in new or self._wants_drawing(n, now)]
            for number in changed:
                mosaic.put(self._numbers.index(number), self._draw(number, now))
        self._has_new = [False] * len(self._tiles)
        if changed and self._draws:
            self._shown_seconds = now
            self._put_out(mosaic.picture)
        for number in {*new, *changed}:
            self._tiles[number].mark_drawn()
        if changed:
            self._screen.write(_as_moment(mosaic.picture, now))

    @property
    def _draws(self) -> bool:
        return self._window is not None or self._recorder.is_recording

    def _wants_drawing(self, number: int, now: float) -> bool:
        """Return whether a picture that is there already says something that is no longer so."""
        if self._window is None and self._mosaic is None:
            return False  # the recording of one source has its frames alone
        tile = self._tiles[number]
        is_due = tile.frame is not None or tile.notices.is_silent(now)
        is_old = now - self._drawn_seconds[number] >= REDRAW_SECONDS
        return tile.is_stale or (is_due and is_old)

    def _draw(self, number: int, now: float) -> Image:
        self._drawn_seconds[number] = now
        self._tiles[number].is_stale = False
        return self._tiles[number].picture(
            now,
            is_paused=self._is_paused,
            is_recording=self._recorder.is_recording,
            help_lines=self._help_lines if number == self._numbers[0] else (),
            has_joints=self._has_joints,
            room=None if self._mosaic is None else self._mosaic.room,
        )

    @property
    def _help_lines(self) -> tuple[tuple[str, str], ...]:
        if not self._shows_help:
            return ()
        return HELP_LINES if self._mosaic is None else MOSAIC_HELP_LINES

    def _put_out(self, picture: Image) -> None:
        self._picture = picture
        if self._window is not None:
            self._window.show(picture)

    def _answer(self, window: AnyWindow, now: float) -> None:
        for key in window.poll():
            for tile in self._tiles:
                tile.is_stale = True
            match key:
                case "quit":
                    self.ending = Ending("a key")
                case "pause":
                    self._pause(not self._is_paused)
                case "help":
                    self._shows_help = not self._shows_help
                case "joints":
                    self._has_joints = not self._has_joints
                case "person":
                    for number in self._numbers:
                        self._tiles[number].labels.pick_next()
                case "fullscreen":
                    window.toggle_fullscreen()
                case "record" if self._recorder.is_open:
                    self._try(self._recorder.toggle, now)
                case "screenshot" if self._picture is not None:
                    self._try(partial(self._recorder.save_picture, self._picture), now)
                case int() if self._mosaic is not None and key <= len(self._tiles):
                    self._choose(key)
        if window.is_closed:
            self.ending = Ending("closing the window")

    def _choose(self, number: int) -> None:
        """Show one source alone, counted from 1, or with 0 all."""
        self._numbers = [number - 1] if number else range(len(self._tiles))
        self._mosaic = Mosaic([self._tiles[n].title for n in self._numbers])

    def _pause(self, wanted: bool) -> None:
        self._is_paused = wanted
        for tile in self._tiles:
            tile.pause(wanted)

    def _try(self, do: Callable[[], str], now: float) -> None:
        """Do what a key asks for; when that fails, the run goes on."""
        try:
            text = do()
        except SinkError as error:
            logger.warning("%s", error)
            text = str(error)
        self._tiles[self._numbers[0]].notices.flash(text, now)


def _as_moment(picture: Image, pts_seconds: float) -> Moment:
    return Moment(Frame(picture, pts_seconds), [], [], None, draw=lambda people, as_stored: picture)
