"""The threads of a run: capture of each source, and one that scores what comes of all of them."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from threading import Condition
from typing import TYPE_CHECKING

from har_live.realtime.capture import Capture
from har_live.realtime.channels import Channels
from har_live.realtime.inbox import Failed, ScorerInbox, ScreenInbox
from har_live.realtime.playback import Playback
from har_live.realtime.scoring import score_all
from har_live.realtime.threads import Job, as_har_live_error, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from har_live.realtime.clock import Clock
    from har_live.realtime.scoring import AnyScoring
    from har_live.sources import Source
    from har_live.time_grid import TimeGrid


class Pipeline:
    """Sources being captured and scored; what comes of them waits in their screen inboxes.

    Args:
        open_new: opens each source, each time anew.
        new_grid: makes the time grid of a source.
        retries: see ``Capture``.
    """

    def __init__(
        self,
        open_new: Sequence[Callable[[], Source]],
        new_grid: Callable[[], TimeGrid],
        clock: Clock,
        *,
        retries: int | None,
    ) -> None:
        self._to_scorer, self.changed = Condition(), Condition()
        """The second is what the screen inboxes share."""
        self.channels = [
            Channels(
                clock,
                Playback(clock),
                ScorerInbox(new_grid(), self._to_scorer),
                ScreenInbox(self.changed),
            )
            for _ in open_new
        ]
        self.captures = [
            Capture(open_one, channels, retries=retries)
            for open_one, channels in zip(open_new, self.channels, strict=True)
        ]
        self._errors: list[BaseException] = []

    @contextmanager
    def running(self, scoring: AnyScoring) -> Iterator[None]:
        """Run the threads; at the end stop and join them.

        Raises:
            HarLiveError: the system has no thread left.
        """
        score = partial(score_all, scoring, self.channels, self._to_scorer)
        captures = zip(self.captures, self.channels, strict=True)
        jobs = [_capturing(capture, channels) for capture, channels in captures]
        with running([*jobs, Job("scorer", score, self._errors.append)], stop=self._stop):
            yield

    @property
    def has_failed(self) -> bool:
        """True once scoring has ended with an error."""
        return bool(self._errors)

    def check(self) -> None:
        """Raise what scoring has ended with, if it was an error."""
        if self._errors:
            raise as_har_live_error(Failed("scorer", self._errors[0])) from self._errors[0]

    def _stop(self) -> None:
        for capture in self.captures:
            capture.stop()


def _capturing(capture: Capture, channels: Channels) -> Job:
    def on_error(error: BaseException) -> None:
        channels.screen.tell(Failed("capture", error))
        channels.scorer.end()

    return Job("capture", capture.run, on_error)
