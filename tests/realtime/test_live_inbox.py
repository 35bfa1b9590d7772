"""What waits for the scorer and for the screen, and for how long."""

from __future__ import annotations

import threading

import numpy as np

from har_live.realtime.inbox import (
    MAX_WAITING,
    LiveFrame,
    Lost,
    ScorerInbox,
    ScreenInbox,
    wait_for_news,
)
from har_live.time_grid import TimeGrid
from tests.support.sources_made import picture

FAST, SLOW = 0.01, 0.3
"""Seconds that scoring a grid frame takes; the grid of these tests has one every 0.1 s."""


def live_frames(pts_seconds) -> list[LiveFrame]:
    return [
        LiveFrame(picture(i), float(t), arrival_seconds=float(t)) for i, t in enumerate(pts_seconds)
    ]


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
