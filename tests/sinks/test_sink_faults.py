"""A failure at each call on a sink's way: the process lives, no file is left half-made."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from har_live.errors import SinkError
from har_live.sinks import file_checks, video
from har_live.sinks.muxer_file import GrowingFile
from har_live.sinks.part_file import Part
from har_live.sinks.video import VideoFile
from tests.support.resources import held, needs_proc
from tests.support.video_made import (
    INFO,
    frame_times,
    left_behind,
    make_clip_with_tone,
    sound_packets,
    write_pictures,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs limits of file sizes")

SWEEP = """
import os, resource, sys
from pathlib import Path
import numpy as np
from har_live.errors import SinkError
from tests.support.video_made import INFO, VideoFile
source, out = map(Path, sys.argv[1:3])
random = np.random.default_rng(0)
pictures = [random.integers(0, 255, (48, 64, 3), dtype=np.uint8) for _ in range(60)]
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
for limit in map(int, sys.argv[3:]):
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    said = ""
    try:
        with VideoFile(out, INFO, sound_from=source) as sink:
            for number, picture in enumerate(pictures):
                sink.write(picture, number / 25)
    except SinkError as error:
        said = str(error)
    after = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    print(limit, after - before, "+".join(os.listdir(out.parent)) or "-", said)
    out.unlink(missing_ok=True)
"""
"""Says for each limit: itself, files left open, files left, the error."""


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_disk_full_at_any_byte(tmp_path: Path, suffix: str) -> None:
    """By the kernel's own hand, at the header, in the middle, while it is completed."""
    source, folder = make_clip_with_tone(tmp_path / "in.mp4"), tmp_path / "out"
    folder.mkdir()
    out = folder / f"out{suffix}"
    limits = [0, 30, 700, 2_000, 30_000, 81_000, 90_000, 96_000, 100_000, 104_000, 10**7]
    done = subprocess.run(
        [sys.executable, "-c", SWEEP, str(source), str(out), *map(str, limits)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=110,
    )
    assert done.returncode == 0, done.stderr
    rows = [line.split(" ", 3) for line in done.stdout.splitlines()]
    assert [int(row[0]) for row in rows] == limits
    assert {row[1] for row in rows} == {"0"}
    assert {row[2] for row in rows} <= {"-", out.name}
    assert rows[0][2:] == ["-", f"can't write {out}: File too large"]
    assert rows[-1][2:] == [out.name, ""]


@pytest.mark.parametrize("failing", range(4))
def test_a_write_that_fails_leaves_whole_pieces(
    out: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    write, count = GrowingFile._write, 0

    def fails_once(self: GrowingFile, remaining: memoryview) -> None:
        nonlocal count
        if remaining:
            count += 1
            if count == failing + 1:
                write(self, remaining[: len(remaining) // 2])
                raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))
        write(self, remaining)

    def run() -> None:
        with VideoFile(out, INFO) as sink:
            write_pictures(sink, 200)

    monkeypatch.setattr(GrowingFile, "_write", fails_once)
    with pytest.raises(SinkError, match=os.strerror(errno.EDQUOT)):
        run()
    # There was room again for what waited: everything up to the failure is there.
    assert left_behind(out.parent) == ["out.mp4"]
    times = frame_times(out)
    assert times == [Fraction(number, 25) for number in range(len(times))]
    assert times


def refuse(*_arguments: object, **_more: object) -> None:
    raise OSError(errno.EROFS, os.strerror(errno.EROFS))


@needs_proc
@pytest.mark.parametrize(("place", "name"), [(os, "fsync"), (video, "finish")])
def test_a_copy_that_fails_leaves_the_recording(
    source: Path, out: Path, monkeypatch: pytest.MonkeyPatch, place: object, name: str
) -> None:
    before = held()
    sink = VideoFile(out, INFO, sound_from=source)
    write_pictures(sink, 7)
    monkeypatch.setattr(place, name, refuse)
    with pytest.raises(SinkError, match="Read-only file system; it holds what was written"):
        sink.close()
    assert len(frame_times(out)) == 7
    assert left_behind(out.parent) == ["out.mp4"]
    assert held() == before


def test_a_rename_that_fails_says_where_it_is(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sink = VideoFile(out, INFO)
    write_pictures(sink, 7)
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(SinkError, match=r"Read-only file system; the output is .*out\.part\.mp4"):
        sink.close()
    assert len(frame_times(out.with_name("out.part.mp4"))) == 7


def test_a_part_that_cannot_be_removed_is_named(
    out: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    sink = VideoFile(out, INFO)
    monkeypatch.setattr(Path, "unlink", refuse)
    sink.close()
    assert "out.part.mp4 stays behind: Read-only file system" in caplog.text


def test_an_open_that_fails_leaves_nothing(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sink = VideoFile(out, INFO)
    opened = Path.open

    def refuse_part(self: Path, *arguments: object, **more: object) -> object:
        return refuse() if ".part" in self.name else opened(self, *arguments, **more)

    monkeypatch.setattr(Path, "open", refuse_part)
    with pytest.raises(SinkError, match="Read-only file system"), sink:
        write_pictures(sink, 7)
    assert left_behind(out.parent) == []


MUXER = """
import itertools, os, sys
from pathlib import Path
from har_live.errors import SinkError
from har_live.sinks import recording
from tests.support.video_made import INFO, VideoFile, write_pictures
out, stays = Path(sys.argv[1]), sys.argv[2] == "stays"
for failing in itertools.count():
    calls = itertools.count()
    class Refusing(recording.Memory):
        def write(self, data):
            call = next(calls)
            if call == failing or (stays and call > failing):
                raise OSError(28, "No space left on device")
            return super().write(data)
    recording_memory, recording.Memory = recording.Memory, Refusing
    said = ""
    try:
        with VideoFile(out, INFO) as sink:
            write_pictures(sink, 130)
    except SinkError as error:
        said = str(error)
    recording.Memory = recording_memory
    print(failing, "+".join(os.listdir(out.parent)) or "-", said)
    out.unlink(missing_ok=True)
    if next(calls) <= failing:
        break
"""


@pytest.mark.parametrize("how", ["once", "stays"])
def test_the_muxer_refused_at_every_call(out: Path, how: str) -> None:
    """A header that FFmpeg could not write, asked for once more, crashed the process."""
    done = subprocess.run(
        [sys.executable, "-c", MUXER, str(out), how],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=110,
    )
    assert done.returncode == 0, done.stderr
    rows = [line.split(" ", 2) for line in done.stdout.splitlines()]
    assert len(rows) > 4
    assert rows[0][1:] == ["-", f"can't write {out}: No space left on device"]
    assert all("No space left on device" in row[2] for row in rows[:-1])
    assert {row[1] for row in rows} == {"-", out.name}
    assert rows[-1][1:] == [out.name, ""]


@needs_proc
def test_sound_that_is_refused_leaves_no_file_open(out: Path, tmp_path: Path) -> None:
    source = make_clip_with_tone(tmp_path / "in.mkv", sound="wavpack", sample_rate=44_100)
    before = held()
    with VideoFile(out, INFO, sound_from=source) as sink:
        write_pictures(sink, 7)
    assert sound_packets(out) == []
    assert held() == before


# --- one output, one run ----------------------------------------------------------------------


def test_two_runs_never_write_one_output(out: Path) -> None:
    with VideoFile(out, INFO, overwrite=True) as first:
        write_pictures(first, 2)
        with pytest.raises(SinkError, match=r"out\.mp4: another run is writing it"):
            VideoFile(out, INFO, overwrite=True)
    assert left_behind(out.parent) == ["out.mp4"]
    with VideoFile(out, INFO, overwrite=True) as second:
        write_pictures(second, 3)
    assert len(frame_times(out)) == 3


def test_what_a_killed_run_left_is_named(out: Path, caplog: pytest.LogCaptureFixture) -> None:
    out.with_name("out.part.mp4").write_bytes(b"a recording")
    out.with_name("out.part2.mp4").touch()
    part = Part(out, ".mp4")
    assert caplog.messages == [
        f"{out.with_name('out.part.mp4')} is what a run recorded that was killed; it is kept"
    ]
    part.discard()
    assert left_behind(out.parent) == ["out.part.mp4", "out.part2.mp4"]


def test_sync_waits_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out"
    path.write_text("x")
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="Read-only"):
        file_checks.sync(path)
