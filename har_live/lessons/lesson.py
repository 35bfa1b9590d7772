"""A lesson's takes: which are still to be recorded, and those that videos hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from har_live.card import DEFAULT_WEIGHTS, open_weights, own_weights, own_weights_folder
from har_live.errors import HarLiveError, SourceError, WeightsError
from har_live.lessons.folders import LabelledClip
from har_live.lessons.marks import read_marks
from har_live.lessons.recordings import LessonPlan, Recordings, check_label
from har_live.lessons.videos import is_stretch_of, people_in, take_of, takes_by_marks
from har_live.types import NONE

if TYPE_CHECKING:
    from har_live.card import ModelCard
    from har_live.people.finder import Finder

TAKES_FOLDER = "takes"
"""In the folder of the weights."""

OnProgress = Callable[[str, float], None]
"""Is told what is being done, and which share of all is done."""


def recordings_of(name: str) -> Recordings:
    """Return the takes of the user's own weights of a name, which need not exist yet.

    Raises:
        WeightsError: they can't be called so.
    """
    return Recordings(own_weights_folder(name) / TAKES_FOLDER)


def base_of(name: str) -> str:
    """Return what the weights of a name were taught from, else the usual weights.

    Raises:
        WeightsError: they are damaged.
    """
    if name not in own_weights():
        return DEFAULT_WEIGHTS
    try:
        taught_from = open_weights(name).card.metrics.get("taught_from", DEFAULT_WEIGHTS)
    except WeightsError as error:
        raise WeightsError(
            f"{error}; with --weights, what it starts from, it is made anew from its takes"
        ) from error
    return str(taught_from)


def next_plan(
    recordings: Recordings,
    *,
    actions: Sequence[str] = (),
    more: Sequence[str] = (),
    takes: int,
    take_seconds: float,
) -> LessonPlan:
    """Plan what is recorded next, and keep it for the start after this one.

    Args:
        actions: names; none: those of the plan that was kept.
        more: actions of which ``takes`` more are wanted, and ``none``, of which one more is;
            nothing else is recorded then. What the last such plan still lacks comes first.

    Raises:
        ValueError: there is no action, or a name is odd.
        SinkError: the plan can't be kept.
    """
    if more:
        return _plan_more(recordings, more, takes, take_seconds)
    kept = recordings.plan
    names = tuple(dict.fromkeys(actions)) or (kept.actions if kept else ())
    names = tuple(name for name in names if name != NONE)
    if not names:
        raise ValueError("no action is named; name some, such as wave, clap")
    plan = LessonPlan(names, takes, take_seconds)
    recordings.keep_plan(plan)
    return plan


def _plan_more(
    recordings: Recordings, more: Sequence[str], takes: int, take_seconds: float
) -> LessonPlan:
    """Plan further takes; those that were asked for before and never came are still the ones."""
    names = tuple(name for name in dict.fromkeys(more) if name != NONE)
    counts, kept = recordings.counts(), recordings.more
    wants_none = NONE in more or NONE not in counts
    if kept and kept.actions == names and (NONE not in more or kept.none_seconds):
        missing = recordings.missing(kept)
        if missing and (wants_none or NONE not in missing):
            return kept
    plan = LessonPlan(
        names,
        takes + max((counts.get(name, 0) for name in names), default=0),
        take_seconds,
        none_seconds=LessonPlan().none_seconds if wants_none else 0.0,
        none_takes=counts.get(NONE, 0) + 1,
    )
    recordings.keep_plan(plan, is_more=True)
    return plan


def add_clips(
    recordings: Recordings,
    clips: Sequence[LabelledClip],
    finder: Finder,
    card: ModelCard,
    *,
    person: str = "",
    on_progress: OnProgress = lambda *_: None,
) -> int:
    """Add the main person of each video; those that were added before are passed over, and those
    that show nobody left out, with a warning.

    Returns:
        The number of takes that are new.

    Raises:
        SourceError: an action has an odd name; nothing was added.
        SinkError: a take can't be written; those so far are kept.
    """
    for label, _, video in clips:
        _check_name(label, video)
    known, added = _origins(recordings), 0
    for number, (label, who, video) in enumerate(clips):
        on_progress(f"looking at {video.name}", number / len(clips))
        place = video.resolve()  # another folder's wave/1.mp4 is another video
        if (label, str(place)) in known:
            continue
        take = take_of(place, label, finder, card, person=who or person)
        if take is not None:
            recordings.add(take)
            added += 1
    return added


def add_marked(
    recordings: Recordings,
    video: str,
    marks_file: Path,
    finder: Finder,
    card: ModelCard,
    *,
    person: str = "",
    with_gaps: bool = True,
    cut_reset: bool = True,
    on_progress: OnProgress = lambda *_: None,
) -> int:
    """Add what marks say of a video; see ``add_clips``. It takes the place of what marks said of
    that video before: they may be corrected and read again.

    Args:
        with_gaps: what people do outside of all marks of theirs is ``none``.
        cut_reset: as in the run that numbered the people.

    Raises:
        SourceError: the marks or the video can't be read, or there is no mark.
        SinkError: a take can't be written; those so far are kept.
    """
    marks = read_marks(marks_file, [*recordings.counts(), *card.labels])
    if not marks:
        raise SourceError(f"{marks_file} marks nothing; write down who does what when")
    total = max(mark.end_seconds for mark in marks)

    def on_seconds(seconds: float) -> None:
        on_progress(f"looking at {Path(video).name}", min(1.0, seconds / total))

    people = people_in(video, finder, card, cut_reset=cut_reset, on_seconds=on_seconds)
    if not people:
        raise HarLiveError(f"{video}: nobody is seen in it")
    origin = str(Path(video).resolve())
    takes = takes_by_marks(
        people,
        marks,
        video=origin,
        grid_fps=card.clip.grid_fps,
        person=person,
        with_gaps=with_gaps,
    )
    known = _origins(recordings)
    new = [take for take in takes if (take.label, take.origin) not in known]
    for take in new:
        recordings.add(take)
    said = {(take.label, take.origin) for take in takes}
    recordings.drop(
        lambda take: is_stretch_of(take, origin) and (take.label, take.origin) not in said
    )
    return len(new)


def _check_name(label: str, video: Path) -> None:
    try:
        check_label(label)
    except ValueError as error:
        raise SourceError(f"{video}: {error}; rename the folder") from error


def _origins(recordings: Recordings) -> set[tuple[str, str]]:
    return {(take.label, take.origin) for take in recordings}


def lacking(recordings: Recordings, plan: LessonPlan) -> str:
    """Say in words what a plan still lacks; empty where nothing is."""
    parts = [f"{label} {count}×" for label, count in recordings.missing(plan).items()]
    return ", ".join(parts)
