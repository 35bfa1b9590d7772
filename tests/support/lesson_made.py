"""Grid frames of a lesson, made by hand: who is before the camera, and what leaves the picture."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from har_live.people.joints import JOINT_NAMES
from har_live.teach.guide_seen import Seen
from har_live.types import Box, Person
from tests.support.people_drawn import make_person

GRID_FPS = 10.0
WHOLE: Box = (0.3, 0.1, 0.7, 0.9)


def somebody(number: int = 1, box: Box = WHOLE, **places: tuple[float, float, float]) -> Person:
    """Somebody who stands, some of whose joints (``left_wrist=(x, y, score)``) are elsewhere."""
    person = make_person(number, box)
    for name, place in places.items():
        person.joints[JOINT_NAMES.index(name)] = place
    return person


def seen(instant_seconds: float, *people: Person, begins_run: bool = False) -> Seen:
    joints = {person.id: np.array(person.joints * (1.5, 1, 1), np.float32) for person in people}
    return Seen(instant_seconds, begins_run, people, 1.5, joints)


def played(*people: Person, first: int = 0, count: int) -> Iterator[Seen]:
    """Grid frames of people who stand there; the first of all begins a run."""
    for index in range(first, first + count):
        yield seen(index / GRID_FPS, *people, begins_run=index == 0)
