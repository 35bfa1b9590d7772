"""A lesson before the visitor's own camera: the guide of ``har-live teach``, told to a page."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, cast

from har_live.card import DEFAULT_PEOPLE
from har_live.errors import HarLiveError
from har_live.label_names import label_meant
from har_live.lessons.alone import alone_in
from har_live.lessons.guide_seen import Looking
from har_live.lessons.guide_session import GuideSession, Keeper
from har_live.lessons.learn import open_base, teach
from har_live.lessons.lesson import base_of, lacking, next_plan, recordings_of
from har_live.lessons.report import Report
from har_live.serve.rtc_part import told_of
from har_live.time_grid import TimeGrid

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor, Future

    from har_live.overlay.lesson import LessonView
    from har_live.people.finder import Finder
    from har_live.serve.rtc_part import Values
    from har_live.sinks.window import Key
    from har_live.time_grid import GridFrame

KEYS = ("pause", "drop", "next", "keep", "quit")
"""Keys that a page may press: see ``har_live.lessons.guide_steps.Guide.press``."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a visitor wants to teach."""

    name: str
    """Name of the weights."""
    actions: Sequence[str] = ()
    """Names; none: those of the lesson of that name that was begun before."""
    takes: int = 8
    """Takes of each."""
    take_seconds: float = 3.0
    """Length of each."""
    person: str = ""
    """Name of who is recorded."""


@dataclass(frozen=True, slots=True)
class School:
    """What lessons share."""

    finder: Finder
    learner: Executor
    """Of one thread: learns from the takes of one lesson after another."""
    is_closing: Callable[[], bool]
    """Tells whether the server ends: what is being learnt is given up."""


class Teaching:
    """A lesson: records takes, then learns from them. See ``har_live.serve.rtc_part.Part``.

    Args:
        tell: sends a message to the page, from any thread.

    Raises:
        ValueError: there is no action, or a name is odd.
        WeightsError: the weights can't be called so, or are damaged.
        SinkError: another run is at that lesson, or its folder can't be written.
    """

    def __init__(self, lesson: Lesson, school: School, tell: Callable[[Values], None]) -> None:
        self._name, self._school, self._tell = lesson.name, school, tell
        self._recordings = recordings_of(lesson.name)
        self._base = open_base(base_of(lesson.name))
        self._learning: Future[None] | None = None
        with ExitStack() as held:
            held.enter_context(alone_in(self._recordings.folder))
            self._plan = next_plan(
                self._recordings,
                actions=[label_meant(name) for name in lesson.actions if name.strip()],
                takes=lesson.takes,
                take_seconds=lesson.take_seconds,
            )
            card, grid_fps = self._base.card, self._base.card.clip.grid_fps
            keeper = Keeper(
                self._recordings, grid_fps=grid_fps, person=lesson.person, origin="browser"
            )
            self._session = GuideSession(self._plan, self._recordings, keeper, grid_fps=grid_fps)
            self._looking = Looking(card, school.finder, time.monotonic, max_people=DEFAULT_PEOPLE)
            self._held = held.pop_all()

    def new_grid(self) -> TimeGrid:
        return TimeGrid.of(self._base.card.clip)

    def see(self, grid_frame: GridFrame) -> Values:
        if self._session.is_over:
            return {"kind": "waiting"}  # a page that hears nothing takes the connection for lost
        seen = self._looking.score({0: grid_frame})[0].seen
        assert seen is not None  # the source goes on
        self._session.see(seen)
        return self._values()

    def hear(self, said: Values) -> Values | None:
        match said:
            case {"key": key} if key in KEYS and not self._session.is_over:
                self._session.press(cast("Key", key))
                return self._values()
            case {"learn": True} if self._learning is None or self._learning.done():
                self._learning = self._school.learner.submit(self._learn)
                return {"kind": "learning", "doing": "waiting for another lesson", "share": 0.0}
        return None

    def close(self) -> None:
        if self._learning is None or self._learning.done():
            self._held.close()
        else:  # what is learnt is wanted, whether or not somebody waits for it
            self._learning.add_done_callback(lambda _: self._held.close())

    def _values(self) -> Values:
        session = self._session
        return {
            "kind": "lesson",
            **_values_of(session.view()),
            "is_paused": session.is_paused,
            "is_over": session.is_over,
            "is_complete": session.is_complete,
            "lacking": lacking(self._recordings, self._plan) if session.is_over else "",
        }

    def _learn(self) -> None:
        def on_progress(doing: str, share: float) -> None:
            if self._school.is_closing():
                raise HarLiveError("the server is being ended; the takes are kept")
            self._tell({"kind": "learning", "doing": doing, "share": share})

        try:
            made = teach(self._recordings, self._name, weights=self._base, on_progress=on_progress)
        except HarLiveError as error:
            self._tell({"kind": "not_learnt", "detail": told_of(error)})
            return
        report = Report.from_card(made.card)
        assert report is not None  # it was taught
        told = {"accuracy": made.card.accuracy, "advice": report.advice()}
        alarms = report.alarms_an_hour
        self._tell(
            {"kind": "taught", "name": self._name, **report.to_values(), **told}
            | {"alarms_an_hour": None if alarms is None else round(alarms)}
        )


def _values_of(view: LessonView) -> Values:
    values = asdict(view)
    values["people"] = [
        {
            "id": number + 1,
            "box": [round(float(side), 4) for side in person.box],
            "joints": [] if person.joints is None else person.joints.round(4).tolist(),
            "label": person.label,
            "confidence": None,
        }
        for number, person in enumerate(view.people)
    ]
    return values
