"""The commands as a user types them: real processes, exit codes, what lands on which stream."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import har_live
from har_live.card import shipped_weights
from tests.support.make_media import make_clip
from tests.support.signals_made import heed_signals

HAR_LIVE = [sys.executable, "-m", "har_live"]
TIMEOUT_SECONDS = 90


def run(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [*HAR_LIVE, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, cwd=cwd)


@pytest.fixture(scope="module")
def folder(small_weights) -> Path:
    return small_weights("lrcn").folder


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "in.mp4"
    return make_clip(path, pts_seconds=[i / 20 for i in range(40)], size=(160, 120), sound=True)


def cpu_seconds(*arguments: str) -> float:
    """Processor time of a command, which other work on the machine does not lengthen."""
    before = os.times()
    assert run(*arguments).returncode == 0
    after = os.times()
    return after.children_user + after.children_system - before[2] - before[3]


def test_help_is_quick():
    assert min(cpu_seconds("--help") for _ in range(3)) < 0.5


LOADS = """
import os, signal, sys

class Interrupts:
    def find_spec(self, name, *_):
        if name == "{module}":
            {what}

sys.meta_path.insert(0, Interrupts())
from har_live.__main__ import main
main()
"""


@pytest.mark.parametrize(
    ("module", "what"),
    [
        ("har_live.cli.live", "os.kill(os.getpid(), signal.SIGINT)"),
        # As a compiled module fails that is interrupted half-way.
        ("onnxruntime", "raise ImportError('initialization failed') from KeyboardInterrupt()"),
    ],
)
def test_ctrl_c_while_it_loads_is_quiet(folder, clip, module, what):
    code = LOADS.format(module=module, what=what)
    done = subprocess.run(
        [sys.executable, "-c", code, "predict", str(clip), "-w", str(folder), "--runtime", "onnx"],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_version():
    done = run("--version")
    assert done.stdout == f"har-live {har_live.__version__}\n"


def test_annotate_writes_video_and_events(folder, clip, tmp_path):
    out, events = tmp_path / "out.mp4", tmp_path / "out.jsonl"
    done = run("annotate", clip, out, "-w", folder, "--events", events)
    assert (done.returncode, done.stdout) == (0, "")
    assert "test-lrcn on ONNX Runtime" in done.stderr
    assert "40 frames" in done.stderr
    assert out.stat().st_size > 1000
    assert json.loads(events.read_text().splitlines()[0])["weights"] == "test-lrcn"


def test_nothing_is_overwritten_unless_told(folder, clip, tmp_path):
    out = tmp_path / "out.mp4"
    out.write_text("mine")
    done = run("annotate", clip, out, "-w", folder)
    assert done.returncode == 1
    assert "--overwrite" in done.stderr
    assert out.read_text() == "mine"
    assert run("annotate", clip, out, "-w", folder, "--overwrite").returncode == 0
    assert out.stat().st_size > 1000


def test_many_videos_become_as_many(folder, clip, tmp_path):
    """Broken ones are named, in one line each, and stop no other."""
    (tmp_path / "empty.mp4").touch()
    outputs = tmp_path / "new" / "out"
    sources = [clip, tmp_path / "empty.mp4", "/nowhere/clip.mp4", clip]
    done = run("annotate", *sources, "--out-dir", outputs, "-w", folder, "--events", ".srt")
    assert done.returncode == 1
    lines = [line for line in done.stderr.splitlines() if line.startswith("har-live: ")]
    assert len(lines) == 2
    assert "empty.mp4: " in lines[0]
    assert lines[1].startswith("har-live: /nowhere/clip.mp4: no such file")
    assert sorted(path.name for path in outputs.iterdir()) == [
        "in-2.mp4", "in-2.srt", "in.mp4", "in.srt"
    ]  # fmt: skip
    again = run("annotate", clip, "--out-dir", outputs, "-w", folder)
    assert again.returncode == 1
    assert "in.mp4 exists already" in again.stderr
    wrong = run("annotate", clip, "--out-dir", outputs, "-w", folder, "--events", "out.srt")
    assert wrong.returncode == 2
    assert "expected one of .jsonl" in " ".join(wrong.stderr.replace("│", " ").split())


def test_predict_single_prints_the_best_labels(folder, clip):
    done = run("predict", clip, "-w", folder, "--single")
    assert done.returncode == 0
    shares = [float(line.split("%")[0]) for line in done.stdout.splitlines()]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(100, abs=0.3)


def test_predict_json_is_json_and_nothing_else(folder, clip):
    answer = json.loads(run("predict", clip, "-w", folder, "--json").stdout)
    assert answer["format"] == "har-live-prediction"
    assert answer["num_frames"] == 40
    single = json.loads(run("predict", clip, "-w", folder, "--json", "--single").stdout)
    assert single["label"] == single["top"][0]["label"]


def test_a_lower_threshold_shows_more(folder, clip):
    def num_segments(confidence: str) -> int:
        done = run("predict", clip, "-w", folder, "--json", "--min-confidence", confidence)
        return len(json.loads(done.stdout)["segments"])

    # "none" is no segment, whatever its confidence; at 1 nothing is sure enough.
    assert num_segments("1") == 0 <= num_segments("0")


def test_predict_accounts_for_all_the_time(folder, clip):
    """In words and in JSON: what is no segment was something, too."""
    told = run("predict", clip, "-w", folder, "--min-confidence", "1").stdout
    assert told.splitlines()[0] == "no action was recognized"
    (seconds,) = re.findall(r"Unsure ([\d.]+) s", told)
    done = run("predict", clip, "-w", folder, "--min-confidence", "1", "--json")
    left_out = json.loads(done.stdout)["left_out_seconds"]
    assert float(seconds) == pytest.approx(left_out["unsure"], abs=0.06)
    assert sum(left_out.values()) == pytest.approx(1.9, abs=0.3)


@pytest.mark.parametrize("kind", ["missing", "directory", "empty", "text"])
@pytest.mark.parametrize("command", ["annotate", "predict"])
def test_a_bad_source_is_one_line_and_exit_1(folder, tmp_path, command, kind):
    bad = tmp_path / "bad.mp4"
    if kind == "directory":
        bad.mkdir()
    elif kind == "empty":
        bad.touch()
    elif kind == "text":
        bad.write_text("hello")
    out = tmp_path / "out.mp4"
    done = run(command, bad, *([out] if command == "annotate" else []), "-w", folder)
    assert done.returncode == 1
    lines = [line for line in done.stderr.splitlines() if " on ONNX Runtime " not in line]
    assert len(lines) == 1
    assert re.fullmatch(r"har-live: .*bad\.mp4.*", lines[0])
    assert not out.exists()


def test_debug_shows_the_traceback(tmp_path):
    done = run("--debug", "models", tmp_path)
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "WeightsError" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["annotate"], 2, "Missing argument"),
        (["annotate", "x.mp4"], 2, "1 path is given; expected a source and an output, or"),
        (["annotate", "a", "b", "c"], 2, "3 paths are given; expected a source and an output, or"),
        (["annotate", "", "out.mp4"], 2, "'' names nothing; give a file, an address, or: figure"),
        (["predict", ""], 2, "'' names nothing; give a file"),
        (["live", " "], 2, "'' names nothing; give a file"),
        (["annotate", "x.mp4", "y.mp4", "--hop", "0"], 2, "greater than or equal to 1"),
        (["predict", "figure", "--hop", "99"], 2, "hop is 99; expected 1 to"),
        (["predict", "figure", "--runtime", "tflite"], 2, "'tflite' is not one of 'auto', 'torch'"),
        (["predict", "figure", "--hwaccel", "warp"], 2, "'warp' is not one of 'none', 'auto',"),
        (["live", "figure", "--rtsp-transport", "ip"], 2, "'ip' is not one of 'tcp', 'udp'"),
        (["live", "figure", "--size", "big"], 2, "size is 'big'; expected WIDTHxHEIGHT"),
        (["live", "figure", "--size", "0x9"], 2, "camera_size is (0, 9); expected pixels"),
        (["live", "figure", "--split", "soon"], 2, "split is 'soon'; expected a time, such as 30s"),
        (["predict", "figure", "--device", "tpu"], 1, "choose one of cpu"),
        (["nonsense"], 2, "No such command"),
    ],
)
def test_wrong_usage(folder, arguments, code, message):
    weights = ["-w", str(folder)] if arguments[0] == "predict" else []
    done = run(*arguments, *weights)
    assert done.returncode == code
    assert message in " ".join(done.stderr.replace("│", " ").split())
    assert "Traceback" not in done.stderr


def test_help_names_the_choices(monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    shown = run("live", "--help").stdout
    for choices in ("<auto|torch|onnx>", "<tcp|udp>"):
        assert choices in shown


def test_ctrl_c_that_a_library_swallows_still_ends_the_work():
    """An exception out of a callback from C is only printed there; the next frame ends it."""
    import numpy as np

    from har_live.cli.console.progress import progress_bar
    from har_live.types import Frame, VideoInfo

    frame = Frame(np.zeros((8, 8, 3), np.uint8), 0.0)
    info = VideoInfo(name="made", width=8, height=8, fps=30.0)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with progress_bar() as on_frame:
            on_frame(frame, info)
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
            with pytest.raises(KeyboardInterrupt):
                on_frame(frame, info)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_ctrl_c_leaves_a_playable_file(folder, tmp_path):
    import av

    out = tmp_path / "demo.mp4"
    process = subprocess.Popen(
        [*HAR_LIVE, "demo", str(out), "-w", str(folder)],
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_signals,
    )
    try:
        part = tmp_path / "demo.part.mp4"
        wait_until(lambda: part.exists() and part.stat().st_size > 100_000, process)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=TIMEOUT_SECONDS)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 130, errors
    assert errors.splitlines()[-1] == f"stopped; {out} holds what was done"
    with av.open(out) as container:
        assert sum(1 for _ in container.decode(video=0)) > 10
    assert [path.name for path in tmp_path.iterdir()] == ["demo.mp4"]


def wait_until(condition, process: subprocess.Popen) -> None:
    """Poll while the process lives, for at most TIMEOUT_SECONDS."""
    for _ in range(TIMEOUT_SECONDS * 20):
        if condition():
            return
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
        break
    pytest.fail(f"ended or came to nothing: exit code {process.poll()}")


def test_models_shows_a_card(folder):
    shown = run("models", folder).stdout
    assert "test-lrcn" in shown
    assert "none, wave, jump, walk" in shown
    assert json.loads(run("models", folder, "--json").stdout)["clip"]["image_size"] == 64


def test_models_lists_what_ships():
    done = run("models", "--json")
    assert [item["name"] for item in json.loads(done.stdout)] == list(shipped_weights())
    assert run("models").returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["models"], ["predict"]])
def test_an_answer_that_nobody_can_take_in_is_one_line(folder, clip, arguments):
    if arguments == ["predict"]:
        arguments = ["predict", str(clip), "-w", str(folder)]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*HAR_LIVE, *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "har-live: can't print the answer: No space left on device"
    )
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_remarks_that_nobody_can_take_in_cost_no_answer(folder, clip):
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*HAR_LIVE, "predict", str(clip), "-w", str(folder), "--json"],
            stdout=subprocess.PIPE,
            stderr=full,
            timeout=TIMEOUT_SECONDS,
        )
    assert done.returncode == 0
    assert json.loads(done.stdout)["num_frames"] == 40


@pytest.mark.skipif(sys.platform != "linux", reason="names are UTF-8 elsewhere")
def test_a_name_that_is_not_utf_8(folder, clip, tmp_path):
    source = tmp_path / os.fsdecode(b"caf\xe9.mp4")
    source.write_bytes(clip.read_bytes())
    out, events = tmp_path / os.fsdecode(b"o\xe9.mp4"), tmp_path / os.fsdecode(b"o\xe9.jsonl")
    done = run("annotate", source, out, "-w", folder, "--events", events)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)
    assert out.stat().st_size > 1000
    header = json.loads(events.read_text("utf-8").splitlines()[0])
    assert os.fsencode(header["source"]) == b"caf\xe9.mp4"
    assert json.loads(run("predict", source, "-w", folder, "--json").stdout)["num_frames"] == 40
    done = run("live", source, "-w", folder, "--no-window", "--record", tmp_path / "r.mkv")
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits of file sizes")
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
@pytest.mark.parametrize("command", ["annotate", "demo", "live"])
def test_a_disk_without_a_free_byte_is_one_line(folder, clip, tmp_path, command, suffix):
    out = tmp_path / f"out{suffix}"
    arguments = {
        "annotate": ["annotate", clip, out],
        "demo": ["demo", out],
        "live": ["live", clip, "--no-window", "--record", out],
    }[command]
    full = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)); "
        "from har_live.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", full, *map(str, arguments), "-w", str(folder)],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )
    assert done.returncode == 1, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("har-live: ")]
    assert lines == [f"har-live: can't write {out}: File too large"]
    assert list(tmp_path.iterdir()) == []
