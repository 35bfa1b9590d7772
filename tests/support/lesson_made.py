"""Grid frames of a lesson, made by hand: who is before the camera, and what leaves the picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from har_live.lessons import guide_screen
from har_live.lessons.guide_seen import Seen
from har_live.lessons.guide_steps import Guide
from har_live.lessons.guide_takes import Take
from har_live.overlay.lesson import LessonView
from har_live.people.detection import Detection
from har_live.people.joints import JOINT_NAMES
from har_live.types import Box, Frame, Person
from tests.support.live_made import StoppedClock
from tests.support.people_drawn import make_person
from tests.support.people_made import person_at, scaled
from tests.support.resources import wait_until
from tests.support.sources_made import MadeSource

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


class Told:
    """Remembers what the guide sees and what is drawn."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seen: list[Seen] = []
        self.views: list[LessonView] = []
        see, draw = Guide.see, guide_screen.draw_lesson

        def noting(guide: Guide, seen: Seen) -> Take | None:
            self.seen.append(seen)
            return see(guide, seen)

        def noting_view(image: np.ndarray, view: LessonView) -> np.ndarray:
            self.views.append(view)
            return draw(image, view)

        monkeypatch.setattr(Guide, "see", noting)
        monkeypatch.setattr(guide_screen, "draw_lesson", noting_view)

    def says(self, text: str) -> bool:
        """Return whether the picture says so now."""
        view = self.views[-1] if self.views else None
        return view is not None and (text in view.message or text in view.progress)

    @property
    def is_recording(self) -> bool:
        return bool(self.views) and self.views[-1].recorded is not None


class LessonCamera(MadeSource):
    """Gives pictures at the rate of the grid: the next one comes once the one before it has been
    seen, however busy the machine is."""

    def __init__(self, frames: Sequence[Frame], told: Told, clock: StoppedClock) -> None:
        super().__init__(self._filmed(frames, told, clock), is_live=True, fps=GRID_FPS)
        self._is_interrupted = False

    def interrupt(self) -> None:
        self._is_interrupted = True

    def _filmed(self, frames: Sequence[Frame], told: Told, clock: StoppedClock) -> Iterator[Frame]:
        begin_seconds, num_seen = clock.seconds, len(told.seen)
        for index, frame in enumerate(frames):
            clock.seconds = begin_seconds + frame.pts_seconds
            yield frame
            wait_until(
                lambda index=index: self._is_interrupted or len(told.seen) - num_seen >= index
            )


class Standing:
    """Finds one person in whatever picture."""

    def find(
        self, pictures: Sequence[np.ndarray], *, aspects: Sequence[float]
    ) -> list[list[Detection]]:
        return [[scaled(person_at(100 * aspect / 2, 5, tall=90), 0.01)] for aspect in aspects]
