"""What a grid frame costs beside the finder alone, in processor time: ratios, with wide margins."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from har_live.people.motion import MotionSeen, grey_levels

MEASURE = """
import json, time
from statistics import median
from har_live.bench.steps import find, step
from har_live.recognizer import Recognizer

def spent(task, clock=time.process_time):
    begun = clock()
    task()
    return clock() - begun

one = Recognizer("everyday-lrcn", runtime="onnx", device="cpu")
tasks = {"finder": find(one), "1 person": step(one), "4 people": step(one, num_people=4)}
seconds = {name: [] for name in tasks}
for _ in range(12):
    for name, task in tasks.items():
        seconds[name].append(spent(task))
taken = {name: median(values) for name, values in seconds.items()}
taken["finder's own thread"] = spent(tasks["finder"], time.thread_time)
print(json.dumps(taken))
"""


@pytest.fixture(scope="module")
def taken() -> dict[str, float]:
    """Measured in a process whose libraries choose their threads, as a user's do."""
    free = {key: value for key, value in os.environ.items() if key != "OMP_NUM_THREADS"}
    command = [sys.executable, "-c", MEASURE]
    done = subprocess.run(command, env=free, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    values: dict[str, float] = json.loads(done.stdout)
    return values


def test_a_picture_is_looked_at_by_one_core(taken):
    """Two cores took 1.3 times the work for it; others have use for the second."""
    assert taken["finder's own thread"] > 0.7 * taken["finder"]


def test_a_grid_frame_is_little_more_than_its_finder(taken):
    """Measured: 1.2 and 1.02."""
    assert taken["1 person"] < 1.8 * taken["finder"]
    assert taken["4 people"] < 1.5 * taken["1 person"]


def test_a_scene_that_moves_by_a_cell_is_seen_to():
    rng = np.random.default_rng(0)
    cells = rng.integers(40, 200, (48, 49, 3), np.uint8)
    before, now = (
        np.repeat(np.repeat(cells[:, start : start + 48], 4, 0), 4, 1) for start in (1, 0)
    )
    field = MotionSeen(grey_levels(before), grey_levels(now)).field
    across, down = np.median(field[0, 6:-6, 6:-6]), np.median(field[1, 6:-6, 6:-6])
    assert across == pytest.approx(1.0, abs=0.4)
    assert down == pytest.approx(0.0, abs=0.1)
