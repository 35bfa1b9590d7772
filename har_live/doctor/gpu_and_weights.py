"""GPU, weights, runtimes, and how fast they are together.

What scores is imported where it is tried: it needs OpenCV, of which the doctor may have to say that
it is missing.
"""

from __future__ import annotations

import ctypes
import sys
from typing import TYPE_CHECKING

from har_live.bench.timing import Effort, median_seconds
from har_live.card import DEFAULT_WEIGHTS, open_pose_weights, open_weights, shipped_weights
from har_live.doctor.check import Check, Examination, Status, check_from_error, in_child
from har_live.errors import HarLiveError, WeightsError

if TYPE_CHECKING:
    from har_live.scorers import Runtime

BENCHMARK_SECONDS = 1.0
REINSTALL = "pip install --force-reinstall har-live"
TORCH_SECONDS = 120.0
"""Longest wait for torch, whose CUDA libraries are gigabytes."""
_CUDA = "CUDA "
_NO_WEIGHTS = "not tried: there are no weights"


def gpu() -> list[Check]:
    """Ask the NVIDIA driver. torch is loaded only where there is one."""
    checks = in_child("GPU", try_driver)
    if checks[0].detail.startswith(_CUDA):
        checks += in_child("torch", try_torch, timeout_seconds=TORCH_SECONDS)
    return checks


def try_torch() -> list[Check]:
    """Score on the GPU through torch, which need not be installed: the CPU does without."""
    from har_live.scorers import INSTALL_TORCH, has_torch

    if not has_torch():
        return [Check("torch", "ok", "not installed: the GPU is not used", INSTALL_TORCH)]
    return try_scorer("torch", "torch", "cuda")


def try_driver() -> list[Check]:
    """Ask the driver's own library."""
    try:
        driver = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return [Check("GPU", "ok", "no NVIDIA driver: networks run on the CPU")]
    code = driver.cuInit(0)
    if code != 0:
        remedy = "restart, then install the driver again; nvidia-smi says what ails it"
        return [Check("GPU", "warning", f"the NVIDIA driver does not start (code {code})", remedy)]
    version, count = ctypes.c_int(0), ctypes.c_int(0)
    driver.cuDriverGetVersion(ctypes.byref(version))
    driver.cuDeviceGetCount(ctypes.byref(count))
    number = f"{version.value // 1000}.{version.value % 1000 // 10}"
    names = [_gpu_name(driver, index) for index in range(count.value)]
    return [Check("GPU", "ok", f"{_CUDA}{number} driver, {', '.join(names) or 'no GPU'}")]


def weights() -> list[Check]:
    """The default weights and the pose network: there, and what their cards say they are."""
    return [_verified(DEFAULT_WEIGHTS, "weights", "problem"), _pose_verified()]


def other_weights() -> list[Check]:
    """The other weights that came along."""
    names = [name for name in shipped_weights() if name != DEFAULT_WEIGHTS]
    return [_verified(name, f"weights {name}", "warning") for name in names]


def providers() -> list[Check]:
    """The execution providers of this ONNX Runtime, each tried in a process of its own."""
    import onnxruntime

    from har_live.scorers.onnx import PROVIDERS

    installed = onnxruntime.get_available_providers()
    checks = []
    for device, (provider, _) in PROVIDERS.items():
        if provider in installed:
            name = f"ONNX Runtime, {device}"
            checks += in_child(name, try_scorer, name, "onnx", device)
    return checks


def try_scorer(name: str, runtime: Runtime, device: str) -> list[Check]:
    """Load the default weights there and score with them."""
    from har_live.bench.steps import step
    from har_live.recognizer import Recognizer

    try:
        opened = open_weights(DEFAULT_WEIGHTS)
    except WeightsError:
        return [Check(name, "warning", _NO_WEIGHTS)]
    try:
        recognizer = Recognizer(opened, runtime=runtime, device=device)
        step(recognizer)()
    except HarLiveError as error:
        return [check_from_error(name, "warning", error)]
    return [Check(name, "ok", f"loads and scores: {recognizer.runs_on}")]


def benchmark() -> list[Check]:
    """Measure how many grid frames a second the default weights score here."""
    return in_child("speed", try_speed, timeout_seconds=TORCH_SECONDS)


def try_speed() -> list[Check]:
    """Score for a second as live use does, on what it would choose."""
    from har_live.bench.steps import name_of, step
    from har_live.recognizer import Recognizer

    try:
        opened = open_weights(DEFAULT_WEIGHTS)
    except WeightsError:
        return [Check("speed", "problem", _NO_WEIGHTS)]
    try:
        recognizer = Recognizer(opened)
    except HarLiveError as error:
        return [check_from_error("speed", "problem", error)]
    needed_fps = opened.card.clip.grid_fps
    fps = 1 / median_seconds({"step": step(recognizer)}, Effort(BENCHMARK_SECONDS))["step"]
    detail = (
        f"{fps:.0f} grid frames per second, {fps / needed_fps:.1f} times real time: "
        f"{name_of(recognizer)}"
    )
    if fps < needed_fps:
        remedy = "close other programs, or choose smaller weights (har-live models)"
        return [Check("speed", "warning", detail, remedy)]
    return [Check("speed", "ok", detail)]


def _verified(name: str, check_name: str, status: Status) -> Check:
    if name not in shipped_weights():
        return Check(check_name, status, f"{name} did not come with this har-live", REINSTALL)
    try:
        opened = open_weights(name)
        files = [opened.verify(opened.folder / file) for file in opened.card.sha256]
        for path in (opened.onnx_path, opened.tensors_path):
            opened.verify(path)
    except WeightsError as error:
        return Check(check_name, status, str(error).partition("; ")[0], REINSTALL)
    return Check(check_name, "ok", f"{name}: {len(files)} files are what its card says")


def _pose_verified() -> Check:
    name = "pose network"
    try:
        pose = open_pose_weights()
        files = [pose.verify(file) for file in pose.sha256]
    except WeightsError as error:
        return Check(name, "problem", str(error).partition("; ")[0], REINSTALL)
    return Check(name, "ok", f"{len(files)} files are what its card says")


def _gpu_name(driver: ctypes.CDLL, index: int) -> str:
    device, name = ctypes.c_int(0), ctypes.create_string_buffer(100)
    driver.cuDeviceGet(ctypes.byref(device), index)
    driver.cuDeviceGetName(name, len(name), device)
    return name.value.decode("utf-8", "replace")


GPU = Examination("GPU", gpu)
WEIGHTS = Examination("weights", weights, is_vital=True)
OTHER_WEIGHTS = Examination("other weights", other_weights)
PROVIDERS = Examination("ONNX Runtime", providers)
SPEED = Examination("speed", benchmark, is_vital=True)
