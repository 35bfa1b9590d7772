"""The parts of live use one by one: time, figures, notices."""

from __future__ import annotations

import threading

import pytest

from har_live.backoff import LONGEST_DELAY_SECONDS, delay_seconds
from har_live.overlay import LiveStatus
from har_live.realtime import Clock
from har_live.realtime.clock import LiveTimeline
from har_live.realtime.inbox import Scored
from har_live.realtime.metrics import Latencies, Rate
from har_live.realtime.notices import Notices
from har_live.realtime.playback import MAX_LATE_SECONDS, Playback
from har_live.realtime.shown_labels import LiveLabels
from tests.support.live_made import StoppedClock

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


def test_a_live_time_line_goes_on_through_reconnects_and_jumps():
    timeline = LiveTimeline()
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
    labels = LiveLabels(("walk", "wave"))

    def warming_up():
        return labels.view(None, LiveStatus(0.0), ()).warming_up

    labels.update(Scored([], 1.0, 0.5), 1.0)
    assert warming_up() == 0.5
    labels.lose()
    assert warming_up() is None
    labels.update(Scored([], 1.0, 0.6), 1.0)  # of what had come before
    assert warming_up() is None
    labels.regain()
    assert warming_up() == 0.0


def test_a_recording_may_stand_still():
    notices = Notices("slides.mp4", can_stall=False, now_seconds=0.0)
    notices.frame_came(0.0)
    assert notices.text(30.0) is None
