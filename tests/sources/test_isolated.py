"""A source in a process of its own: same frames, same errors, and nothing left of a hang."""

from __future__ import annotations

import gc
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from av.video.reformatter import ColorRange, Colorspace

from har_live.errors import SourceError
from har_live.sources import SourceSettings, open_source
from har_live.sources.child_messages import NUM_SLOTS
from har_live.sources.isolated import IsolatedSource
from tests.support.make_media import make_clip, quadrants, spoil_packets
from tests.support.resources import held, is_alive, needs_proc, resident_bytes, wait_until
from tests.support.sources_made import OPENER, frames


def made(spec: str, *, stall_seconds: float = 20.0, open_seconds: float = 20.0) -> IsolatedSource:
    return IsolatedSource(
        spec, opener=OPENER, stall_seconds=stall_seconds, open_seconds=open_seconds
    )


@pytest.mark.parametrize(
    ("settings", "matrix"),
    [
        ({}, "bt601"),
        ({"color": (Colorspace.ITU709, ColorRange.MPEG), "rotation": 90}, "bt709"),
        ({"size": (96, 600), "picture": quadrants}, "bt709"),
        ({"pixel_format": "yuv444p"}, None),
    ],
)
def test_frames_and_info_are_those_of_the_source_itself(
    settings: dict[str, Any], matrix: str | None, tmp_path: Path
) -> None:
    path = make_clip(tmp_path / "clip.mp4", pts_seconds=[i / 30 for i in range(20)], **settings)
    with open_source(str(path)) as here, IsolatedSource(str(path)) as there:
        assert there.info == here.info
        for one, other in zip(here, there, strict=True):
            assert one.pts_seconds == other.pts_seconds
            np.testing.assert_array_equal(one.image, other.image)
            assert (one.yuv is None) == (other.yuv is None) == (matrix is None)
            if one.yuv is not None and other.yuv is not None:
                assert one.yuv.matrix == other.yuv.matrix == matrix
                np.testing.assert_array_equal(one.yuv.planes, other.yuv.planes)


def test_the_true_label_comes_along() -> None:
    with open_source("figure") as here, IsolatedSource("figure") as there:
        assert next(iter(there)).truth == next(iter(here)).truth


def test_a_recording_waits_for_its_reader() -> None:
    with made("recording:40") as source:
        assert [frame.pts_seconds for frame in source] == [f.pts_seconds for f in frames(40)]
        assert source.num_dropped == 0


def test_a_live_source_does_not_wait() -> None:
    with made("live:200") as source:
        assert source.info.is_live
        wait_until(lambda: not is_alive(source.pid))  # it has given all of them
        assert [f.pts_seconds for f in source] == [f.pts_seconds for f in frames(NUM_SLOTS)]


@pytest.mark.parametrize("spec", ["/nowhere/clip.mp4", "rtsp://user:secret@127.0.0.1:1/door"])
def test_errors_have_the_same_text(spec: str) -> None:
    with pytest.raises(SourceError) as here:
        open_source(spec)
    with IsolatedSource(spec) as source, pytest.raises(SourceError) as there:
        _ = source.info
    assert str(there.value) == str(here.value)
    assert "secret" not in str(there.value)


def test_an_error_comes_after_the_frames_before_it() -> None:
    with made("fail:5") as source:
        reading = iter(source)
        assert [next(reading).pts_seconds for _ in range(5)] == [f.pts_seconds for f in frames(5)]
        with pytest.raises(SourceError, match=r"^made: lost after 1.0 s; check the cable$"):
            next(reading)


def test_an_unexpected_error_brings_its_traceback() -> None:
    with made("bug:1") as source, pytest.raises(RuntimeError, match="ZeroDivisionError") as error:
        list(source)
    assert "in _bug" in str(error.value.__cause__)


def test_a_crash_is_an_error_of_the_source() -> None:
    with (
        made("crash:2") as source,
        pytest.raises(SourceError, match=rf"died \(exit code -{signal.SIGSEGV.value}\)"),
    ):
        list(source)


def test_a_picture_may_grow_and_more_is_an_error_of_the_source() -> None:
    with made("grow") as source:
        reading = iter(source)
        assert [next(reading).image.shape for _ in range(2)] == [(120, 160, 3), (1080, 1920, 3)]
        with pytest.raises(SourceError, match="grew to 2048×1080"):
            next(reading)


def test_the_log_comes_along(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = make_clip(tmp_path / "clip.avi", pts_seconds=[i / 10 for i in range(10)])
    spoil_packets(path, [4])
    with IsolatedSource(str(path)) as source:
        list(source)
    assert "clip.avi: damaged packets skipped" in caplog.text


def test_a_source_that_never_opens_is_given_up() -> None:
    with (
        made("hang-open", open_seconds=0.3) as source,
        pytest.raises(SourceError, match=r"^hang-open: did not open within 0.3 s; check"),
    ):
        _ = source.info


def test_interrupt_wakes_a_reader_that_waits() -> None:
    with made("hang:1") as source:
        reading = iter(source)
        next(reading)
        waker = threading.Thread(target=source.interrupt, name="har-live-waker")
        waker.start()
        assert list(reading) == []
        waker.join()


def test_a_closed_source_has_no_more_frames() -> None:
    with made("recording:40") as source:
        reading = iter(source)
        next(reading)
        source.close()
        source.close()
        assert list(reading) == []
    assert not is_alive(source.pid)


@needs_proc
def test_many_hangs_in_a_row_leave_nothing_behind() -> None:
    # In a process of its own: in that of the whole suite others' memory comes and goes.
    ended = subprocess.run(
        [sys.executable, "-c", "from tests.sources.test_isolated import hang_often; hang_often()"],
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert ended.returncode == 0, ended.stderr


def hang_often() -> None:
    for _ in range(5):
        hang()  # what is loaded once is loaded now
    gc.collect()
    before, resident_before = held(), resident_bytes()
    for _ in range(25):
        hang()
    assert held() == before
    # The picture of one hang is 58 KB, its memory 173 KB: all of them kept would be 1.4–4 MB.
    assert resident_bytes() - resident_before < 1e6


def hang() -> None:
    with made("hang:1", stall_seconds=0.25) as source:
        reading = iter(source)
        next(reading)
        with pytest.raises(SourceError, match=r"^hang:1: gave no picture for 0.25 s"):
            next(reading)
    assert not is_alive(source.pid)


@needs_proc
def test_a_server_that_accepts_and_goes_silent_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(1)  # where nobody has come, it says so
        options = SourceSettings(timeout_seconds=60)  # as if the library's own limit did not work
        before = held()
        for scheme in ("http", "rtsp", "http"):
            address = f"{scheme}://user:secret@127.0.0.1:{server.getsockname()[1]}/live"
            with (
                IsolatedSource(address, options, open_seconds=4) as source,
                pytest.raises(SourceError, match=r"did not open within 4 s") as error,
            ):
                _ = source.info
            assert "secret" not in str(error.value)
            server.accept()[0].close()  # it had come that far
        assert held() == before


@needs_proc
def test_the_child_dies_with_its_parent(tmp_path: Path) -> None:
    """From a script without any guard, killed the hard way, while the read hangs."""
    script = tmp_path / "script.py"
    script.write_text(
        "from har_live.sources.isolated import IsolatedSource\n"
        f"source = IsolatedSource('hang:1', opener={OPENER!r})\n"
        "next(iter(source))\n"
        "print(source.pid, flush=True)\n"
        "list(source)\n"
    )
    root = str(Path(__file__).resolve().parents[2])
    parent = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": root},
    )
    with parent:
        try:
            assert parent.stdout is not None
            child = int(parent.stdout.readline())
            assert is_alive(child)
        finally:
            parent.kill()
    wait_until(lambda: not is_alive(child))
