"""What the guide sees: everybody's joints, found and followed as live use does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import numpy as np

from har_live.lessons.take_video import small_picture
from har_live.realtime.inbox import LiveFrame, Scored
from har_live.realtime.scoring import StepTimes
from har_live.recognizer.people_state import PeopleState, num_rows
from har_live.types import NUM_JOINTS, WHOLE_PICTURE

if TYPE_CHECKING:
    from collections.abc import Callable

    from har_live.card import ModelCard
    from har_live.people.finder import Finder
    from har_live.time_grid import GridFrame
    from har_live.types import Image, Joints, Person

_UNSEEN = np.zeros((NUM_JOINTS, 3), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """One grid frame: who is in it, and where."""

    instant_seconds: float
    begins_run: bool
    """True for the first one, and after a gap, a cut, or a source that was lost."""
    people: tuple[Person, ...] = ()
    """People found in it, the main person first; places are shares of the picture."""
    aspect: float = 1.0
    """Width by height of the picture."""
    joints: Mapping[int, Joints] = field(default_factory=dict)
    """Of everybody followed, by their ids, as networks are shown them: (13, 3) x, y in heights of
    the picture, score; zeros where somebody is lost."""
    picture: Image | None = None
    """What was seen, made small; None unless pictures are asked for."""

    def joints_of(self, person: int | None) -> Joints:
        """Return those of somebody, or, with None, of the main person; zeros where nobody is."""
        if person is None and self.people:
            person = self.people[0].id
        return self.joints.get(person or WHOLE_PICTURE, _UNSEEN)


@dataclass(frozen=True, slots=True, eq=False)
class Looked(Scored):
    """The results of one grid frame that was only looked at."""

    seen: Seen | None = None
    """None at the end of the source."""


class Looking:
    """A source being looked at, in place of ``har_live.realtime.scoring.Scoring``.

    Args:
        card: of weights that read joints: says at which rate and size they see people.
        now: tells the seconds, to measure the steps with.
        max_people: followed at a time.
        keeps_pictures: what is seen has pictures.
    """

    def __init__(
        self,
        card: ModelCard,
        finder: Finder,
        now: Callable[[], float],
        *,
        max_people: int,
        keeps_pictures: bool = False,
    ) -> None:
        self._finder = finder
        self._keeps_pictures = keeps_pictures
        self._state = PeopleState(card, rows=range(num_rows(max_people)), cut_reset=True)
        self._whole: object = None
        self._times = StepTimes(now)
        self._arrival_seconds = 0.0

    @property
    def step_seconds(self) -> float:
        """Time that one grid frame takes."""
        return self._times.step_seconds

    def score(self, grid_frames: Mapping[int, GridFrame]) -> dict[int, Looked]:
        """Look at one more grid frame."""
        with self._times.measured():
            return {number: self._look(one) for number, one in grid_frames.items()}

    def finish(self, _number: int) -> Looked:
        """End the source."""
        return Looked([], self._arrival_seconds, None)

    def _look(self, grid_frame: GridFrame) -> Looked:
        state = self._state
        picture = state.see(grid_frame)
        found = () if picture is None else self._finder.find([picture], aspects=[state.aspect])[0]
        subjects = state.subjects(found)
        whole = subjects[0][0]
        begins_run, self._whole = whole is not self._whole, whole
        joints = {
            subject.person: inputs[0][-1]
            for subject, inputs in subjects
            if subject.person != WHOLE_PICTURE
        }
        frame = cast("LiveFrame", grid_frame.frame)
        self._arrival_seconds = frame.arrival_seconds
        seen = Seen(
            grid_frame.instant_seconds,
            begins_run,
            state.people,
            state.aspect,
            joints,
            small_picture(frame.image) if self._keeps_pictures else None,
        )
        return Looked([], self._arrival_seconds, None, state.people, seen)
