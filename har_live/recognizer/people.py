"""Networks that are shown people: each one's joints, and the whole picture where nobody is."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from har_live.people.joints import CONTEXT, FROM_COCO
from har_live.people.motion import MotionSeen, grey_levels, square_around
from har_live.people.tracker import Tracker
from har_live.recognizer.source import SourceState
from har_live.recognizer.subject import Subject
from har_live.transforms import to_finder
from har_live.types import NUM_JOINTS, Person

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from har_live.card import ModelCard
    from har_live.grid import GridFrame
    from har_live.people.detection import Detection
    from har_live.people.motion import Plane
    from har_live.recognizer.source import Inputs
    from har_live.types import Image, Joints, Prediction

_UNSEEN = np.zeros((NUM_JOINTS, 3), np.float32)


def num_rows(max_people: int) -> int:
    """Of the scorer's states, for each source: one a person, and one for the whole picture."""
    return 1 + max_people


class PeopleState(SourceState):
    """Follows the people of one source; each has windows in flight of their own.

    The whole picture's windows are in flight all the time, without joints: they tell that nobody
    does anything, and are heard only while nobody is followed.

    Args:
        rows: one more than people are followed at once.
    """

    def __init__(self, card: ModelCard, *, rows: range, cut_reset: bool) -> None:
        super().__init__(card, rows=rows, cut_reset=cut_reset)
        self._free_rows = list(rows[1:])
        self._tracker = Tracker(max_people=len(rows) - 1)
        self._followed: dict[int, _Followed] = {}
        self._people: tuple[Person, ...] = ()
        self._found: Sequence[Detection] = ()
        self._nobody: deque[Joints] = deque([_UNSEEN] * (CONTEXT + 1), maxlen=CONTEXT + 1)
        self._small: Image | None = None
        self._levels: list[Plane] = []  # of the grid frame seen last, locally equalised grey
        self._motion: MotionSeen | None = None
        self._shown: list[Subject] = []
        self._seen_until_seconds = -np.inf

    @property
    def people(self) -> tuple[Person, ...]:
        return self._people

    def subjects(self, found: Sequence[Detection]) -> list[tuple[Subject, Inputs]]:
        assert self._last is not None
        if not self._is_repeated:
            self._found = found
        now_seconds = self._last.instant_seconds
        if now_seconds > self._seen_until_seconds:  # not the last frame, held
            self._follow(now_seconds)
            self._seen_until_seconds = now_seconds
        self._whole.see(now_seconds)
        assert self._motion is not None
        shown: list[tuple[Subject, Inputs]] = [
            (self._whole, (np.stack(self._nobody), self._motion.features()))
        ]
        for one in self._followed.values():
            one.subject.see(now_seconds)
            assert one.subject.box is not None
            around = square_around(one.subject.box, self.aspect)
            shown.append((one.subject, (np.stack(one.joints), self._motion.features(around))))
        self._shown = [subject for subject, _ in shown]
        return shown

    def take(self, scores: Sequence[NDArray[np.float32]]) -> list[Prediction]:
        taken = [s.take(one) for s, one in zip(self._shown, scores, strict=True)]
        if self._followed:
            taken = taken[1:]  # the whole picture has nothing to add
        return [prediction for prediction in taken if prediction is not None]

    def end(self) -> None:
        super().end()
        self._small = None

    @property
    def _fewest_seen(self) -> int:
        return min([s.num_seen for s in self._shown], default=self._whole.num_seen)

    def _prepare(self, grid_frame: GridFrame) -> Image:
        if self._small is None or not self._is_repeated:
            self._small = to_finder(grid_frame.frame.picture, self._card.clip.image_size)
        return self._small

    def _look(self, picture: Image) -> Image | None:
        # While the same picture plays on, nothing moves.
        now = self._levels if self._is_repeated and self._levels else grey_levels(picture)
        before, self._levels = self._levels or now, now
        self._motion = MotionSeen(before, now)
        return None if self._is_repeated else picture

    def _begin_run(self, picture: Image) -> None:
        self._levels = []  # at the start of a run the frame is its own predecessor
        self._tracker.reset()
        self._free_rows += [one.subject.row for one in self._followed.values()]
        self._followed.clear()
        self._seen_until_seconds = -np.inf

    def _follow(self, now_seconds: float) -> None:
        """Tell who is who, and remember everybody's newest joints."""
        aspect = self.aspect
        tracks = self._tracker.update(self._found, now_seconds, picture_size=(aspect, 1.0))
        for gone in self._followed.keys() - {track.id for track in tracks}:
            self._free_rows.append(self._followed.pop(gone).subject.row)
        people = []
        followed: dict[int, _Followed] = {}
        for track in tracks:
            one = self._followed.get(track.id)
            if one is None:
                row = self._free_rows.pop()
                one = _Followed(Subject(self._card, row=row, run=self._run, person=track.id))
            followed[track.id] = one
            one.see(None if track.detection is None else track.detection.joints[FROM_COCO])
            if track.detection is not None:
                people.append(_person(track.id, track.detection, aspect))
                one.subject.box = people[-1].box
        self._followed = followed
        self._people = tuple(people)


class _Followed:
    """A person's windows, and the joints of the last grid frames."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.joints: deque[Joints] = deque(maxlen=CONTEXT + 1)

    def see(self, joints: Joints | None) -> None:
        """(13, 3) x, y in heights of the picture, score; None where the person is lost."""
        joints = _UNSEEN if joints is None else joints
        if not self.joints:
            self.joints.extend([joints] * CONTEXT)  # the first frame is its own predecessor
        self.joints.append(joints)


def _person(number: int, detection: Detection, aspect: float) -> Person:
    joints = detection.joints[FROM_COCO]
    joints[:, 0] /= aspect
    left, top, right, bottom = detection.box
    return Person(number, (left / aspect, top, right / aspect, bottom), joints)
