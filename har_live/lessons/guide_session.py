"""A guide at work, whatever shows it: what is seen and pressed goes in, takes are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from har_live.lessons.guide_steps import Guide
from har_live.lessons.guide_takes import Drop, Step, Take
from har_live.lessons.guide_words import view_of
from har_live.lessons.recordings import VIDEO_SUFFIX, Recording
from har_live.lessons.take_video import write_video
from har_live.types import NONE

if TYPE_CHECKING:
    from har_live.lessons.guide_seen import Seen
    from har_live.lessons.recordings import LessonPlan, Recordings
    from har_live.overlay.lesson import LessonView
    from har_live.sinks.window import Key
    from har_live.types import Person


class Keeper:
    """Writes the takes of one person.

    Args:
        grid_fps: grid frames a second.
        person: name of who is recorded.
        origin: of the source, for people.
    """

    def __init__(
        self, recordings: Recordings, *, grid_fps: float, person: str, origin: str
    ) -> None:
        self._recordings = recordings
        self._grid_fps = grid_fps
        self._person = person
        self._origin = origin

    def add(self, take: Take) -> None:
        """Write a take, and its video where it has pictures.

        Raises:
            SinkError: it can't be written; a take whose video can't be is kept.
        """
        path = self._recordings.add(
            Recording(
                take.action,
                take.joints(),
                self._grid_fps,
                person=self._person,
                origin=self._origin,
            )
        )
        if pictures := take.pictures():
            write_video(path.with_suffix(VIDEO_SUFFIX), pictures, fps=self._grid_fps)

    def drop(self, action: str) -> None:
        """Take the newest take of an action away."""
        self._recordings.drop_last(action)


class GuideSession:
    """A plan being recorded; ``see``, ``lose`` and ``press`` raise ``SinkError`` where a take can't
    be written.

    Args:
        plan: what is wanted; takes that there are already count.
        recordings: those takes.
        grid_fps: grid frames a second.
        keeper: writes takes as soon as they are good.
    """

    def __init__(
        self, plan: LessonPlan, recordings: Recordings, keeper: Keeper, *, grid_fps: float
    ) -> None:
        steps = [Step(action, plan.takes, plan.take_seconds) for action in plan.actions]
        if plan.none_seconds:
            steps.append(Step(NONE, plan.none_takes, plan.none_seconds))
        counts = recordings.counts()
        kept = [counts.get(step.action, 0) for step in steps]
        self._guide = Guide(steps, kept, grid_fps=grid_fps)
        self._keeper = keeper
        self._people: tuple[Person, ...] = ()

    def see(self, seen: Seen) -> None:
        """Take in one more grid frame."""
        self._people = seen.people
        self._do(self._guide.see(seen))

    def lose(self) -> None:
        """Note that the source is gone."""
        self._people = ()
        self._guide.lose()

    def press(self, key: Key) -> None:
        """Heed a key."""
        self._do(self._guide.press(key))

    @property
    def is_paused(self) -> bool:
        """True while it waits for a key."""
        return self._guide.phase == "paused"

    @property
    def is_over(self) -> bool:
        """True once there is nothing left to record, or a key has ended it."""
        return self._guide.is_over

    @property
    def is_complete(self) -> bool:
        """True if it is over because all is recorded."""
        return self._guide.is_over and self._guide.phase == "done"

    def view(self, *, notice: str | None = None, has_joints: bool = True) -> LessonView:
        """Return what is to be shown now.

        Args:
            notice: what is amiss with the source; goes before all else.
        """
        return view_of(self._guide, self._people, notice=notice, has_joints=has_joints)

    def _do(self, wish: Take | Drop | None) -> None:
        match wish:
            case Take():
                self._keeper.add(wish)
            case Drop():
                self._keeper.drop(wish.action)
