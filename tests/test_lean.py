"""The install without extras: everything but the GPU and training works where torch is not there.

A ``sitecustomize`` makes Python, in the children of the commands too, refuse what the base install
has not; ``training`` as well, which the wheel does not hold.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import har_live.scorers
from har_live.doctor import Check, gpu_and_weights
from har_live.errors import BackendError
from har_live.scorers import INSTALL_TORCH, chosen_runtime
from tests.support.make_media import make_clip

ROOT = Path(__file__).parents[1]
NOT_THERE = (
    *("torch", "safetensors", "lightning", "torchmetrics", "onnx", "onnxscript"),
    *("matplotlib", "sklearn", "training", "paho"),
    *("ray", "pyarrow", "prometheus_client"),
    *("fastapi", "starlette", "uvicorn", "aiortc"),
)
SAY_INSTALL = f"but it is not installed; {INSTALL_TORCH}"
TIMEOUT_SECONDS = 120


@pytest.fixture(scope="module")
def lean(tmp_path_factory) -> dict[str, str]:
    """The environment of processes that have the base install alone."""
    folder = tmp_path_factory.mktemp("lean")
    hide = f"import sys\nsys.modules.update(dict.fromkeys({NOT_THERE!r}))\n"
    (folder / "sitecustomize.py").write_text(hide)
    paths = [str(folder), str(ROOT), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "in.mp4"
    return make_clip(path, pts_seconds=[i / 12 for i in range(30)], size=(96, 72))


def run(
    environment: dict[str, str], *arguments: str | Path, module: str = "har_live"
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )


def test_torch_comes_with_extras_alone():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

    def names(requirements: list[str]) -> set[str]:
        return {requirement.partition(">=")[0] for requirement in requirements}

    extras = {name: names(some) for name, some in project["optional-dependencies"].items()}
    assert names(project["dependencies"]).isdisjoint({"torch", "safetensors", "lightning"})
    assert extras["cuda"] == {"torch", "safetensors"}
    assert extras["cuda"] < extras["train"]


def test_the_hidden_can_not_be_imported(lean):
    for name in NOT_THERE:
        code = f"import {name}"
        done = subprocess.run(
            [sys.executable, "-c", code], env=lean, capture_output=True, text=True
        )
        assert "ModuleNotFoundError" in done.stderr


@pytest.mark.parametrize("name", ["everyday-lrcn", "everyday-convlstm"])
def test_predict_with_what_ships(lean, clip, name):
    done = run(lean, "predict", clip, "--json", "-w", name)
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith(f"{name} on ONNX Runtime")
    assert json.loads(done.stdout)["format"] == "har-live-prediction"


def test_annotate(lean, clip, tmp_path):
    done = run(lean, "annotate", clip, tmp_path / "out.mp4", "--events", tmp_path / "out.srt")
    assert done.returncode == 0, done.stderr
    assert "everyday-lrcn on ONNX Runtime" in done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"out.mp4", "out.srt"}


def test_live(lean, clip, tmp_path):
    events = tmp_path / "out.jsonl"
    done = run(lean, "live", clip, "--no-window", "--events", events)
    assert done.returncode == 0, done.stderr
    assert json.loads(events.read_text().splitlines()[0])["weights"] == "everyday-lrcn"


def test_models_and_help(lean):
    listed = run(lean, "models", "--json")
    assert {card["name"] for card in json.loads(listed.stdout)} == {
        "everyday-lrcn",
        "everyday-convlstm",
    }
    assert run(lean, "--help").returncode == 0


def test_the_web_server_names_its_extra(lean):
    done = run(lean, "serve")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "har-live: a web server was asked for, but it is not installed; "
        "pip install 'har-live[serve]'\n"
    )


def test_bench_measures_what_is_there(lean, tmp_path):
    report = tmp_path / "bench.json"
    done = run(lean, "bench", "--seconds", "0.01", "--only", "grid-frame", "--json", report)
    assert done.returncode == 0, done.stderr
    rows = json.loads(report.read_text())["rows"]
    assert rows
    assert all(" on ONNX Runtime" in row["subject"] for row in rows)


def test_doctor_finds_nothing_amiss(lean):
    done = run(lean, "doctor", "--json")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["main_job_runs"]) == (0, True)
    told = {check["name"]: check for check in answer["checks"]}
    assert told["ONNX Runtime, cpu"]["status"] == "ok"
    assert told.get("torch", {"status": "ok"})["status"] == "ok"


@pytest.mark.parametrize(
    ("choice", "device"),
    [
        (("--runtime", "torch", "--device", "cpu"), "cpu"),
        (("--device", "cuda"), "cuda"),
        (("--device", "cuda:1"), "cuda:1"),
    ],
)
@pytest.mark.parametrize("command", ["predict", "live"])
def test_torch_asked_for_is_one_line_that_names_the_extra(lean, clip, command, choice, device):
    options = ("--no-window",) if command == "live" else ()
    done = run(lean, command, clip, *options, *choice)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"har-live: PyTorch on {device} was asked for, {SAY_INSTALL}\n"


def test_archives_and_fleets_name_their_extra(lean, clip, tmp_path):
    extra = "which is not installed; pip install 'har-live[ray]'\n"
    done = run(lean, "archive", clip.parent, "--out", tmp_path / "out")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith(f"har-live: archives are written by pyarrow, {extra}")
    cameras = tmp_path / "cameras.toml"
    cameras.write_text('[[camera]]\nname = "door"\nsource = "figure"\n')
    for options, needs in (
        ((), "metrics need prometheus-client"),
        (("--metrics", "off"), "this needs Ray"),
    ):
        done = run(lean, "fleet", cameras, *options)
        assert (done.returncode, done.stdout, done.stderr) == (1, "", f"har-live: {needs}, {extra}")


def test_training_names_its_extra(lean, tmp_path):
    """The workshop lies in a clone, where the program alone may be installed."""
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['torch'] = None\n")
    environment = {**lean, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    (tmp_path / "data").mkdir()
    out = tmp_path / "mine"
    (tmp_path / "data" / "wave").mkdir()
    (tmp_path / "data" / "wave" / "a.mp4").touch()
    done = run(environment, "train-pixels", tmp_path / "data", "--out", out, module="training")
    assert (done.returncode, done.stdout) == (1, "")
    line = "error: torch is not installed; pip install -c constraints.txt '.[train]'\n"
    assert done.stderr == line


# --- in this process --------------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["torch", "safetensors"])
def test_auto_passes_over_a_gpu_without_torch(missing, monkeypatch):
    monkeypatch.setitem(sys.modules, missing, None)
    monkeypatch.setattr(har_live.scorers, "_driver_has_gpu", lambda: True)
    assert chosen_runtime("auto", "auto") == ("onnx", "cpu")
    with pytest.raises(BackendError, match="PyTorch on cpu was asked for, but it is not installed"):
        chosen_runtime("torch", "auto")


def test_doctor_says_how_a_gpu_would_be_used(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    expected = Check("torch", "ok", "not installed: the GPU is not used", INSTALL_TORCH)
    assert gpu_and_weights.try_torch() == [expected]


def test_the_cpu_loads_no_torch_where_it_is_installed(clip, tmp_path):
    code = f"""
import sys
from har_live import LiveSettings, Recognizer, annotate, live, predict
import har_live.scorers
har_live.scorers._driver_has_gpu = lambda: False
recognizer = Recognizer()
clip = {str(clip)!r}
assert predict(clip, recognizer).predictions
annotate(clip, recognizer, sinks=[{str(tmp_path / "out.mp4")!r}])
live(clip, recognizer, settings=LiveSettings(seconds=1))
loaded = {{name.partition(".")[0] for name in sys.modules}}
assert "onnxruntime" in loaded
print(*sorted(loaded & set({NOT_THERE!r})))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=TIMEOUT_SECONDS
    )
    assert (done.returncode, done.stdout) == (0, "\n"), done.stderr
