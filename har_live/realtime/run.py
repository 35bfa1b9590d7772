"""One run of live use: the parts, on their threads, until something ends it."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from har_live.realtime.capture import open_for_live
from har_live.realtime.clock import Clock
from har_live.realtime.main_loop import Display
from har_live.realtime.metrics import Ending, LiveSummary
from har_live.realtime.moments import Moments
from har_live.realtime.notices import Notices
from har_live.realtime.outputs import LiveOutputs, open_outputs
from har_live.realtime.pipeline import Pipeline
from har_live.realtime.recorder import Recorder
from har_live.realtime.scoring import Scoring
from har_live.realtime.settings import LiveSettings
from har_live.realtime.threads import signals_to
from har_live.realtime.tile import Tile
from har_live.sinks.base import Outputs
from har_live.sources.check import check_stdin
from har_live.sources.kinds import kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from har_live.realtime.any_window import AnyWindow
    from har_live.realtime.capture import Capture
    from har_live.realtime.channels import Channels
    from har_live.recognizer import Recognizer
    from har_live.sinks.base import Sink
    from har_live.sources import Source


def live(
    sources: str | Sequence[str],
    recognizer: Recognizer,
    *,
    sinks: Sequence[str | Path | Sink] | LiveOutputs = (),
    window: AnyWindow | None = None,
    settings: LiveSettings | None = None,
    clock: Clock | None = None,
    open_new: Sequence[Callable[[], Source]] | None = None,
) -> list[LiveSummary]:
    """Watch sources live, side by side, until all have ended, or a key, a signal or the window
    ends it.

    Capture and scoring have threads of their own; window, keys and sinks stay on the calling one,
    which should be the main thread. Whatever ends the run: files are complete and no thread is
    left.

    The network sees one batch a tick, with a grid frame at most of each source: none waits for
    another. Of several sources, one that can't be opened or is lost for good is a warning and a
    word on its picture; its summary's exit code is 1, and the others go on.

    Args:
        sources: at least one, each as for ``open_source``.
        sinks: paths and addresses, whose kinds ``har_live.sinks.kinds`` tells, and, of a single
            source, sinks of your own. A video records what is shown, of several sources side by
            side. Of all other kinds, each of several sources has a sink with a clock of its own:
            ``out-1.jsonl`` is the first one's. Names of files may ask for the time:
            ``cam-%Y%m%d-%H%M%S.mp4``. Or all of that, made already.
        window: shows the picture and gives the keys; stays open. A view of your own follows
            ``har_live.realtime.AnyWindow``. None: no window.
        settings: how to write, when to stop; ``LiveSettings()`` if None.
        clock: of this run, for tests.
        open_new: opens each source, each time anew, instead of its address, which then is its name.

    Returns:
        What happened to each source, in their order.

    Raises:
        SourceError: the only source can't be opened, or was lost for good; standard input is named
            twice.
        SinkError: something can't be written, or exists already.
        HarLiveError: scoring failed; the cause is attached.
        ValueError: there is no source, or a sink that can't be of several.
    """
    ticks = ticking(
        [sources] if isinstance(sources, str) else sources,
        recognizer,
        sinks=sinks,
        window=window,
        settings=settings or LiveSettings(),
        clock=clock or Clock(),
        open_new=open_new,
        heeds_signals=True,
    )
    while True:
        try:
            next(ticks)
        except StopIteration as end:
            summaries: list[LiveSummary] = end.value
            return summaries


def ticking(
    sources: Sequence[str],
    recognizer: Recognizer,
    *,
    sinks: Sequence[str | Path | Sink] | LiveOutputs,
    window: AnyWindow | None,
    settings: LiveSettings,
    clock: Clock,
    open_new: Sequence[Callable[[], Source]] | None,
    heeds_signals: bool,
) -> Generator[None, None, list[LiveSummary]]:
    """Run as ``live`` does, and yield whenever the sinks have got what is new.

    Args:
        heeds_signals: SIGINT and the like end the run in good order, instead of interrupting the
            caller.
    """
    if not sources:
        raise ValueError("no sources; expected at least one")
    check_stdin(sources)
    if open_new is None:
        open_new = [partial(open_for_live, source, settings.options) for source in sources]
    if not isinstance(sinks, LiveOutputs):
        sinks = open_outputs(sinks, settings, sources=sources)
    signals: list[Ending] = []
    pipeline = Pipeline(open_new, recognizer.grid, clock, retries=settings.retries)
    with ExitStack() as stack:
        if heeds_signals:
            stack.enter_context(signals_to(signals.append))
        recorder = Recorder(settings, sinks.recording)
        screen = stack.enter_context(Outputs([recorder]))
        tiles: list[Tile] = []
        for source, own_sinks, channels in zip(
            sources, sinks.sinks, pipeline.channels, strict=True
        ):
            outputs = stack.enter_context(Outputs(own_sinks))
            tiles.append(tile_of(source, channels, outputs, recognizer, settings))
        display = Display(
            tiles,
            pipeline.changed,
            clock,
            recorder,
            screen,
            window,
            seconds=settings.seconds,
            has_joints=settings.joints,
        )
        scoring = Scoring(recognizer, clock.now, num_sources=len(sources))
        try:
            with pipeline.running(scoring):
                while display.ending is None and not signals and not pipeline.has_failed:
                    display.tick()
                    yield
        finally:
            display.conclude()
        pipeline.check()
    ending = signals[0] if signals else display.ending
    assert ending is not None
    return [
        _summary(tile, capture, ending)
        for tile, capture in zip(tiles, pipeline.captures, strict=True)
    ]


def ticking_alone(
    sources: Sequence[str],
    recognizer: Recognizer,
    sinks: Sequence[Sequence[Sink]],
    settings: LiveSettings,
    *,
    open_new: Sequence[Callable[[], Source]] | None = None,
) -> Generator[None, None, list[LiveSummary]]:
    """Run as ``ticking`` does on a thread that nobody watches: no window, no signals.

    Args:
        sinks: those of each source.
    """
    return ticking(
        sources,
        recognizer,
        sinks=LiveOutputs(None, tuple(map(tuple, sinks))),
        window=None,
        settings=settings,
        clock=Clock(),
        open_new=open_new,
        heeds_signals=False,
    )


def tile_of(
    source: str,
    channels: Channels,
    outputs: Outputs,
    recognizer: Recognizer,
    settings: LiveSettings,
) -> Tile:
    """Return the tile of a source, with its sinks."""
    kind = kind_of(source)
    name = kind.label(source)
    return Tile(
        name,
        (kind.title or kind.label)(source),
        channels,
        Moments(outputs, recognizer, min_duration_seconds=settings.min_duration_seconds),
        Notices(name, can_stall=kind.can_hang(source), now_seconds=channels.clock.now()),
        labels=recognizer.labels,
        is_mirrored=kind.is_mirrored if settings.mirror is None else settings.mirror,
        has_joints=settings.joints,
    )


def _summary(tile: Tile, capture: Capture, ending: Ending) -> LiveSummary:
    if tile.error is not None:
        ending = Ending("an error", 1)
    elif tile.is_over:
        ending = Ending("the end of the source")
    return LiveSummary(
        source=tile.name,
        ending=ending.reason,
        exit_code=ending.exit_code,
        duration_seconds=tile.duration_seconds,
        num_shown=tile.num_shown,
        num_dropped=tile.num_dropped,
        num_predictions=tile.labels.num_predictions,
        num_segments=tile.moments.num_segments,
        num_reconnects=capture.num_reconnects,
        latencies=tile.labels.latencies,
    )
