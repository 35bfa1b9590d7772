"""One run of live use: the parts, on their threads, until something ends it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from har_live.live.capture import Capture, can_hang, open_for_live
from har_live.live.clock import Clock
from har_live.live.display import Display
from har_live.live.inbox import ScorerInbox, ScreenInbox
from har_live.live.links import Links
from har_live.live.metrics import Ending, LiveSummary
from har_live.live.notices import Notices
from har_live.live.outputs import Outputs
from har_live.live.playback import Playback
from har_live.live.scoring import Scoring, score_all
from har_live.live.settings import LiveSettings
from har_live.live.threads import running, signals_to
from har_live.redact import redact_url
from har_live.sources.kinds import kind_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from har_live.live.display import AnyWindow
    from har_live.recognizer import Recognizer
    from har_live.sources import Source


def run_live(
    source: str,
    recognizer: Recognizer,
    *,
    settings: LiveSettings | None = None,
    window: AnyWindow | None = None,
    clock: Clock | None = None,
    open_new: Callable[[], Source] | None = None,
) -> LiveSummary:
    """Watch a source live until it ends, a key, a signal or the window ends it.

    Capture and scoring have threads of their own; window, keys and files stay on the calling one,
    which should be the main thread. Whatever ends the run: files are complete and no thread is
    left.

    Args:
        source: as for ``open_source``.
        settings: what to write, when to stop; ``LiveSettings()`` if None.
        window: shows the picture and gives the keys; stays open. None: no window.
        clock: of this run, for tests.
        open_new: opens the source, each time anew, instead of ``source``, which then is its name.

    Raises:
        SourceError: the source can't be opened, or was lost for good.
        SinkError: a file can't be written, or exists already.
        HarLiveError: scoring failed; the cause is attached.
    """
    settings, clock = settings or LiveSettings(), clock or Clock()
    signals: list[Ending] = []
    with signals_to(signals.append), Outputs(settings, recognizer) as outputs:
        links = Links(clock, Playback(clock), ScorerInbox(recognizer.grid()), ScreenInbox())
        capture = Capture(
            open_new or partial(open_for_live, source, settings.options),
            links,
            retries=settings.retries,
        )
        display = Display(
            links,
            outputs,
            Notices(_name(source), can_stall=can_hang(source), now_seconds=clock.now()),
            window,
            labels=recognizer.labels,
            is_mirrored=_is_mirrored(source, settings),
            seconds=settings.seconds,
        )
        scoring = Scoring(recognizer, clock.now)
        try:
            with running(
                {"capture": capture.run, "scorer": partial(score_all, scoring, links)},
                stop=capture.stop,
                screen=links.screen,
            ):
                while display.ending is None and not signals:
                    display.tick()
        finally:
            display.conclude()
    return _summary(display, outputs, capture, signals[0] if signals else display.ending)


def _name(source: str) -> str:
    return f"camera {source}" if source.isdecimal() else redact_url(source)


def _is_mirrored(source: str, settings: LiveSettings) -> bool:
    return kind_of(source) == "camera" if settings.mirror is None else settings.mirror


def _summary(
    display: Display, outputs: Outputs, capture: Capture, ending: Ending | None
) -> LiveSummary:
    assert ending is not None
    return LiveSummary(
        ending=ending.reason,
        exit_code=ending.exit_code,
        duration_seconds=display.duration_seconds,
        num_shown=display.num_shown,
        num_dropped=display.num_dropped,
        num_predictions=display.labels.num_predictions,
        num_segments=outputs.num_segments,
        num_reconnects=capture.num_reconnects,
        latencies=display.labels.latencies,
    )
