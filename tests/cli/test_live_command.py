"""``har-live live`` as a user starts and ends it: real processes, signals, a disk that fills."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from har_live.sources.media import MediaSource
from tests.support.make_media import make_clip
from tests.support.resources import children_of, is_alive, needs_proc, wait_until
from tests.support.servers.mjpeg import MjpegCamera
from tests.support.signals_made import heed_signals

HAR_LIVE = [sys.executable, "-m", "har_live"]
END_SECONDS = 60
MOST_BYTES = 100_000
"""Room on the full disk: a second or two of recording."""
FILL_UP = (
    "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2); "
    "sys.argv[1:2] = []; from har_live.cli import main; main()"
)


@contextmanager
def started(*arguments: str | Path, command: list[str] = HAR_LIVE) -> Iterator[subprocess.Popen]:
    process = subprocess.Popen(
        [*command, *map(str, arguments)],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=heed_signals,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture(scope="module")
def folder(small_weights) -> Path:
    return small_weights("lrcn").folder


def outputs(place: Path) -> list[str]:
    video, events = place / "out.mp4", place / "out.jsonl"
    return ["--record", str(video), "--events", str(events), "--no-window"]


def num_recorded(place: Path) -> int:
    with MediaSource(place / "out.mp4") as recording:
        return len(list(recording))


def assert_whole_events(place: Path) -> None:
    text = (place / "out.jsonl").read_text()
    assert text.endswith("\n")
    assert json.loads(text.splitlines()[0])["format"] == "har-live-events"
    assert all("label" in json.loads(line) for line in text.splitlines()[1:])


def is_recording(place: Path) -> bool:
    part = place / "out.part.mp4"
    return part.exists() and part.stat().st_size > 50_000


def test_signals_leave_whole_files(folder, tmp_path):
    """Ctrl-C, a service that stops, a terminal that closes; side by side, to save time."""
    names = ("SIGINT", "SIGTERM", "SIGHUP")
    with ExitStack() as stack:
        processes = []
        for name in names:
            (tmp_path / name).mkdir()
            command = started("live", "figure", "-w", folder, *outputs(tmp_path / name))
            processes.append(stack.enter_context(command))
        for name, process in zip(names, processes, strict=True):
            check_end_by_signal(process, getattr(signal, name), tmp_path / name)


def check_end_by_signal(process: subprocess.Popen, number: signal.Signals, place: Path) -> None:
    wait_until(lambda: is_recording(place) or process.poll() is not None, END_SECONDS)
    process.send_signal(number)
    out, errors = process.communicate(timeout=END_SECONDS)
    assert process.returncode == 128 + number, errors
    assert f"ended by {number.name} after" in errors
    assert (out, "Traceback" in errors) == ("", False)
    assert num_recorded(place) > 20
    assert_whole_events(place)
    assert sorted(path.name for path in place.iterdir()) == ["out.jsonl", "out.mp4"]


def test_a_disk_that_fills_up_ends_it_with_what_was_written(folder, tmp_path):
    pytest.importorskip("resource")
    command = [sys.executable, "-c", FILL_UP, str(MOST_BYTES)]
    with started("live", "figure", "-w", folder, *outputs(tmp_path), command=command) as process:
        _, errors = process.communicate(timeout=END_SECONDS)
    assert process.returncode == 1, errors
    lines = [line for line in errors.splitlines() if line.startswith("har-live: ")]
    assert lines[-1].startswith(f"har-live: can't write {tmp_path / 'out.mp4'}: File too large")
    assert "Traceback" not in errors
    assert num_recorded(tmp_path) > 10
    assert_whole_events(tmp_path)


def test_a_file_ends_and_is_summed_up(folder, tmp_path):
    clip = make_clip(tmp_path / "in.mp4", pts_seconds=[i / 30 for i in range(31)], size=(160, 120))
    with started("live", clip, "-w", folder, *outputs(tmp_path)) as process:
        out, errors = process.communicate(timeout=END_SECONDS)
    assert (process.returncode, out) == (0, ""), errors
    assert "ended by the end of the source after 1." in errors
    assert num_recorded(tmp_path) > 10  # of 31: a busy machine shows fewer


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["/nowhere/clip.mp4"], 1, "har-live: /nowhere/clip.mp4: no such file"),
        (["rtsp://user:secret@127.0.0.1:1/x"], 1, "har-live: rtsp://127.0.0.1:1/x: connection ref"),
        (["figure", "--size", "wide"], 2, "expected WIDTHxHEIGHT"),
        (["figure", "--rtsp-transport", "pigeon"], 2, "'pigeon' is not one of 'tcp', 'udp'"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(folder, arguments, code, message):
    with started("live", *arguments, "-w", folder, "--no-window") as process:
        _, errors = process.communicate(timeout=END_SECONDS)
    assert process.returncode == code
    assert message in " ".join(errors.replace("│", " ").split())
    assert "secret" not in errors
    assert "Traceback" not in errors


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a display needs no DISPLAY")
def test_without_a_display_it_says_what_to_do(folder, monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    with started("live", "figure", "-w", folder) as process:
        _, errors = process.communicate(timeout=END_SECONDS)
    assert process.returncode == 1
    assert "har-live: no display: use --no-window" in errors


@needs_proc
def test_killed_the_hard_way_it_leaves_no_reader(folder):
    """A network camera is read in a process of its own, which must not outlive the program."""
    with (
        MjpegCamera() as camera,
        started("live", camera.url, "-w", folder, "--no-window") as process,
    ):
        wait_until(lambda: camera.num_connections > 0 or process.poll() is not None, END_SECONDS)
        (child,) = children_of(process.pid)
        camera.silence()  # so that it notices nothing from its reading
        process.kill()
        wait_until(lambda: not is_alive(child))
