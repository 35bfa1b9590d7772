"""How a video ends: by itself, by Ctrl-C, by a full disk or a kill; and where none may begin."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from har_live.errors import SinkError
from har_live.sinks.source_tracks import SourceTracks, Timing
from har_live.sinks.video import VideoFile
from tests.support.video_made import (
    HEIGHT,
    INFO,
    WIDTH,
    frame_times,
    left_behind,
    mean_difference,
    picture,
    sound_packets,
    write_pictures,
)


def test_nothing_written_leaves_no_file(source: Path, out: Path) -> None:
    with VideoFile(out, INFO, sound_from=source) as sink:
        pass
    sink.close()
    assert left_behind(out.parent) == []


def test_abort_leaves_no_file(source: Path, out: Path) -> None:
    sink = VideoFile(out, INFO, sound_from=source)
    write_pictures(sink, 3)
    sink.abort()
    sink.close()
    assert left_behind(out.parent) == []
    with pytest.raises(ValueError, match="closed"):
        write_pictures(sink, 1)


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, SystemExit])
def test_an_exception_leaves_what_was_done(
    source: Path, out: Path, error: type[BaseException]
) -> None:
    def run() -> None:
        with VideoFile(out, INFO, sound_from=source) as sink:
            write_pictures(sink, 7)
            raise error

    with pytest.raises(error):
        run()
    assert frame_times(out) == [Fraction(number, 25) for number in range(7)]
    assert 0 < sound_packets(out)[-1][0] < Fraction(7, 25)
    assert left_behind(out.parent) == ["out.mp4"]


def test_ctrl_c_at_any_moment_breaks_no_picture(out: Path) -> None:
    """A packet lost between encoder and file would spoil every picture up to the next key frame."""
    previous = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        for attempt in range(6):
            sink = VideoFile(out, INFO, overwrite=True)
            write_pictures(sink, 1)  # the encoder has begun, however busy the machine is
            written = 1
            signal.setitimer(signal.ITIMER_REAL, 0.02 + 0.0073 * attempt)
            try:
                with sink:
                    while True:
                        sink.write(picture(written), written / 25)
                        written += 1
            except KeyboardInterrupt:
                pass
            with av.open(str(out)) as video:
                frames = list(video.decode(video=0))
            assert written <= len(frames) <= written + 1
            for number, frame in enumerate(frames):
                assert frame.pts * frame.time_base == Fraction(number, 25)
                assert mean_difference(frame.to_ndarray(format="rgb24"), picture(number)) < 6
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def test_a_second_ctrl_c_leaves_the_recording(
    source: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(them: SourceTracks, timing: Timing) -> Iterator[av.Packet]:
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr(SourceTracks, "packets", interrupted)
    sink = VideoFile(out, INFO, sound_from=source)
    write_pictures(sink, 7)
    with pytest.raises(KeyboardInterrupt):
        sink.close()
    assert frame_times(out) == [Fraction(number, 25) for number in range(7)]
    assert left_behind(out.parent) == ["out.mp4"]


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.support.video_made import INFO, VideoFile, write_pictures
sink = VideoFile(Path(sys.argv[1]), INFO)
write_pictures(sink, 200)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_process_leaves_a_playable_part(out: Path) -> None:
    root = Path(__file__).parents[2]
    killed = subprocess.run([sys.executable, "-c", KILLED, str(out)], cwd=root, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert left_behind(out.parent) == ["out.part.mp4"]
    times = frame_times(out.with_name("out.part.mp4"))
    assert len(times) >= 100  # 8 s less a key frame's distance and what the encoder held back
    assert times == [Fraction(number, 25) for number in range(len(times))]
    with VideoFile(out, INFO) as sink:  # the next run keeps it
        write_pictures(sink, 1)
    assert left_behind(out.parent) == ["out.mp4", "out.part.mp4"]


@contextmanager
def disk_of(num_bytes: int) -> Iterator[None]:
    """No file of this process may grow beyond a size, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (num_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def noise(number: int) -> np.ndarray:
    return np.random.default_rng(number).integers(0, 255, (HEIGHT, WIDTH, 3), dtype=np.uint8)


def test_a_full_disk_leaves_what_fitted(out: Path) -> None:
    def run() -> None:
        with VideoFile(out, INFO) as sink:
            for number in range(2000):
                sink.write(noise(number), number / 25)

    with disk_of(400_000), pytest.raises(SinkError, match=r"can't write .*out.mp4: File too large"):
        run()
    assert left_behind(out.parent) == ["out.mp4"]
    times = playable_times(out)
    assert len(times) > 50
    assert times == [Fraction(number, 25) for number in range(len(times))]


def playable_times(path: Path) -> list[Fraction]:
    """Times of the frames up to a torn end, where a player stops."""
    times = []
    with av.open(str(path)) as video:
        try:
            for frame in video.decode(video=0):
                times.append(frame.pts * frame.time_base)
        except av.FFmpegError:
            assert times
    return times


def test_a_disk_too_full_to_complete(source: Path, out: Path) -> None:
    sink = VideoFile(out, INFO, sound_from=source)
    for number in range(60):
        sink.write(noise(number), number / 25)
    part = out.with_name("out.part.mp4")
    with disk_of(part.stat().st_size + 30_000), pytest.raises(SinkError) as raised:
        sink.close()
    assert str(raised.value) == (
        f"can't complete {out}: File too large; it holds what was written, without sound"
    )
    assert len(playable_times(out)) >= 50
    assert left_behind(out.parent) == ["out.mp4"]


def test_a_disk_too_full_to_begin(out: Path) -> None:
    sink = VideoFile(out, INFO)
    with disk_of(100):
        with pytest.raises(SinkError, match="File too large"):
            write_pictures(sink, 200)
        with pytest.raises(SinkError, match="nothing was written"):
            sink.close()
    assert left_behind(out.parent) == []


def test_nothing_is_overwritten_unasked(out: Path) -> None:
    out.write_bytes(b"precious")
    with pytest.raises(SinkError, match=r"out\.mp4 exists already; pass --overwrite"):
        VideoFile(out, INFO)
    assert left_behind(out.parent) == ["out.mp4"]
    sink = VideoFile(out, INFO, overwrite=True)
    write_pictures(sink, 2)
    assert out.read_bytes() == b"precious"  # until the new one is complete
    sink.close()
    assert len(frame_times(out)) == 2


def test_a_file_that_appears_meanwhile_is_kept(out: Path) -> None:
    sink = VideoFile(out, INFO)
    write_pictures(sink, 2)
    out.write_bytes(b"precious")
    with pytest.raises(SinkError, match=r"the output is .*out\.part\.mp4"):
        sink.close()
    assert out.read_bytes() == b"precious"
    assert len(frame_times(out.with_name("out.part.mp4"))) == 2


def test_the_source_is_never_the_output(source: Path) -> None:
    before = source.read_bytes()
    with pytest.raises(SinkError, match="it is the source itself"):
        VideoFile(source, INFO, overwrite=True, sound_from=str(source))
    assert source.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("out.webm", r"end its name in one of \.mp4, \.m4v, \.mov, \.mkv"),
        ("out", "end its name in one of"),
        ("folder.mp4", "it is a directory"),
        ("missing/out.mp4", "there is no folder .*missing; create it first"),
        ("a" * 250 + ".mp4", "File name too long"),
    ],
)
def test_places_that_cannot_be_written(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "folder.mp4").mkdir()
    with pytest.raises(SinkError, match=message) as raised:
        VideoFile(tmp_path / name, INFO)
    assert "\n" not in str(raised.value)
    assert left_behind(tmp_path) == ["folder.mp4"]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_that_is_forbidden(out: Path) -> None:
    out.parent.chmod(0o500)
    with pytest.raises(SinkError, match="Permission denied"):
        VideoFile(out, INFO)


def test_two_outputs_of_one_name_do_not_mix(out: Path) -> None:
    first, second = VideoFile(out, INFO), VideoFile(out.with_suffix(".mkv"), INFO)
    write_pictures(first, 2)
    write_pictures(second, 3)
    first.close()
    second.close()
    assert len(frame_times(out)) == 2
    assert len(frame_times(out.with_suffix(".mkv"))) == 3
    assert left_behind(out.parent) == ["out.mkv", "out.mp4"]
