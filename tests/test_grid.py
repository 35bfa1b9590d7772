"""Which frame is played when: the streaming rule and the offline rule are one."""

from __future__ import annotations

import numpy as np
import pytest

from har_live.time_grid import TimeGrid, frames_played_at, grid_instants
from har_live.types import Frame

PICTURE = np.zeros((8, 8, 3), np.uint8)


def frames_at(pts_seconds) -> list[Frame]:
    return [Frame(PICTURE, float(pts)) for pts in pts_seconds]


def run_through(grid: TimeGrid, frames: list[Frame]):
    return [g for frame in frames for g in grid.push(frame)] + grid.finish()


def test_an_instant_takes_the_last_frame_not_later_than_it():
    pts = [0.0, 0.1, 0.24, 0.26, 0.9]
    assert frames_played_at(pts, [0.0, 0.09, 0.1, 0.25, 0.5, 2.0]).tolist() == [0, 0, 1, 2, 3, 4]


def test_before_the_first_frame_the_first_is_taken():
    assert frames_played_at([5.0, 6.0], [1.0]).tolist() == [0]


def test_a_container_that_rounds_to_milliseconds_changes_nothing():
    exact = np.arange(48) / 24
    rounded = np.round(exact, 3)
    instants = grid_instants(exact, 8)
    assert len(grid_instants(rounded, 8)) == len(instants)
    assert frames_played_at(rounded, instants).tolist() == list(range(0, 48, 3))


@pytest.mark.parametrize("seed", range(20))
def test_streaming_picks_what_offline_picks(seed):
    random = np.random.default_rng(seed)
    pts = random.uniform(-5, 1e5) + np.cumsum(random.choice([0, 1e-4, 0.016, 0.04, 0.3], 200))
    fps = float(random.choice([3, 8, 12.5, 29.97]))
    instants = grid_instants(pts, fps)
    picked = run_through(TimeGrid(fps, max_gap_seconds=1), frames_at(pts))
    assert [g.index for g in picked] == list(range(len(instants)))
    assert [g.instant_seconds for g in picked] == pytest.approx(list(instants))
    expected = pts[frames_played_at(pts, instants)]
    assert [g.frame.pts_seconds for g in picked] == list(expected)


@pytest.mark.parametrize("seed", range(10))
def test_who_knows_the_next_time_decides_a_frame_earlier_and_the_same(seed):
    random = np.random.default_rng(seed)
    steps = random.choice([0, 1e-4, 0.016, 0.04, 0.3, 1.5, -3], 200, p=[0.15] * 6 + [0.1])
    frames = frames_at(100 + np.cumsum(steps))
    plain, foreseeing = (TimeGrid(8, max_gap_seconds=1) for _ in range(2))
    picked, num_early = [], 0
    for frame in frames:
        early = foreseeing.foresee(frame.pts_seconds)
        picked += [*early, *foreseeing.push(frame)]
        num_early += len(early)
    picked += foreseeing.finish()
    assert picked == run_through(plain, frames)
    assert num_early > 50


def test_a_gap_and_a_step_back_begin_new_runs():
    grid = TimeGrid(10, max_gap_seconds=0.5)
    picked = run_through(grid, frames_at([0, 0.1, 0.2, 1.0, 1.1, 0.3, 0.4]))
    assert [(g.index, round(g.instant_seconds, 6)) for g in picked] == [
        *((0, 0.0), (1, 0.1), (2, 0.2)),
        *((0, 1.0), (1, 1.1)),
        *((0, 0.3), (1, 0.4)),
    ]


def test_a_gap_that_is_short_enough_is_filled_with_the_frame_that_was_playing():
    picked = run_through(TimeGrid(10, max_gap_seconds=0.5), frames_at([0, 0.35]))
    assert [g.frame.pts_seconds for g in picked] == [0, 0, 0, 0]


def test_a_jump_shows_now_and_goes_on_without_the_missed_instants():
    grid = TimeGrid(10, max_gap_seconds=5)
    first = [g for frame in frames_at([0.0, 0.1, 0.2]) for g in grid.push(frame)]
    jumped = grid.jump_to(Frame(PICTURE, 0.93))
    after = [g for frame in frames_at([0.98, 1.04, 1.15]) for g in grid.push(frame)]
    assert [g.index for g in (*first, jumped, *after)] == [0, 1, 2, 3, 4]
    assert jumped.instant_seconds == 0.93
    assert after[0].instant_seconds == pytest.approx(1.03)
    assert after[0].frame.pts_seconds == 0.98


def test_nothing_seen_gives_nothing():
    assert TimeGrid(8, max_gap_seconds=1).finish() == []
