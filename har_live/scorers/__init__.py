"""Weights on a runtime. ``open_scorer`` chooses; what it returns is used alike whatever it is."""

from __future__ import annotations

import ctypes
import sys
from importlib.util import find_spec

from har_live.card import Weights, open_pose_weights
from har_live.errors import BackendError
from har_live.people.finder import PeopleFinder
from har_live.scorers.base import OpenWindows, Scorer
from har_live.types import Runtime

INSTALL_TORCH = (
    "pip install 'har-live[cuda]', or in a clone: pip install -c constraints.txt '.[cuda]'"
)
"""The extra that brings PyTorch, which nothing but a GPU and training need."""

__all__ = ["OpenWindows", "Runtime", "Scorer", "open_finder", "open_scorer"]


def open_scorer(
    weights: Weights,
    *,
    runtime: Runtime = "auto",
    device: str = "auto",
    num_threads: int | None = None,
) -> Scorer:
    """Put weights on a runtime and a device.

    ``auto`` takes CUDA through torch where there is a GPU and torch is installed, else ONNX Runtime
    on the CPU; torch is imported in the first case only. What was asked for by name is never
    replaced.

    Args:
        weights: an opened weights folder.
        runtime: ``auto``, ``torch`` or ``onnx``.
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:N``, or a provider of ONNX Runtime:
            ``tensorrt``, ``openvino``, ``coreml``, ``directml``.
        num_threads: of PyTorch; None takes one a core. ONNX Runtime computes it on one core.

    Raises:
        BackendError: what was asked for is not on this machine.
        WeightsError: the weights can't be loaded.
    """
    runtime, device = chosen_runtime(runtime, device)
    if runtime == "torch":
        from har_live.scorers.torch import TorchScorer

        return TorchScorer(weights, device=device, num_threads=num_threads)
    from har_live.scorers.onnx import OnnxScorer

    return OnnxScorer(weights, device=device)


def open_finder(
    *, runtime: Runtime = "auto", device: str = "auto", num_threads: int | None = None
) -> PeopleFinder:
    """Put the pretrained people finder on a runtime and a device: see ``open_scorer``.

    Raises:
        BackendError: what was asked for is not on this machine.
        WeightsError: its files are missing or damaged.
    """
    runtime, device = chosen_runtime(runtime, device)
    pose = open_pose_weights()
    if runtime == "torch":
        from har_live.scorers.torch import load_movenet

        return PeopleFinder(load_movenet(pose, device=device))
    from har_live.scorers.onnx import load_movenet as load_onnx_movenet

    return PeopleFinder(load_onnx_movenet(pose, device=device, num_threads=num_threads))


def chosen_runtime(runtime: Runtime, device: str) -> tuple[Runtime, str]:
    """Return what ``auto`` stands for on this machine; a runtime asked for by name stays.

    Raises:
        BackendError: there is no such runtime, or torch is asked for and not installed.
    """
    if runtime not in ("auto", "torch", "onnx"):
        raise BackendError(f"runtime {runtime!r} is unknown; choose auto, torch or onnx")
    if device == "auto":
        device = "cuda" if runtime != "onnx" and _torch_has_gpu() else "cpu"
    if runtime == "auto":
        runtime = "torch" if device.partition(":")[0] == "cuda" else "onnx"
    if runtime == "torch" and not has_torch():
        raise BackendError(
            f"PyTorch on {device} was asked for, but it is not installed; {INSTALL_TORCH}"
        )
    return runtime, device


def has_torch() -> bool:
    """Return whether PyTorch, and what reads its weights, are installed; neither is loaded."""
    return all(find_spec(name) is not None for name in ("torch", "safetensors"))


def _torch_has_gpu() -> bool:
    if not has_torch() or not _driver_has_gpu():
        return False  # the common case on a laptop: answered without the second that torch takes
    import torch

    return torch.cuda.is_available()


def _driver_has_gpu() -> bool:
    """Ask the NVIDIA driver itself."""
    try:
        driver = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    count = ctypes.c_int(0)
    return (
        driver.cuInit(0) == 0
        and driver.cuDeviceGetCount(ctypes.byref(count)) == 0
        and count.value > 0
    )
