"""The parts of live use one by one, and live use replayed without threads."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import torch

from har_live import offline
from har_live.grid import TimeGrid
from har_live.live import Clock, Replay
from har_live.live.capture import LONGEST_DELAY_SECONDS, delay_seconds
from har_live.live.clock import ArrivalTimeline
from har_live.live.inbox import (
    MAX_WAITING,
    LiveFrame,
    Lost,
    Scored,
    ScorerInbox,
    ScreenInbox,
    wait_for_news,
)
from har_live.live.labels import Labels
from har_live.live.metrics import Latencies, Rate
from har_live.live.notices import Notices
from har_live.live.playback import MAX_LATE_SECONDS, Playback
from har_live.overlay import LiveStatus
from har_live.recognizer import Recognizer
from har_live.scorers.torch import load_model
from har_live.types import Frame
from tests.sources_made import MadeSource, picture

FAST, SLOW = 0.01, 0.3
"""Seconds that scoring a grid frame takes; the grid of these tests has one every 0.1 s."""


def live_frames(pts_seconds) -> list[LiveFrame]:
    return [LiveFrame(picture(i), float(t), None, float(t)) for i, t in enumerate(pts_seconds)]


def random_frames(count: int, fps: float, *, begin_seconds: float = 0.0) -> list[Frame]:
    """Coarse coloured blocks, another picture each time."""
    blocks = np.random.default_rng(5).integers(0, 256, (count, 3, 4, 3), np.uint8)
    pictures = blocks.repeat(16, axis=1).repeat(16, axis=2)
    return [Frame(image, begin_seconds + i / fps) for i, image in enumerate(pictures)]


def make_inbox() -> ScorerInbox:
    return ScorerInbox(TimeGrid(10, max_gap_seconds=1.0), threading.Condition())


def indices(grid_frames) -> list[tuple[int, float]]:
    return [(g.index, round(g.instant_seconds, 3)) for g in grid_frames]


# --- the scorer's inbox -----------------------------------------------------------------------


def test_a_scorer_that_keeps_up_sees_every_instant():
    inbox, grid = make_inbox(), TimeGrid(10, max_gap_seconds=1.0)
    taken, expected = [], []
    for frame in live_frames(np.arange(90) / 30):
        inbox.push(frame)
        expected += grid.push(frame)
        taken += inbox.take(FAST)
    inbox.end()
    assert indices(taken + inbox.take(FAST)) == indices(expected + grid.finish())
    assert inbox.is_over
    assert inbox.num_dropped == 0


def test_a_hiccup_is_caught_up_with():
    inbox = make_inbox()
    for frame in live_frames(np.arange(10) / 30):
        inbox.push(frame)
    assert indices(inbox.take(FAST)) == [(0, 0.0), (1, 0.1), (2, 0.2)]


def test_a_late_scorer_gets_the_newest_frame_and_indices_without_a_hole():
    inbox = make_inbox()
    frames = live_frames(np.arange(60) / 30)
    for frame in frames[:20]:
        inbox.push(frame)
    (first,) = inbox.take(SLOW)
    assert (first.index, first.frame) == (0, frames[19])  # the run's beginning was among the missed
    for frame in frames[20:30]:
        inbox.push(frame)
    (second,) = inbox.take(SLOW)
    assert (second.index, second.frame) == (1, frames[29])
    assert inbox.num_dropped == 6 + 2


def test_what_waits_is_bounded_however_fast_the_scorer_is():
    inbox = make_inbox()
    for frame in live_frames(np.arange(60) / 30):
        inbox.push(frame)
    assert len(inbox.take(step_seconds=0.0)) == 1
    assert inbox.num_dropped > MAX_WAITING


def test_a_source_slower_than_the_grid_is_not_late():
    """Two frames a second: each brings five instants at once, and there is time for them."""
    inbox = make_inbox()
    for frame in live_frames([0.0, 0.5, 1.0]):
        inbox.push(frame)
        taken = inbox.take(0.05)
    assert indices(taken) == [(i, i / 10) for i in range(5, 10)]
    assert inbox.num_dropped == 0


def test_a_jump_over_a_break_begins_a_run():
    inbox = make_inbox()
    for frame in live_frames([0.0, 0.2, 0.4]):
        inbox.push(frame)
    inbox.take(FAST)
    inbox.restart()
    frames = live_frames([100.0, 100.15, 100.35])
    for frame in frames:
        inbox.push(frame)
    (jumped,) = inbox.take(SLOW)
    assert (jumped.index, jumped.frame) == (0, frames[-1])


def test_stop_wakes_a_waiting_scorer():
    changed = threading.Condition()
    inboxes = [ScorerInbox(TimeGrid(10, max_gap_seconds=1.0), changed) for _ in range(2)]
    waiting = (inboxes, changed)
    scorer = threading.Thread(target=wait_for_news, args=waiting, name="har-live-scorer")
    scorer.start()
    inboxes[1].stop()
    scorer.join(10)
    assert not scorer.is_alive()
    assert [(inbox.is_stopped, inbox.is_over) for inbox in inboxes] == [
        (False, False),
        (True, True),
    ]


# --- the screen's inbox -----------------------------------------------------------------------


def test_the_newest_frame_wins_and_news_keep_their_order():
    inbox = ScreenInbox(threading.Condition())
    one, two = live_frames([0.0, 0.1])
    for news in (Lost(1), Lost(2)):
        inbox.tell(news)
    inbox.show(one)
    inbox.show(two)
    assert inbox.take() == (two, [Lost(1), Lost(2)])
    assert inbox.num_dropped == 1
    assert inbox.take() == (None, [])


# --- time -------------------------------------------------------------------------------------


def test_a_recording_plays_at_its_own_speed():
    clock = Clock(speed=50)
    playback = Playback(clock)
    begun = clock.now()
    for pts in (7.0, 7.5, 12.0):
        playback.wait_until_due(pts)
    assert 5.0 <= clock.now() - begun < 5.0 + MAX_LATE_SECONDS * 50


def test_a_recording_that_fell_far_behind_does_not_hurry_after():
    clock = StoppedClock()
    playback = Playback(clock)
    playback.wait_until_due(0.0)
    clock.seconds += 60  # the laptop slept
    playback.wait_until_due(0.1)
    waiting = threading.Thread(target=playback.wait_until_due, args=(0.2,), name="har-live-waits")
    waiting.start()
    waiting.join(0.05)
    assert waiting.is_alive()  # 0.2 is due in 0.1 s, which on a stopped clock never comes
    playback.stop()
    waiting.join(10)
    assert not waiting.is_alive()


def test_a_pause_shifts_what_is_due():
    clock = StoppedClock()
    playback = Playback(clock)
    playback.wait_until_due(0.0)
    playback.pause()
    clock.seconds += 100
    playback.resume()
    clock.seconds += 0.5
    playback.wait_until_due(0.5)  # returns: due 100.5 s after the first
    assert playback._late_seconds(0.6) == pytest.approx(-0.1)


class StoppedClock(Clock):
    def __init__(self) -> None:
        super().__init__()
        self.seconds = 1000.0

    def now(self) -> float:
        return self.seconds


def test_a_live_time_line_goes_on_through_reconnects_and_jumps():
    timeline = ArrivalTimeline()
    # The distances are the source's own, whatever the network does to the arrivals.
    assert [
        timeline.place(500 + t, 70 + late) for t, late in [(0, 0), (0.1, 0.3), (0.2, 0.31)]
    ] == [
        pytest.approx(0.0),
        pytest.approx(0.1),
        pytest.approx(0.2),
    ]
    # A camera's clock is set: it goes on at the arrival, and its distances count again.
    assert timeline.place(90_000.0, 70.4) == pytest.approx(0.4)
    assert timeline.place(90_000.1, 70.45) == pytest.approx(0.5)
    timeline.restart()
    assert timeline.place(0.0, 80.0) == pytest.approx(10.0)
    assert timeline.place(0.1, 80.1) == pytest.approx(10.1)


def test_delays_double_up_to_a_limit_and_differ():
    drawn = [[delay_seconds(attempt) for _ in range(200)] for attempt in range(1, 40)]
    for attempt, delays in enumerate(drawn, 1):
        longest = min(LONGEST_DELAY_SECONDS, 0.5 * 2 ** (attempt - 1))
        assert 0.5 * longest <= min(delays) < 0.6 * longest
        assert 0.9 * longest < max(delays) <= longest


# --- figures and notices ----------------------------------------------------------------------


def test_latencies_in_a_memory_that_does_not_grow():
    latencies = Latencies()
    assert latencies.summary_ms() is None
    for milliseconds in range(1, 101):
        latencies.add(milliseconds / 1000)
    latencies.add(3600)
    assert latencies.summary_ms() == (51, 96, 10_000)
    assert latencies.within_ms([0.01, 0.5, 0.99]) == [2, 51, 100]
    assert latencies.newest_ms == 3_600_000


def test_rate_counts_the_last_second():
    rate = Rate()
    assert rate.per_second(0.0) == 0
    for index in range(101):
        rate.add(index / 50)
    assert rate.per_second(2.0) == pytest.approx(50)
    assert rate.per_second(9.0) == 0


def test_notices_say_what_is_amiss():
    notices = Notices("door", can_stall=True, now_seconds=0.0)
    assert [notices.text(t) for t in (0.5, 2.0)] == [None, "opening door"]
    notices.frame_came(10.0)
    assert [notices.text(t) for t in (10.9, 11.0, 13.2)] == [
        None,
        "no signal for 1 s",
        "no signal for 3 s",
    ]
    notices.lost(2)
    assert notices.text(14.0) == "reconnecting, attempt 2"
    notices.flash("saved x.png", 14.0)
    assert [notices.text(t) for t in (15.9, 16.1)] == ["saved x.png", "reconnecting, attempt 2"]
    assert [notices.text(t, is_paused=True) for t in (15.9, 16.1)] == ["saved x.png", None]
    notices.opened()
    notices.frame_came(20.0)
    assert notices.text(20.1) is None


def test_a_lost_source_is_not_warming_up_until_it_is_back():
    labels = Labels(("walk", "wave"))

    def warming_up():
        return labels.view(None, LiveStatus(0.0), ()).warming_up

    labels.take(Scored([], 1.0, 0.5), 1.0)
    assert warming_up() == 0.5
    labels.lose()
    assert warming_up() is None
    labels.take(Scored([], 1.0, 0.6), 1.0)  # of what had come before
    assert warming_up() is None
    labels.regain()
    assert warming_up() == 0.0


def test_a_recording_may_stand_still():
    notices = Notices("slides.mp4", can_stall=False, now_seconds=0.0)
    notices.frame_came(0.0)
    assert notices.text(30.0) is None


# --- replay -----------------------------------------------------------------------------------


def labels_of(moments) -> list[tuple]:
    return [(p.end_seconds, p.label, p.confidence) for m in moments for p in m.predictions]


@pytest.mark.parametrize("fps", [4, 10, 29.97, 60])
@pytest.mark.parametrize("step_seconds", [0.0, 0.05, 0.09])
def test_live_use_that_keeps_up_is_annotate(small_weights, fps, step_seconds):
    recognizer = Recognizer(small_weights("lrcn"), device="cpu", cut_reset=False)
    frames = random_frames(round(6 * fps), fps)
    replay = Replay(recognizer, step_seconds=step_seconds)
    moments = list(replay.play(frames))
    expected = list(offline.recognize(MadeSource(iter(frames)), recognizer))
    assert labels_of(moments) == labels_of(expected) != []
    assert [s for m in moments for s in m.segments] == [s for m in expected for s in m.segments]
    assert np.ptp([confidence for *_, confidence in labels_of(expected)]) > 0.01  # says something
    assert replay.num_dropped == 0


@pytest.mark.parametrize("step_seconds", [0.11, 0.2, 0.3, 1.0])
def test_latency_is_one_scoring_and_one_frame_from_the_first_minute_to_the_last(
    small_weights, step_seconds
):
    fps = 60
    replay = Replay(
        Recognizer(small_weights("lrcn"), device="cpu", cut_reset=False), step_seconds=step_seconds
    )
    latest_ms = []
    for index, moment in enumerate(replay.play(random_frames(5 * 60 * fps, fps))):
        if moment.predictions and moment.frame is not None:
            assert replay.latencies.newest_ms is not None
            latest_ms.append(replay.latencies.newest_ms)
            assert replay.latencies.newest_ms <= (step_seconds + 1 / fps) * 1000 + 1, index
    assert len(latest_ms) > 30
    # Ten instants a second, of which as many were scored as there was time for.
    num_scored = 300 / (np.ceil(step_seconds * fps) / fps)
    assert replay.num_dropped == pytest.approx(3000 - num_scored, rel=0.05)


@pytest.mark.parametrize("step_seconds", [0.05, 0.13, 0.3])
def test_every_label_is_the_score_of_what_the_network_saw_last(small_weights, step_seconds):
    """Whatever was dropped: each window has its length, and began with its first frame."""
    weights = small_weights("lrcn")
    replay = Replay(Recognizer(weights, device="cpu", cut_reset=False), step_seconds=step_seconds)
    group, model, num_checked = replay._scoring._group, load_model(weights), 0
    score = replay._scoring.score

    def checked(grid_frames):
        nonlocal num_checked
        scored = score(grid_frames)
        for prediction in scored[0].predictions:
            with torch.inference_mode():
                clip = torch.from_numpy(group.last_window(0))[None]
                expected = model(clip)[0].numpy()
            np.testing.assert_allclose(prediction.scores, expected, atol=1e-4, rtol=0)
            num_checked += 1
        return scored

    replay._scoring.score = checked
    frames = [*random_frames(240, 30), *random_frames(240, 30, begin_seconds=100)]
    list(replay.play(frames))
    assert num_checked > 10
