"""A disk that takes no answer: every command says so in one line, and ends with 1."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import training.__main__
from har_live import cli, doctor
from har_live.cli.console.terminal import answers
from har_live.doctor.check import Check, Examination
from tests.support.make_media import make_clip
from training.__main__ import COMMANDS

FULL = Path("/dev/full")
SAID = "can't print the answer: No space left on device"
Ending = Callable[..., tuple[object, list[str]]]
HAR_LIVE = ("live", "annotate", "predict", "demo", "models", "cameras", "doctor", "bench")

pytestmark = pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")


@pytest.fixture
def ending(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ending:
    """Runs a command whose standard output is full: its exit code, and what it says."""

    def run(main: Callable[[], None], *arguments: object) -> tuple[object, list[str]]:
        code: object = None
        with FULL.open("w") as stream, monkeypatch.context() as patched:
            patched.setattr(sys, "stdout", stream)
            patched.setattr(sys, "argv", ["program", *map(str, arguments)])
            try:
                main()
            except SystemExit as end:
                code = end.code
        with answers.capture():  # takes what could not be printed, else the next test prints it
            pass
        return code, capsys.readouterr().err.splitlines()

    return run


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for label in ("walk", "wave"):
        (tmp_path / "data" / label).mkdir(parents=True)
        make_clip(tmp_path / "data" / label / "a.mp4")
    return tmp_path / "data"


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_the_help_of_training(command: str, ending: Ending) -> None:
    words = [command] if command else []
    assert ending(training.__main__.main, *words, "--help") == (1, [f"error: {SAID}"])


def test_the_answers_of_training(data: Path, ending: Ending, small_weights, tmp_path: Path) -> None:
    weights = small_weights("lrcn").folder
    for words in (
        ("show", data, "--out", tmp_path / "show.png", "--workers", 1),
        ("prepare", data, "--cache", tmp_path / "cache", "--workers", 1),
        ("evaluate", weights, data, "--split", "all"),
        ("fetch", "ucf50", tmp_path / "ucf50", "--base-url", "http://127.0.0.1:1"),
    ):
        code, lines = ending(training.__main__.main, *words)
        assert (code, lines[-1]) == (1, f"error: {SAID}")


@pytest.mark.parametrize("command", ["", *HAR_LIVE])
def test_the_help_of_har_live(command: str, ending: Ending) -> None:
    words = [command] if command else []
    assert ending(cli.main, *words, "--help") == (1, [f"har-live: {SAID}"])


def test_the_answers_of_har_live(data: Path, ending: Ending, monkeypatch, small_weights, kernel):
    kernel.plug_in(0, "C270")
    check = Check("weights", "ok", "x")
    monkeypatch.setattr(doctor, "EXAMINATIONS", (Examination("weights", lambda: [check], True),))
    weights = small_weights("lrcn").folder
    for words in (
        ("doctor",),
        ("doctor", "--json"),
        ("cameras",),
        ("models",),
        ("models", weights),
        ("predict", data / "wave" / "a.mp4", "-w", weights),
        ("bench", "-w", weights, "--quick", "--seconds", "0.01", "--only", "grid-frame"),
    ):
        code, lines = ending(cli.main, *words)
        assert (code, lines[-1]) == (1, f"har-live: {SAID}")


def test_as_a_process_nothing_follows_the_line(data: Path, tmp_path: Path) -> None:
    """Python flushes standard output once more at its exit."""
    words = ["show", str(data), "--out", str(tmp_path / "show.png"), "--workers", "1"]
    with FULL.open("wb") as stream:
        done = subprocess.run(
            [sys.executable, "-m", "training", *words],
            stdout=stream,
            stderr=subprocess.PIPE,
            text=True,
            timeout=100,
        )
    assert (done.returncode, done.stderr) == (1, f"error: {SAID}\n")


def test_a_reader_that_has_seen_enough_is_no_error(data: Path, tmp_path: Path) -> None:
    words = ["show", str(data), "--out", str(tmp_path / "show.png"), "--workers", "1"]
    with subprocess.Popen(
        [sys.executable, "-m", "training", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        process.stdout = None
        _, errors = process.communicate(timeout=100)
    assert (process.returncode, errors) == (1, "")
