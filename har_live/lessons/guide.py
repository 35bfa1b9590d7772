"""A guided recording: somebody acts before a camera and is told what, how often and how well.

The source is captured, put on the time grid and looked at by the parts of live use, with the
finder and tracker of live use: what is taught is what will be seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from har_live.card import DEFAULT_PEOPLE
from har_live.lessons.guide_screen import GuideScreen
from har_live.lessons.guide_seen import Looking
from har_live.lessons.guide_session import GuideSession, Keeper
from har_live.realtime.capture import open_for_live
from har_live.realtime.clock import Clock
from har_live.realtime.metrics import Ending
from har_live.realtime.notices import Notices
from har_live.realtime.pipeline import Pipeline
from har_live.realtime.settings import LiveSettings
from har_live.realtime.threads import signals_to
from har_live.sources.kinds import kind_of
from har_live.time_grid import TimeGrid

if TYPE_CHECKING:
    from collections.abc import Callable

    from har_live.card import ModelCard
    from har_live.lessons.recordings import LessonPlan, Recordings
    from har_live.people.finder import Finder
    from har_live.realtime.any_window import AnyWindow
    from har_live.sources import Source


@dataclass(frozen=True, slots=True)
class GuideSummary:
    """The outcome of a guided recording."""

    ending: str
    """The reason why it ended, for people."""
    exit_code: int
    """0, or 128 and the number of the signal that ended it."""
    num_reconnects: int
    """Number of times that a lost source came back."""


def record(
    source: str,
    recordings: Recordings,
    finder: Finder,
    *,
    plan: LessonPlan,
    card: ModelCard,
    window: AnyWindow,
    person: str = "",
    keep_video: bool = False,
    settings: LiveSettings | None = None,
    clock: Clock | None = None,
    open_new: Callable[[], Source] | None = None,
) -> GuideSummary:
    """Record the takes that a plan still lacks, until they are there or the user ends it.

    Each take is written as soon as it is found good. Whatever ends the recording: the takes so far
    are kept, and the next call goes on from there. Call it on the main thread.

    Args:
        source: as for ``open_source``.
        recordings: takes that there are, and where new ones go.
        card: of the weights that are to be taught: at its rate and size people are seen.
        window: shows the picture and gives the keys; stays open.
        person: name of who is recorded.
        keep_video: write a small video beside each take; else no picture is kept.
        settings: how the source is opened, and how often again once it is lost; whether it is
            mirrored and limbs are drawn. ``LiveSettings()`` if None.
        clock: of this run, for tests.
        open_new: opens the source, each time anew, instead of its address, which then is its name.

    Raises:
        SourceError: the source can't be opened, or was lost for good.
        SinkError: a take can't be written.
        HarLiveError: looking failed; the cause is attached.
        ValueError: the plan is of nothing.
    """
    settings, clock = settings or LiveSettings(), clock or Clock()
    kind, clip = kind_of(source), card.clip
    name = kind.label(source)
    pipeline = Pipeline(
        [open_new or partial(open_for_live, source, settings.options)],
        partial(TimeGrid.of, clip),
        clock,
        retries=settings.retries,
    )
    keeper = Keeper(recordings, grid_fps=clip.grid_fps, person=person, origin=name)
    screen = GuideScreen(
        GuideSession(plan, recordings, keeper, grid_fps=clip.grid_fps),
        pipeline,
        window,
        Notices(name, can_stall=kind.can_hang(source), now_seconds=clock.now()),
        is_mirrored=kind.is_mirrored if settings.mirror is None else settings.mirror,
        has_joints=settings.joints,
    )
    looking = Looking(card, finder, clock.now, max_people=DEFAULT_PEOPLE, keeps_pictures=keep_video)
    signals: list[Ending] = []
    with signals_to(signals.append), pipeline.running(looking):
        while screen.ending is None and not signals and not pipeline.has_failed:
            screen.tick()
    pipeline.check()
    ending = signals[0] if signals else Ending(screen.ending or "")
    return GuideSummary(ending.reason, ending.exit_code, pipeline.captures[0].num_reconnects)
