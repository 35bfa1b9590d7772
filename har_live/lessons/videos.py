"""Takes from videos: whoever is seen in them is found and followed as live use does it."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from har_live.card import DEFAULT_PEOPLE
from har_live.errors import HarLiveError, SourceError
from har_live.lessons.marks import Mark
from har_live.lessons.recordings import Recording
from har_live.people.joints import LEAST_SCORE
from har_live.recognizer.people_state import PeopleState, num_rows
from har_live.sources import open_source
from har_live.time_grid import TimeGrid
from har_live.types import NONE, WHOLE_PICTURE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from har_live.card import ModelCard
    from har_live.people.finder import Finder
    from har_live.recognizer.source_state import Inputs
    from har_live.recognizer.subject import Subject
    from har_live.time_grid import GridFrame

    OnSeconds = Callable[[float], None]
    """Is told how far a video has been looked at."""

log = logging.getLogger(__name__)

LEAST_SECONDS = 0.5
"""A shorter take shows nothing."""
BESIDE_SECONDS = 0.5
"""What is so close to a mark is neither the action nor ``none``: borders are not exact."""
LEAST_NONE_SECONDS = 2.0
"""Shorter stretches between marks are left alone."""


@dataclass(frozen=True)
class PersonSeen:
    """Somebody in a video."""

    id: int
    instants_seconds: NDArray[np.float64]
    """(F,) of the grid frames in which they are followed."""
    joints: NDArray[np.float32]
    """(F, 13, 3), see ``Recording.joints``."""

    def between(self, start_seconds: float, end_seconds: float) -> NDArray[np.float32]:
        """Return their joints in a stretch of time."""
        at = self.instants_seconds
        return self.joints[(at >= start_seconds - 1e-3) & (at <= end_seconds + 1e-3)]


def look(
    video: str,
    finder: Finder,
    card: ModelCard,
    *,
    cut_reset: bool,
    on_seconds: OnSeconds = lambda _: None,
) -> Iterator[tuple[float, list[tuple[Subject, Inputs]]]]:
    """Find and follow everybody in a video, as live use does.

    Yields:
        Each grid frame's instant, and whom the network would be shown: the whole picture first.

    Raises:
        SourceError: it can't be read.
    """
    state = PeopleState(card, rows=range(num_rows(DEFAULT_PEOPLE)), cut_reset=cut_reset)
    grid = TimeGrid.of(card.clip)
    for grid_frame in _grid_frames(video, grid):
        picture = state.see(grid_frame)
        found = [] if picture is None else finder.find([picture], aspects=[state.aspect])[0]
        on_seconds(grid_frame.instant_seconds)
        yield grid_frame.instant_seconds, state.subjects(found)


def _grid_frames(video: str, grid: TimeGrid) -> Iterator[GridFrame]:
    with open_source(video) as source:
        for frame in source:
            yield from grid.push(frame)
        yield from grid.finish()


def people_in(
    video: str,
    finder: Finder,
    card: ModelCard,
    *,
    cut_reset: bool,
    on_seconds: OnSeconds = lambda _: None,
) -> list[PersonSeen]:
    """Return everybody in a video, with the ids that any run over it gives them.

    Args:
        cut_reset: a change of scene begins afresh.

    Raises:
        SourceError: it can't be read.
    """
    seen: dict[int, list[tuple[float, NDArray[np.float32]]]] = {}
    for instant, subjects in look(video, finder, card, cut_reset=cut_reset, on_seconds=on_seconds):
        for subject, (joints, _) in subjects:
            seen.setdefault(subject.person, []).append((instant, joints[-1]))
    if not seen:
        raise SourceError(f"nothing in {video} could be decoded")
    seen.pop(WHOLE_PICTURE)
    return [
        PersonSeen(
            number,
            np.array([instant for instant, _ in own]),
            np.stack([joints for _, joints in own]).astype(np.float32),
        )
        for number, own in seen.items()
    ]


def presence(joints: NDArray[np.float32]) -> float:
    """Measure how much of a clip somebody fills, in time and in the picture; 0 for nobody."""
    seen = joints[..., 2] >= LEAST_SCORE
    x, y = (np.where(seen, joints[..., axis], np.nan) for axis in (0, 1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # nothing is seen
        sides = [np.nanmax(values, axis=1) - np.nanmin(values, axis=1) for values in (x, y)]
    return float(np.nansum(np.sqrt(sides[0] * sides[1])))


def take_of(
    video: Path, label: str, finder: Finder, card: ModelCard, *, person: str = ""
) -> Recording | None:
    """Return what the main person of a video does; None, with a warning that says why, where there
    is none."""
    try:
        people = people_in(str(video), finder, card, cut_reset=False)
    except HarLiveError as error:
        log.warning("left out: %s", error)
        return None
    main = max(people, key=lambda one: presence(one.joints), default=None)
    if main is None or len(main.joints) < LEAST_SECONDS * card.clip.grid_fps:
        log.warning("left out: %s: nobody is seen in it for %g s", video, LEAST_SECONDS)
        return None
    return Recording(label, main.joints, card.clip.grid_fps, person, str(video))


def takes_by_marks(
    people: Sequence[PersonSeen],
    marks: Sequence[Mark],
    *,
    video: str,
    grid_fps: float,
    person: str = "",
    with_gaps: bool = True,
) -> list[Recording]:
    """Cut takes from a video by marks; a mark in which nobody is seen is left out, with a warning.

    Args:
        people: as ``people_in`` found them.
        with_gaps: what people do outside of all marks of theirs is ``none``.
    """
    takes = []

    def add(label: str, joints: NDArray[np.float32], start: float, end: float) -> bool:
        is_long_enough = len(joints) >= LEAST_SECONDS * grid_fps
        if is_long_enough and (joints[..., 2] >= LEAST_SCORE).any():
            origin = f"{video}, {start:.2f}–{end:.2f} s"
            takes.append(Recording(label, joints, grid_fps, person, origin))
            return True
        return False

    for mark in marks:
        parts = [
            one.between(mark.start_seconds, mark.end_seconds)
            for one in people
            if mark.person in (WHOLE_PICTURE, one.id)
        ]
        joints = max(parts, key=presence, default=None)
        if joints is None or not add(mark.label, joints, mark.start_seconds, mark.end_seconds):
            reason = _why_unseen(mark, people)
            log.warning("left out: %s at %.1f s: %s", mark.label, mark.start_seconds, reason)
    if with_gaps:
        for one in people:
            own = [mark for mark in marks if mark.person in (WHOLE_PICTURE, one.id)]
            for start, end in _gaps(one, own):
                add(NONE, one.between(start, end), start, end)
    return takes


def _why_unseen(mark: Mark, people: Sequence[PersonSeen]) -> str:
    last = max((one.instants_seconds[-1] for one in people), default=0.0)
    if mark.start_seconds > last:
        return f"nobody is seen after {last:.1f} s; do these marks tell of another video?"
    if mark.person:
        return f"person {mark.person} is not seen long enough"
    return "nobody is seen long enough"


def is_stretch_of(take: Recording, video: str) -> bool:
    """Return whether marks cut a take from this video."""
    return take.origin.rpartition(", ")[0] == video


def _gaps(one: PersonSeen, marks: Sequence[Mark]) -> Iterator[tuple[float, float]]:
    """Yield the stretches in which somebody is followed and not marked."""
    start, last = float(one.instants_seconds[0]), float(one.instants_seconds[-1])
    for mark in sorted(marks, key=lambda mark: mark.start_seconds):
        end = mark.start_seconds - BESIDE_SECONDS
        if min(end, last) - start >= LEAST_NONE_SECONDS:
            yield start, min(end, last)
        start = max(start, mark.end_seconds + BESIDE_SECONDS)
    if last - start >= LEAST_NONE_SECONDS:
        yield start, last
