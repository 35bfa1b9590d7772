"""Networks that are shown people: each one's joints, and the whole picture where nobody is."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from har_live.people.joints import CONTEXT, FROM_COCO
from har_live.people.motion import NUM_MOTION, MotionSeen, grey_levels
from har_live.people.tracker import Tracker
from har_live.recognizer.source_state import SourceState
from har_live.recognizer.subject import Subject
from har_live.transforms import to_finder
from har_live.types import NUM_JOINTS, Person

if TYPE_CHECKING:
    from collections.abc import Sequence

    from har_live.card import ModelCard
    from har_live.people.detection import Detection
    from har_live.people.motion import Plane
    from har_live.recognizer.source_state import Inputs
    from har_live.types import Image, Joints, Picture

_UNSEEN = np.zeros((NUM_JOINTS, 3), np.float32)
_NO_MOTION = np.zeros(NUM_MOTION, np.float32)
"""Shown beside joints instead of what moves, which is told of the whole picture alone: beside
joints it helped nothing that was measured, and fights were named less often
(weights/everyday-lrcn/README.md)."""
_NOBODY = np.zeros((CONTEXT + 1, NUM_JOINTS, 3), np.float32)


def num_rows(max_people: int) -> int:
    """Return the number of rows of the scorer's states, for each source: one a person, and one for
    the whole picture."""
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
        self._max_people = len(rows) - 1
        self._free_rows = list(rows[1:])
        self._tracker = Tracker(max_people=self._max_people)
        self._followed: dict[int, _PersonWindows] = {}
        self._people: tuple[Person, ...] = ()
        self._found: Sequence[Detection] = ()
        self._levels: list[Plane] = []  # of the grid frame seen last, locally equalised grey
        self._seen_until_seconds = -math.inf

    @property
    def people(self) -> tuple[Person, ...]:
        return self._people

    def end(self) -> None:
        super().end()
        self._forget()
        self._tracker = Tracker(max_people=self._max_people)  # the next source counts from 1

    def _reduced(self, picture: Image | Picture) -> Image:
        return to_finder(picture, self._card.clip.image_size)

    def _begin_run(self) -> None:
        self._forget()
        self._tracker.reset()

    def _forget(self) -> None:
        self._free_rows += [one.subject.row for one in self._followed.values()]
        self._followed.clear()
        self._people = ()
        self._levels = []  # at the start of a run the frame is its own predecessor
        self._seen_until_seconds = -math.inf

    def _next_inputs(
        self, instant_seconds: float, found: Sequence[Detection]
    ) -> list[tuple[Subject, Inputs]]:
        if not self._is_repeated:
            self._found = found
        if instant_seconds > self._seen_until_seconds:
            self._follow(instant_seconds)
            self._seen_until_seconds = instant_seconds
        else:  # the last frame of a source, held
            for one in self._followed.values():
                one.see(one.joints[-1])
        motion = self._look_for_motion()
        people = [
            (one.subject, (np.stack(one.joints), _NO_MOTION)) for one in self._followed.values()
        ]
        return [(self._whole, (_NOBODY, motion.features())), *people]

    def _look_for_motion(self) -> MotionSeen:
        # While the same picture plays on, nothing moves.
        now = self._levels if self._is_repeated and self._levels else grey_levels(self._picture)
        before, self._levels = self._levels or now, now
        return MotionSeen(before, now)

    def _follow(self, instant_seconds: float) -> None:
        """Tell who is who, and remember everybody's newest joints."""
        aspect = self.aspect
        tracks = self._tracker.update(self._found, instant_seconds, picture_size=(aspect, 1.0))
        for gone in self._followed.keys() - {track.id for track in tracks}:
            self._free_rows.append(self._followed.pop(gone).subject.row)
        people = []
        followed: dict[int, _PersonWindows] = {}
        for track in tracks:  # the main person first
            one = self._followed.get(track.id)
            if one is None:
                if track.detection is None:
                    continue  # who is lost begins when they are found again
                row = self._free_rows.pop()
                one = _PersonWindows(Subject(self._card, row=row, run=self._run, person=track.id))
            followed[track.id] = one
            if track.detection is None:
                one.see(_UNSEEN)
                continue
            one.see(track.detection.joints[FROM_COCO])
            people.append(_person(track.id, track.detection, aspect))
            one.subject.box = people[-1].box
        self._followed = followed
        self._people = tuple(people)


class _PersonWindows:
    """A person's windows, and the joints of the last grid frames."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.joints: deque[Joints] = deque(maxlen=CONTEXT + 1)

    def see(self, joints: Joints) -> None:
        """Take in (13, 3) x, y in heights of the picture, score; ``_UNSEEN`` where the person is
        lost."""
        if not self.joints:
            self.joints.extend([joints] * CONTEXT)  # the first frame is its own predecessor
        self.joints.append(joints)


def _person(number: int, detection: Detection, aspect: float) -> Person:
    joints = detection.joints[FROM_COCO]
    joints[:, 0] /= aspect
    left, top, right, bottom = detection.box
    box = (_share(left / aspect), _share(top), _share(right / aspect), _share(bottom))
    return Person(number, box, joints)


def _share(value: float) -> float:
    """Keep within the picture: a network may see further."""
    return min(max(value, 0.0), 1.0)
