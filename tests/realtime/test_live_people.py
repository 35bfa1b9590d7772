"""People in live use: their boxes on newer frames, the keys, the mirror, the pause."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from threading import Condition
from types import SimpleNamespace

import numpy as np
import pytest

from har_live.overlay import OverlayView
from har_live.realtime import LiveSettings
from har_live.realtime.channels import Channels
from har_live.realtime.inbox import LiveFrame, Opened, Scored, ScorerInbox, ScreenInbox
from har_live.realtime.main_loop import Display
from har_live.realtime.playback import Playback
from har_live.realtime.recorder import Recorder
from har_live.realtime.run import tile_of
from har_live.realtime.tile import Tile
from har_live.segments import Segmenter
from har_live.sinks.base import Outputs
from har_live.time_grid import TimeGrid
from har_live.types import Person, VideoInfo
from tests.support.live_made import MadeWindow, StoppedClock
from tests.support.people_drawn import LABELS, make_person, make_prediction
from tests.support.sources_made import picture


class Stage:
    """A display whose threads are the test's own hands."""

    def __init__(
        self,
        settings: LiveSettings,
        stack: ExitStack,
        views: list[OverlayView],
        num_sources: int,
    ) -> None:
        self.views = views
        self.clock = StoppedClock()
        self.window = MadeWindow()
        changed, self._keys, self._num_frames = Condition(), list[str](), 0
        self.window.poll = self._poll  # type: ignore[method-assign]
        recognizer = SimpleNamespace(
            labels=LABELS,
            card=SimpleNamespace(name="made"),
            segmenter=lambda **_: Segmenter(lag_seconds=1.0, hop_seconds=0.1),
        )
        self.tiles: list[Tile] = []
        for name in ("left", "right")[:num_sources]:
            scorer = ScorerInbox(TimeGrid(8.0, max_gap_seconds=2.0), Condition())
            channels = Channels(self.clock, Playback(self.clock), scorer, ScreenInbox(changed))
            self.tiles.append(tile_of(name, channels, Outputs([]), recognizer, settings))  # type: ignore[arg-type]
        recorder = Recorder(settings)
        self.display = Display(
            self.tiles,
            changed,
            self.clock,
            recorder,
            stack.enter_context(Outputs([recorder])),
            self.window,
            seconds=None,
            has_joints=settings.joints,
        )
        for tile in self.tiles:
            tile.channels.screen.tell(Opened(VideoInfo("made", 640, 360)))

    def _poll(self) -> list[str]:
        keys, self._keys = self._keys, []
        return keys

    def frame(self, tile: int = 0) -> OverlayView:
        """One more frame; what is then drawn."""
        self.clock.seconds += 0.1
        image = picture(self._num_frames, 640, 360)
        self._num_frames += 1
        frame = LiveFrame(image, self._num_frames / 10, arrival_seconds=self.clock.seconds)
        self.tiles[tile].channels.screen.show(frame)
        self.display.tick()
        return self.views[-1]

    def score(self, people: tuple[Person, ...], *labels: str, tile: int = 0) -> None:
        """What one more grid frame brings to light: a label for each, from the first on."""
        predictions = [
            make_prediction(person.id, label, start=self._num_frames, end=self._num_frames + 2)
            for person, label in zip(people, labels, strict=False)
        ]
        news = Scored(predictions, self.clock.seconds, None, people)
        self.tiles[tile].channels.screen.tell(news)

    def press(self, key: str | int) -> OverlayView:
        """What is drawn after a key."""
        self._keys.append(key)  # type: ignore[arg-type]
        self.display.tick()
        self.clock.seconds += 0.3
        self.display.tick()
        return self.views[-1]


TWO = (make_person(1), make_person(2))


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def stage(
    stack: ExitStack, views: list[OverlayView], *, num_sources: int = 1, **settings: object
) -> Stage:
    made = LiveSettings(**{"mirror": False} | settings)  # type: ignore[arg-type]
    return Stage(made, stack, views, num_sources)


def test_people_are_drawn_on_the_frames_that_follow(stack, views):
    live = stage(stack, views)
    assert live.frame().people == ()
    live.score(TWO, "wave", "walk")
    for _ in range(3):
        view = live.frame()
        assert [(p.number, p.label, p.is_picked) for p in view.people] == [
            (1, "wave", True),
            (2, "walk", False),
        ]
    live.score(TWO[1:], "clap")
    assert [(p.number, p.label) for p in live.frame().people] == [(2, "clap")]


def test_b_takes_the_limbs_away_and_brings_them_back(stack, views):
    live = stage(stack, views)
    live.score(TWO, "wave", "walk")
    assert all(p.joints is not None for p in live.frame().people)
    drawn = live.window.picture
    assert all(p.joints is None for p in live.press("joints").people)
    assert (live.window.picture != drawn).any()
    assert all(p.joints is not None for p in live.press("joints").people)


def test_no_joints_from_the_beginning(stack, views):
    live = stage(stack, views, joints=False)
    live.score(TWO, "wave", "walk")
    assert [p.joints for p in live.frame().people] == [None, None]
    assert all(p.joints is not None for p in live.press("joints").people)


def test_tab_tells_of_the_next_person_and_then_of_the_main_one(stack, views):
    live = stage(stack, views)
    live.score(TWO, "wave", "walk")
    assert live.frame().label == "wave"
    view = live.press("person")
    assert (view.label, [p.is_picked for p in view.people]) == ("walk", [False, True])
    assert [row.is_picked for row in view.timeline.rows] == [False, True]
    assert live.press("person").label == "wave"


def test_a_mirror_turns_boxes_and_limbs_with_the_picture(stack, views):
    live = stage(stack, views, mirror=True)
    live.score(TWO, "wave", "walk")
    for drawn, person in zip(live.frame().people, TWO, strict=True):
        left, top, right, bottom = person.box
        assert drawn.box == pytest.approx((1 - right, top, 1 - left, bottom))
        np.testing.assert_allclose(drawn.joints[:, 0], 1 - person.joints[:, 0], atol=1e-6)
        np.testing.assert_array_equal(drawn.joints[:, 1:], person.joints[:, 1:])


def test_while_paused_nobody_moves_and_tab_still_tells_of_the_next(stack, views):
    live = stage(stack, views)
    live.score(TWO, "wave", "walk")
    before = live.frame()
    live.press("pause")
    moved = (make_person(1, (0.5, 0.5, 0.7, 0.9)), make_person(3))
    live.score(moved, "clap", "none")
    paused = live.frame()
    assert paused.status.paused
    assert [p.box for p in paused.people] == [p.box for p in before.people]
    assert (paused.label, paused.timeline) == (before.label, before.timeline)
    assert live.press("person").label == "walk"
    live.press("person")
    live.press("pause")
    after = live.frame()
    assert [(p.number, p.box) for p in after.people] == [(p.id, p.box) for p in moved]
    assert after.label == "clap"


def test_each_of_several_sources_has_its_people(stack, views):
    live = stage(stack, views, num_sources=2)
    for tile, labels in enumerate((("wave", "walk"), ("clap", "none"))):
        live.score(TWO, *labels, tile=tile)
        live.frame(tile)
    views.clear()
    live.press("person")
    assert {view.label for view in views[-2:]} == {"walk", "none"}
    live.press(2)
    assert live.press("person").label == "clap"  # the one shown alone
    views.clear()
    live.press(0)
    assert {view.label for view in views[-2:]} == {"walk", "clap"}
