"""Doctor: GPU, weights and runtimes, there or broken."""

from __future__ import annotations

import ctypes
import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import har_live.card
import har_live.recognizer
from har_live.bench import timing
from har_live.doctor import Check, gpu_and_weights


class FakeDriver:
    """libcuda, as far as it is asked."""

    def __init__(self, code: int = 0) -> None:
        self._code = code

    def cuInit(self, flags: int) -> int:
        return self._code

    def cuDriverGetVersion(self, version) -> int:
        version._obj.value = 12080
        return 0

    def cuDeviceGetCount(self, count) -> int:
        count._obj.value = 2
        return 0

    def cuDeviceGet(self, device, index: int) -> int:
        device._obj.value = 40 + index
        return 0

    def cuDeviceGetName(self, name, length: int, device) -> int:
        name.value = f"NVIDIA Card {device.value}".encode()
        return 0


def test_gpus_and_their_driver(monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda name: FakeDriver())
    assert gpu_and_weights.try_driver() == [
        Check("GPU", "ok", "CUDA 12.8 driver, NVIDIA Card 40, NVIDIA Card 41")
    ]


def test_a_driver_that_does_not_start(monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda name: FakeDriver(code=804))
    (check,) = gpu_and_weights.try_driver()
    assert check.status == "warning"
    assert check.detail == "the NVIDIA driver does not start (code 804)"


def test_without_a_driver_torch_is_not_asked(monkeypatch):
    def refuse(name: str) -> None:
        raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr(ctypes, "CDLL", refuse)
    monkeypatch.setattr(
        gpu_and_weights, "in_child", lambda name, function, *arguments: function(*arguments)
    )
    (check,) = gpu_and_weights.gpu()
    assert check == Check("GPU", "ok", "no NVIDIA driver: networks run on the CPU")


@pytest.fixture
def shipped(tmp_path, monkeypatch, small_weights) -> Path:
    """A folder of shipped weights: the default ones, and others."""
    for name in (har_live.card.DEFAULT_WEIGHTS, "others"):
        shutil.copytree(small_weights("lrcn").folder, tmp_path / "weights" / name)
    folders = {folder.name: folder for folder in (tmp_path / "weights").iterdir()}
    monkeypatch.setattr(har_live.card, "shipped_weights", lambda: folders)
    monkeypatch.setattr(gpu_and_weights, "shipped_weights", lambda: folders)
    return tmp_path / "weights" / har_live.card.DEFAULT_WEIGHTS


def test_whole_weights_load_and_score(shipped, monkeypatch):
    monkeypatch.setattr(gpu_and_weights, "BENCHMARK_SECONDS", 0.1)
    assert gpu_and_weights.weights()[0].status == "ok"
    assert [(c.name, c.status) for c in gpu_and_weights.other_weights()] == [
        ("weights others", "ok")
    ]
    assert gpu_and_weights.try_scorer("x", "onnx", "cpu")[0].detail.startswith(
        "loads and scores: ONNX"
    )
    assert gpu_and_weights.try_scorer("x", "torch", "cpu")[0].detail.startswith(
        "loads and scores: PyTorch"
    )
    (speed,) = gpu_and_weights.try_speed()
    assert speed.status == "ok"
    assert "times real time: test-lrcn on " in speed.detail


def test_the_benchmark_counts_grid_frames_against_the_clock(shipped, monkeypatch):
    class Slow:
        """Takes an eighth of a second for each frame, by its own clock."""

        runs_on = "a snail"
        seconds = 0.0

        def open_windows(self, num_streams: int, num_windows: int):
            assert (num_streams, num_windows) == (1, 4)  # 8 frames, scored every 2
            return self

        def advance(self, inputs, keep, rows) -> np.ndarray:
            assert [values.shape for values in inputs] == [(1, 64, 64, 3)] * 2
            self.seconds += 0.125
            return np.zeros((1, 4, 4), np.float32)

    snail = Slow()
    monkeypatch.setattr(har_live.recognizer, "open_scorer", lambda *_, **__: snail)
    monkeypatch.setattr(timing, "time", SimpleNamespace(perf_counter=lambda: snail.seconds))
    (check,) = gpu_and_weights.try_speed()
    assert check.status == "warning"
    assert check.detail == "8 grid frames per second, 0.8 times real time: test-lrcn on a snail"


@pytest.mark.parametrize("file", ["model.onnx", "model.safetensors"])
def test_damaged_weights_are_a_problem(shipped, file):
    with (shipped / file).open("ab") as damaged:
        damaged.write(b"x")
    check, _ = gpu_and_weights.weights()
    assert check.status == "problem"
    assert check.detail.endswith(f"{file} is not the file its card was written for (wrong sha256)")
    assert check.remedy == "pip install --force-reinstall har-live"
    (shipped / file).unlink()
    assert gpu_and_weights.weights()[0].detail.endswith(f"{file} is missing")


def test_a_damaged_or_missing_pose_network_is_a_problem(tmp_path, monkeypatch):
    monkeypatch.setattr(har_live.card, "_shipped_root", lambda: tmp_path)
    missing = gpu_and_weights.weights()[1]
    assert (missing.name, missing.status) == ("pose network", "problem")
    assert missing.detail.endswith("origin.json can't be read")
    folder = tmp_path / har_live.card.POSE_FOLDER
    folder.mkdir()
    (folder / "movenet.onnx").write_bytes(b"numbers")
    hashes = {"movenet.onnx": har_live.card.file_sha256(folder / "movenet.onnx")}
    (folder / har_live.card.ORIGIN_FILE).write_text(json.dumps({"sha256": hashes}))
    whole = gpu_and_weights.weights()[1]
    assert (whole.status, whole.detail) == ("ok", "1 files are what its card says")
    (folder / "movenet.onnx").write_bytes(b"other numbers")
    damaged = gpu_and_weights.weights()[1]
    assert damaged.status == "problem"
    assert "wrong sha256" in damaged.detail


def test_damage_to_other_weights_is_a_warning(shipped):
    (shipped.parent / "others" / "model.onnx").unlink()
    assert gpu_and_weights.other_weights()[0].status == "warning"


def test_no_weights_at_all(monkeypatch):
    monkeypatch.setattr(gpu_and_weights, "shipped_weights", dict)
    monkeypatch.setattr(har_live.card, "shipped_weights", dict)
    check, _ = gpu_and_weights.weights()
    assert check.status == "problem"
    assert check.detail == f"{har_live.card.DEFAULT_WEIGHTS} did not come with this har-live"
    not_tried = "not tried: there are no weights"
    assert gpu_and_weights.try_speed() == [Check("speed", "problem", not_tried)]
    assert gpu_and_weights.try_scorer("x", "onnx", "cpu") == [Check("x", "warning", not_tried)]


def test_a_provider_that_does_not_load_says_what_to_install(shipped):
    (check,) = gpu_and_weights.try_scorer("ONNX Runtime, openvino", "onnx", "openvino")
    assert check.status == "warning"
    assert check.remedy.startswith("install onnxruntime-openvino")


def test_every_known_provider_of_this_onnx_runtime_is_tried(monkeypatch):
    tried: list[tuple[str, ...]] = []

    def note(name: str, function, *arguments: str) -> list[Check]:
        tried.append(arguments)
        return []

    monkeypatch.setattr(gpu_and_weights, "in_child", note)
    monkeypatch.setattr(
        "onnxruntime.get_available_providers",
        lambda: ["CUDAExecutionProvider", "AzureExecutionProvider", "CPUExecutionProvider"],
    )
    gpu_and_weights.providers()
    assert tried == [
        ("ONNX Runtime, cpu", "onnx", "cpu"),
        ("ONNX Runtime, cuda", "onnx", "cuda"),
    ]
