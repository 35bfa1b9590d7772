"""The takes of a lesson: each is there whole or not at all, and the next start goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from har_live.errors import SinkError, SourceError
from har_live.lessons.recordings import LessonPlan, Recording, Recordings


def take(label: str = "wave", *, seconds: float = 3.0, **options) -> Recording:
    rng = np.random.default_rng(len(label))
    joints = rng.random((round(seconds * 10), 13, 3), np.float32)
    return Recording(label, joints, 10.0, **options)


@pytest.fixture
def recordings(tmp_path: Path) -> Recordings:
    return Recordings(tmp_path / "gym")


def test_what_is_added_is_read_again(recordings):
    given = take("招手 / ../x", person="Ana", origin="camera 0", recorded_on="2026-11-30")
    path = recordings.add(given)
    assert path.parent == recordings.folder
    (read,) = Recordings(recordings.folder)
    np.testing.assert_array_equal(read.joints, given.joints)
    for name in ("label", "grid_fps", "person", "origin", "recorded_on", "seconds"):
        assert getattr(read, name) == getattr(given, name)


def test_nothing_is_there_before_the_first_take(recordings):
    assert (len(recordings), list(recordings), recordings.counts()) == (0, [], {})
    assert recordings.plan is None
    assert recordings.drop_last() is None
    assert not recordings.folder.exists()


def test_takes_come_in_the_order_of_recording(recordings):
    for label in ["wave", "clap"] * 6:  # ten and more
        recordings.add(take(label))
    assert [one.label for one in recordings] == ["wave", "clap"] * 6
    assert recordings.counts() == {"wave": 6, "clap": 6}


def test_the_last_take_is_dropped_or_the_last_of_a_label(recordings):
    for label in ("wave", "clap", "clap"):
        recordings.add(take(label))
    assert recordings.drop_last().label == "clap"
    assert recordings.drop_last("wave").label == "wave"
    assert recordings.drop_last("wave") is None
    recordings.add(take("jump"))
    assert [one.label for one in recordings] == ["clap", "jump"]


def test_a_take_that_goes_while_others_are_read_is_passed_over(recordings):
    for label in ("wave", "clap"):
        recordings.add(take(label))
    reading = iter(recordings)
    assert next(reading).label == "wave"
    recordings.drop_last()
    assert next(reading, None) is None


def test_the_next_start_knows_what_is_lacking(recordings):
    plan = LessonPlan(actions=("wave", "clap"), takes=2, take_seconds=1.5)
    recordings.keep_plan(plan)
    for label in ("wave", "wave", "clap"):
        recordings.add(take(label))
    again = Recordings(recordings.folder)
    assert again.plan == plan
    assert again.missing(plan) == {"clap": 1, "none": 1}
    again.add(take("none"))
    again.add(take("clap"))
    assert again.missing(plan) == {}
    assert again.missing(LessonPlan(none_seconds=0)) == {}


def test_what_was_left_half_written_is_passed_over(recordings):
    path = recordings.add(take())
    (path.parent / ".0002.npz.part").write_bytes(b"half")
    assert len(recordings) == 1
    assert recordings.add(take()).name == "0002.npz"
    assert sorted(file.name for file in path.parent.iterdir()) == ["0001.npz", "0002.npz"]


@pytest.mark.parametrize("damage", [b"", b"half a file", b"PK\x03\x04"])
def test_a_damaged_take_is_named(recordings, damage):
    recordings.add(take()).write_bytes(damage)
    with pytest.raises(SourceError, match=r"0001\.npz is no take that can be read"):
        list(recordings)


@pytest.mark.parametrize("position", range(10))
def test_a_take_with_any_byte_turned_is_read_or_named(recordings, position):
    path = recordings.add(take(seconds=0.5))
    whole = path.read_bytes()
    for at in range(position, len(whole), 10):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x21]) + whole[at + 1 :])
        with suppress(SourceError):
            list(recordings)


@pytest.mark.parametrize(
    "text", ["", "[]", '{"actions": [1]}', '{"actions": ["a", "a"]}', '{"takes": 0}', "\udcff"]
)
def test_a_damaged_plan_is_named(recordings, text):
    recordings.keep_plan(LessonPlan())
    (recordings.folder / "plan.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(SourceError, match=r"plan\.json is no plan of a lesson"):
        _ = recordings.plan


def test_a_folder_that_can_not_be_made_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SinkError, match="can't write"):
        Recordings(tmp_path / "file" / "gym").add(take())


FILL_THE_DISK = """
import resource, signal, sys
import numpy as np
from har_live.errors import SinkError
from har_live.lessons.recordings import Recording, Recordings

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
recordings = Recordings(sys.argv[1])
recordings.add(Recording("wave", np.zeros((30, 13, 3), np.float32), 10.0))
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    recordings.add(Recording("wave", np.zeros((30, 13, 3), np.float32), 10.0))
except SinkError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limits of files")
def test_a_full_disk_leaves_the_takes_so_far(recordings):
    done = subprocess.run(
        [sys.executable, "-c", FILL_THE_DISK, str(recordings.folder)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "0002.npz: File too large" in done.stdout, done.stderr
    assert [file.name for file in recordings.folder.iterdir()] == ["0001.npz"]
    assert recordings.counts() == {"wave": 1}


RECORD_FOR_EVER = """
import sys
import numpy as np
from har_live.lessons.recordings import Recording, Recordings

recordings = Recordings(sys.argv[1])
while True:
    recordings.add(Recording("wave", np.zeros((300, 13, 3), np.float32), 10.0))
    print(flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
def test_whoever_is_killed_leaves_whole_takes(recordings):
    command = [sys.executable, "-c", RECORD_FOR_EVER, str(recordings.folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for _ in range(3):
            process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
    assert recordings.counts()["wave"] >= 3
    recordings.add(take("clap"))
    assert list(recordings)[-1].label == "clap"


@pytest.mark.parametrize("label", ["", "  ", "unsure", "a\nb", "x" * 61, "\x1b[31m"])
def test_odd_names_of_actions_are_refused(label):
    with pytest.raises(ValueError, match="action "):
        take(label)


@pytest.mark.parametrize(
    ("joints", "grid_fps"),
    [
        (np.zeros((0, 13, 3), np.float32), 10.0),
        (np.zeros((5, 13, 2), np.float32), 10.0),
        (np.zeros((5, 13, 3)), 10.0),
        (np.full((5, 13, 3), np.nan, np.float32), 10.0),
        (np.zeros((5, 13, 3), np.float32), 0.0),
        (np.zeros((5, 13, 3), np.float32), np.inf),
    ],
)
def test_what_are_no_joints_is_refused(joints, grid_fps):
    with pytest.raises(ValueError, match=r"joints|grid_fps"):
        Recording("wave", joints, grid_fps)


@pytest.mark.parametrize(
    "values",
    [
        {"actions": ("wave", "wave")},
        {"actions": ("none",)},
        {"takes": 0},
        {"take_seconds": 0.0},
        {"none_seconds": -1.0},
    ],
)
def test_plans_that_can_not_be_are_refused(values):
    with pytest.raises(ValueError, match=r"actions|takes|seconds"):
        LessonPlan(**values)
