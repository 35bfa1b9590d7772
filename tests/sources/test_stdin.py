"""Videos through standard input: real pipes from real programs, as a shell makes them."""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from har_live.sources.media import MediaSource
from har_live.sources.stdin import index_comes_last
from tests.support.make_media import cut_file, make_clip, noisy
from tests.support.resources import children_of, needs_proc, wait_until
from tests.support.signals_made import heed_signals

HAR_LIVE = [sys.executable, "-m", "har_live"]
END_SECONDS = 90
NUM_FRAMES = 40


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("stdin") / "in.mp4"
    return make_clip(path, pts_seconds=[i / 20 for i in range(NUM_FRAMES)], size=(160, 120))


def fed(sender: list[str], *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """``sender | har-live arguments``"""
    with subprocess.Popen(sender, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as sending:
        return har_live(*arguments, stdin=sending.stdout)


def har_live(*arguments: str | Path, stdin: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*HAR_LIVE, *map(str, arguments)],
        stdin=stdin,  # type: ignore[call-overload]
        capture_output=True,
        text=True,
        timeout=END_SECONDS,
    )


def as_stream(path: Path, container: str = "mpegts") -> list[str]:
    """ffmpeg's command that sends a video's own packets."""
    return ["ffmpeg", "-v", "error", "-i", str(path), "-c", "copy", "-f", container, "-"]


@pytest.mark.parametrize("container", ["mpegts", "matroska"])
def test_annotate_reads_what_ffmpeg_sends(container, clip, tmp_path):
    done = fed(as_stream(clip, container), "annotate", "-", tmp_path / "out.mp4")
    assert done.returncode == 0, done.stderr
    with MediaSource(tmp_path / "out.mp4") as written:
        assert len(list(written)) == NUM_FRAMES


@pytest.mark.parametrize("options", [{}, {"movflags": "faststart"}, {"movflags": "frag_keyframe"}])
def test_an_mp4_may_have_its_index_anywhere(options, tmp_path):
    times = [i / 20 for i in range(NUM_FRAMES)]
    path = make_clip(
        tmp_path / "in.mp4", pts_seconds=times, size=(160, 120), container_options=options
    )
    assert index_comes_last(path.read_bytes()[:4096]) == (not options)
    done = fed(["cat", str(path)], "predict", "-", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["num_frames"] == NUM_FRAMES


def test_a_file_may_be_put_in_its_place(clip):
    with clip.open("rb") as file:
        done = har_live("predict", "-", "--json", stdin=file)
    answer = json.loads(done.stdout)
    assert (answer["num_frames"], answer["source"]) == (NUM_FRAMES, "-")


def test_live_plays_it_to_its_end(clip, tmp_path):
    outputs = ["--no-window", "--record", tmp_path / "out.mp4"]
    done = fed(as_stream(clip), "live", "-", *outputs)
    assert done.returncode == 0, done.stderr
    assert "the end of the source" in done.stderr
    with MediaSource(tmp_path / "out.mp4") as recording:
        # Not all of it: what comes late on a busy machine is not shown.
        assert len(list(recording)) > NUM_FRAMES // 4


@needs_proc
def test_ctrl_c_ends_live_though_nothing_comes():
    reading, writing = os.pipe()
    command = [*HAR_LIVE, "live", "-", "--no-window"]
    process = subprocess.Popen(command, stdin=reading, preexec_fn=heed_signals)
    os.close(reading)
    with process, os.fdopen(writing, "wb"):
        try:
            wait_until(lambda: bool(children_of(process.pid)))
            process.send_signal(signal.SIGINT)
            assert process.wait(END_SECONDS) == 130
        finally:
            process.kill()


@needs_proc
@pytest.mark.parametrize("command", ["predict", "annotate"])
def test_ctrl_c_ends_a_command_though_nothing_more_comes(command, tmp_path):
    times = [i / 20 for i in range(NUM_FRAMES)]
    clip = make_clip(tmp_path / "in.mp4", pts_seconds=times, size=(320, 240), picture=noisy)
    sent = subprocess.run(as_stream(clip), check=True, capture_output=True).stdout
    assert len(sent) > 500_000  # the last of it waits in no buffer of FFmpeg's
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [*HAR_LIVE, command, "-", *([tmp_path / "out.mp4"] if command == "annotate" else [])],
        stdin=reading,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_signals,
    )
    with process, os.fdopen(reading, "rb") as ours, os.fdopen(writing, "wb") as pipe:
        try:
            pipe.write(sent)
            pipe.flush()
            wait_until(lambda: num_waiting(ours.fileno()) == 0 and is_asleep(process.pid))
            process.send_signal(signal.SIGINT)
            assert process.wait(END_SECONDS) == 130
            assert process.stderr is not None
            assert "Traceback" not in process.stderr.read()
        finally:
            process.kill()


def num_waiting(pipe: int) -> int:
    """Bytes in a pipe that nobody has read yet."""
    import fcntl  # not there on Windows
    import termios

    (number,) = struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)))
    return number


def is_asleep(pid: int) -> bool:
    """Whether every thread of a process waits for something."""
    try:
        threads = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/stat")]
    except (FileNotFoundError, ProcessLookupError):  # one has just ended
        return False
    return all(thread.rpartition(")")[2].split()[0] == "S" for thread in threads)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "standard input is empty; pipe a video in"),
        (b"hello, this is no video\n" * 999, "standard input: not a video"),
        (bytes(99_999), "standard input: not a video"),
    ],
)
@pytest.mark.parametrize("command", ["predict", "live"])
def test_what_is_no_video_is_one_line(command, content, message, tmp_path):
    path = tmp_path / "content"
    path.write_bytes(content)
    more = ["--no-window"] if command == "live" else []
    done = fed(["cat", str(path)], command, "-", *more)
    assert done.returncode == 1
    (line,) = [line for line in done.stderr.splitlines() if "standard input" in line]
    assert line.startswith(f"har-live: {message}")
    assert "Traceback" not in done.stderr


def test_an_mp4_that_was_cut_off_is_one_line(tmp_path):
    path = make_clip(tmp_path / "in.mp4", pts_seconds=[i / 20 for i in range(NUM_FRAMES)])
    cut_file(path, fraction=0.5)
    done = fed(["cat", str(path)], "predict", "-")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("har-live: standard input: not a video")


def test_a_terminal_is_no_video():
    ours, terminal = pytest.importorskip("pty").openpty()
    try:
        done = har_live("predict", "-", stdin=terminal)
    finally:
        os.close(terminal)
        os.close(ours)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("har-live: standard input is a terminal; pipe")


def test_a_closed_one_is_no_video():
    command = 'exec "$@" <&-'
    done = subprocess.run(
        ["sh", "-c", command, "sh", *HAR_LIVE, "predict", "-"],
        capture_output=True,
        text=True,
        timeout=END_SECONDS,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("har-live: standard input is closed; pipe")
