"""A guided recording on its threads: what is kept, and what ends it half way."""

from __future__ import annotations

import numpy as np
import pytest

from har_live.errors import SinkError, SourceError
from har_live.lessons.guide import GuideSummary, record
from har_live.lessons.recordings import LessonPlan, Recordings
from har_live.people.finder import PeopleFinder
from har_live.realtime import LiveSettings
from har_live.recognizer import Recognizer
from har_live.sources import SourceSettings
from har_live.types import NONE
from tests.support.lesson_made import GRID_FPS, LessonCamera, Standing, Told
from tests.support.live_made import MadeWindow, StoppedClock
from tests.support.people_expected import FILMS
from tests.support.people_film import Actor, FakeNet, Film, seen, standing
from tests.support.resources import needs_proc
from tests.support.servers.rtsp import RtspServer

resource = pytest.importorskip("resource")

PLAN = LessonPlan(("wave", "squat"), takes=2, take_seconds=1.0, none_seconds=2.0)
SOLO = len(FILMS)
LEAVING = SOLO + 1
MINUTE = [index / GRID_FPS for index in range(600)]


@pytest.fixture
def told(monkeypatch) -> Told:
    return Told(monkeypatch)


@pytest.fixture
def recordings(tmp_path) -> Recordings:
    return Recordings(tmp_path / "lesson")


@pytest.fixture
def net() -> FakeNet:
    alone = Film((Actor(40, standing(0.8), height=0.7),))
    leaving = Film((Actor(41, seen(standing(0.8), (0, 7), (11, 60)), height=0.7),))
    return FakeNet((*FILMS, alone, leaving))


@pytest.fixture
def lesson(small_weights, told, recordings, net):
    """Record a film of scripted people until it ends or the lesson does."""
    clock = StoppedClock()

    def run(*script, film: int = SOLO, plan: LessonPlan = PLAN, **how: object) -> GuideSummary:
        frames = net.frames(MINUTE, film=film)
        return record(
            "made",
            recordings,
            PeopleFinder(net),
            plan=plan,
            card=small_weights("joints-lrcn").card,
            window=MadeWindow([(lambda _: told.says("Space"), "pause"), *script]),
            clock=clock,
            open_new=lambda: LessonCamera(frames, told, clock),
            **how,
        )

    return run


def test_a_lesson_is_recorded_as_live_use_sees_it(
    lesson, small_weights, recordings, net, monkeypatch
):
    summary = lesson(person="ann")
    assert (summary.ending, summary.exit_code) == ("the last take", 0)
    assert recordings.counts() == {"wave": 2, "squat": 2, NONE: 1}
    assert recordings.missing(PLAN) == {}
    net.install(monkeypatch)
    recognizer = Recognizer(small_weights("joints-lrcn"), device="cpu")
    stream, grid, live = recognizer.stream(), recognizer.grid(), []
    for frame in net.frames(MINUTE, film=SOLO):
        for grid_frame in grid.push(frame):
            stream.advance([grid_frame])
            scale = np.float32([net.films[SOLO].aspect, 1, 1])
            live.append([person.joints * scale for person in stream.people] or [0])
    for take in recordings:
        assert (take.person, take.origin, take.grid_fps) == ("ann", "made", GRID_FPS)
        num_frames = 20 if take.label == NONE else 10
        assert len(take.joints) == num_frames
        starts = [
            start
            for start in range(len(live) - num_frames)
            if all(
                np.allclose(ours, theirs[0], atol=1e-5)
                for ours, theirs in zip(take.joints, live[start:], strict=False)
            )
        ]
        assert len(starts) == 1


def test_the_reason_is_on_the_picture_and_the_take_is_repeated(lesson, told, recordings):
    plan = LessonPlan(("wave",), takes=2, take_seconds=3.0, none_seconds=0)
    assert lesson(film=LEAVING, plan=plan).ending == "the last take"
    said = list(dict.fromkeys(view.message for view in told.views))
    assert "You were not seen all the time: stay in the picture" in said
    assert "Nobody is seen: step into the picture" in said
    assert recordings.counts() == {"wave": 2}


def test_a_refused_take_is_kept_by_a_key(lesson, told, recordings):
    plan = LessonPlan(("wave",), takes=2, take_seconds=3.0, none_seconds=0)

    def is_refused(_window) -> bool:
        can_keep = told.views and ("K", "keep anyway") in told.views[-1].keys
        assert can_keep == told.says("stay in the picture") or not can_keep
        return can_keep

    script = [(is_refused, "keep"), (lambda _: told.says("Kept"), "quit")]
    assert lesson(*script, film=LEAVING, plan=plan).ending == "a key"
    (take,) = recordings
    assert 0 < np.count_nonzero(take.joints[..., 2].any(axis=1)) < len(take.joints) == 30


def test_more_of_none_alone(lesson, recordings):
    assert lesson(plan=LessonPlan(none_seconds=1.0, none_takes=2)).ending == "the last take"
    assert recordings.counts() == {NONE: 2}


def test_keys_end_it_and_the_next_start_goes_on(lesson, told, recordings):
    summary = lesson((lambda _: told.says("Kept"), "quit"))
    assert summary.ending == "a key"
    assert recordings.counts() == {"wave": 1}
    assert lesson().ending == "the last take"
    assert recordings.counts() == {"wave": 2, "squat": 2, NONE: 1}


def test_backspace_takes_the_last_one_from_the_disk(lesson, told, recordings):
    kept = []

    def is_kept(_window) -> bool:
        return told.says("Kept")

    def is_dropped(_window) -> bool:
        if told.says("take 1 of 2"):
            kept.append(len(recordings))
        return bool(kept)

    lesson((is_kept, "drop"), (is_dropped, "quit"))
    assert kept == [0]
    assert len(recordings) == 0


def test_the_end_of_the_source_keeps_what_there_is(lesson, told, recordings):
    plan = LessonPlan(("wave",), takes=50, take_seconds=1.0, none_seconds=0)
    with pytest.raises(SourceError, match="the stream broke off"):
        lesson(plan=plan, settings=LiveSettings(retries=0))
    assert 5 < recordings.counts()["wave"] < 50


def test_a_full_disk_keeps_the_takes_so_far(lesson, told, recordings):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill_up(_window) -> bool:
        if told.says("Kept"):
            resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
            return True
        return False

    try:
        with pytest.raises(SinkError, match=r"can't write .*0002\.npz: File too large"):
            lesson((fill_up, "joints"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [path.name for path in recordings.folder.iterdir()] == ["0001.npz"]
    assert lesson().ending == "the last take"
    assert recordings.counts() == {"wave": 2, "squat": 2, NONE: 1}


def test_as_in_a_mirror(lesson, told):
    """Who stands on the right is drawn on the left."""
    lesson((lambda _: told.is_recording, "quit"), settings=LiveSettings(mirror=True))
    left, top, right, bottom = told.views[-1].people[0].box
    assert (1 - right, top, 1 - left, bottom) in [
        pytest.approx(one.people[0].box) for one in told.seen if one.people
    ]


@needs_proc
def test_a_network_camera_that_is_lost_in_a_take_and_returns(
    small_weights, told, recordings, monkeypatch
):
    monkeypatch.setattr("har_live.backoff.FIRST_DELAY_SECONDS", 0.02)
    monkeypatch.setattr("har_live.lessons.guide_steps.COUNT_SECONDS", 1.0)
    plan = LessonPlan(("wave",), takes=2, take_seconds=1.5, none_seconds=0)
    servers = [RtspServer()]
    try:
        port = servers[0].port

        def lose(_window) -> bool:
            if told.is_recording and told.says("take 2 of 2"):
                servers[0].kill()
                return True
            return False

        def restore(_window) -> bool:
            if told.says("Reconnecting, attempt"):
                servers.append(RtspServer(port=port))
                return True
            return False

        window = MadeWindow(
            [
                (lambda _: told.says("Space starts"), "pause"),
                (lose, "joints"),
                (restore, "joints"),
            ]
        )
        summary = record(
            f"rtsp://127.0.0.1:{port}/live",
            recordings,
            Standing(),
            plan=plan,
            card=small_weights("joints-lrcn").card,
            window=window,
            settings=LiveSettings(options=SourceSettings(timeout_seconds=5, live=True)),
        )
    finally:
        for server in servers:
            server.kill()
    assert (summary.ending, summary.num_reconnects) == ("the last take", 1)
    assert [len(take.joints) for take in recordings] == [15, 15]
    said = {view.message for view in told.views}
    assert "The camera was gone: this take is repeated" in said
