"""The systemd unit of the README: valid, and its very command survives a kill and a restart."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from har_live.sinks.remux import holds_packets
from tests.support.archive_made import make_acting_weights, shows
from tests.support.resources import wait_until
from tests.support.servers.mjpeg import FPS, MjpegCamera
from tests.support.video_made import frame_times

README = Path(__file__).parents[2] / "README.md"
HAR_LIVE = f"{sys.executable} -m har_live"
WAIT_SECONDS = 90.0
"""For a start where other work has the processor."""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="systemd is Linux's")


def unit() -> str:
    """As printed, but for where har-live is installed."""
    (text,) = re.findall(r"^```ini\n(.*?)^```$", README.read_text("utf-8"), re.M | re.S)
    assert "/opt/har-live/.venv/bin/har-live " in text
    return text.replace("/opt/har-live/.venv/bin/har-live", HAR_LIVE)


def command(source: str) -> list[str]:
    """What systemd makes of ``ExecStart``, watching another camera."""
    (line,) = re.findall(r"^ExecStart=((?:.*\\\n)*.*)$", unit(), re.M)
    words = shlex.split(line.replace("\\\n", " ").replace("%%", "%"))
    assert words[4] == "rtsp://host/stream"
    return [*words[:4], source, *words[5:]]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd")
def test_systemd_takes_it(tmp_path: Path) -> None:
    path = tmp_path / "har-live.service"
    path.write_text(unit(), "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(path)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    # Of other units of this machine it may say what it likes.
    assert "har-live.service" not in done.stderr
    assert done.returncode == 0 or "har-live" not in done.stderr


def events(folder: Path) -> list[list[dict[str, object]]]:
    """The lines of each run."""
    runs: list[list[dict[str, object]]] = []
    path = folder / "cam.jsonl"
    for text in path.read_text("utf-8").splitlines() if path.exists() else []:
        line = json.loads(text)
        if line.get("format") == "har-live-events":
            runs.append([])
        runs[-1].append(line)
    return runs


def test_killed_and_started_again_it_goes_on(tmp_path: Path, small_weights) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    weights = make_acting_weights(small_weights("lrcn"), tmp_path / "weights")
    pictures = [shows(0, number * 12 // FPS, 96, 72) for number in range(28 * FPS // 12)]

    def start(errors) -> subprocess.Popen[str]:
        words = [*command(camera.url), "--weights", str(weights)]
        return subprocess.Popen(words, cwd=folder, stderr=errors, text=True)

    def has_seen(num_runs: int) -> bool:
        runs = events(folder)
        parts = list(folder.glob("cam-*.part.mp4"))
        return (
            len(runs) == num_runs
            and len(runs[-1]) > 2
            and len(parts) == 1
            and holds_packets(parts[0])
        )

    with MjpegCamera(pictures=pictures) as camera, (tmp_path / "errors").open("w+") as errors:
        first = start(errors)
        try:
            wait_until(lambda: has_seen(1), WAIT_SECONDS)
        finally:
            first.kill()
            first.wait(20)
        (part,) = folder.glob("cam-*.part.mp4")
        assert re.fullmatch(r"cam-\d{8}-\d{6}\.part\.mp4", part.name)
        second = start(errors)
        try:
            wait_until(lambda: has_seen(2), WAIT_SECONDS)
        finally:
            second.terminate()  # as systemd stops it: KillSignal
            code = second.wait(60)
        errors.seek(0)
        said = errors.read()
    assert code == 143
    adopted = part.with_name(part.name.replace(".part", ""))
    assert f"{adopted.name} is what a run recorded that was killed" in said
    assert "Traceback" not in said
    assert "secret" not in said
    old, new = sorted(folder.glob("*.mp4"))
    assert old == adopted
    assert len(frame_times(old)) > 10
    assert len(frame_times(new)) > 10
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        ["cam.jsonl", old.name, new.name]
    )
    assert [len(run) > 2 for run in events(folder)] == [True, True]
