"""ONNX Runtime: the CPU by default, any installed execution provider by name."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import onnxruntime as ort

from har_live.card import Weights
from har_live.errors import BackendError, WeightsError
from har_live.scorers.onnx_encoder import encoder_alone

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from har_live.scorers.base import FrameEncoder

PROVIDERS: dict[str, tuple[str, str]] = {
    "cpu": ("CPUExecutionProvider", "onnxruntime"),
    "cuda": ("CUDAExecutionProvider", "onnxruntime-gpu"),
    "tensorrt": ("TensorrtExecutionProvider", "onnxruntime-gpu and TensorRT"),
    "openvino": ("OpenVINOExecutionProvider", "onnxruntime-openvino"),
    "coreml": ("CoreMLExecutionProvider", "onnxruntime on macOS"),
    "directml": ("DmlExecutionProvider", "onnxruntime-directml on Windows"),
}
"""Device name → execution provider and the package that brings it."""


class OnnxScorer:
    """An exported network in ONNX Runtime.

    Args:
        weights: folder with ``model.onnx`` and its card.
        device: one of ``PROVIDERS``.
        precision: which of the folder's files.

    Raises:
        BackendError: the provider is not installed or does not load.
        WeightsError: the file is missing, damaged, or does not fit the card.
    """

    def __init__(
        self, weights: Weights, *, device: str, precision: Literal["fp32", "int8"] = "fp32"
    ) -> None:
        self._provider = _installed_provider(device)
        self._path = weights.verify(weights.int8_path if precision == "int8" else weights.onnx_path)
        try:
            self.session = self._open(self._path)
        except Exception as error:  # onnxruntime's exceptions share no public base
            raise WeightsError(
                f"ONNX Runtime can't load {self._path}: {_first_line(error)}"
            ) from error
        _require_loaded(self.session, self._provider, device)
        _require_fit(self.session, weights)
        self.runs_on = f"ONNX Runtime {ort.__version__}, {device}, {precision}"

    def open_windows(self, num_streams: int, num_windows: int) -> OnnxWindows:
        return OnnxWindows(self.session, num_streams, num_windows)

    def encoder(self, num_streams: int) -> FrameEncoder:
        session = self._open(encoder_alone(self._path))

        def encode(frames: NDArray[np.uint8], previous: NDArray[np.uint8]) -> NDArray[np.float32]:
            (features,) = session.run(None, {"frame": frames, "previous": previous})
            return np.asarray(features, np.float32)

        return encode

    def _open(self, model: Path | bytes) -> Any:
        options = ort.SessionOptions()
        options.log_severity_level = 3
        # Without this, idle threads spin and burn the cores that decode and draw.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        return ort.InferenceSession(model, options, providers=[self._provider])


class OnnxWindows:
    """States of B × W windows, fed back into the graph step by step.

    On the CPU a batch goes through in as many parts as there are cores, side by side: 16 streams of
    the shipped weights take 3.8 ms each on two cores, in one part 4.5, one stream alone 7.3, for
    what is small does not keep two cores busy from within (2026-11-22). The threads of a batch end
    with it, so that nobody need close anything; beginning them anew costs 1 to 2 % of it. Binding
    inputs and outputs to memory of their own gained nothing.
    """

    def __init__(self, session: Any, num_streams: int, num_windows: int) -> None:
        self._session = session
        inputs = {item.name: item.shape for item in session.get_inputs()}
        self._states = {
            name: np.zeros((num_streams, num_windows, *shape[2:]), np.float32)
            for name, shape in inputs.items()
            if name.startswith("state_")
        }
        on_cpu = session.get_providers() == ["CPUExecutionProvider"]
        self._num_parts = min(num_streams, _num_cores()) if on_cpu else 1

    def advance(
        self,
        frames: NDArray[np.uint8],
        previous: NDArray[np.uint8],
        keep: NDArray[np.bool_],
        rows: NDArray[np.intp] | None = None,
    ) -> NDArray[np.float32]:
        if rows is None:
            rows = np.arange(len(frames))
        batch = (frames, previous, keep, rows)
        num_parts = min(self._num_parts, len(rows))
        if num_parts == 1:
            return self._advance(*batch)
        parts = (np.array_split(values, num_parts) for values in batch)
        with ThreadPoolExecutor(num_parts, thread_name_prefix="har-live-scorer") as pool:
            return np.concatenate(list(pool.map(self._advance, *parts)))

    def _advance(
        self,
        frames: NDArray[np.uint8],
        previous: NDArray[np.uint8],
        keep: NDArray[np.bool_],
        rows: NDArray[np.intp],
    ) -> NDArray[np.float32]:
        scores, *states = self._session.run(
            None,
            {
                "frame": frames,
                "previous": previous,
                "keep": keep.astype(np.float32),
                **{name: state[rows] for name, state in self._states.items()},
            },
        )
        for kept, state in zip(self._states.values(), states, strict=True):
            kept[rows] = state
        return np.asarray(scores, np.float32)


def _num_cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _installed_provider(device: str) -> str:
    if device not in PROVIDERS:
        raise BackendError(
            f"ONNX Runtime has no device {device!r}; choose one of {', '.join(PROVIDERS)}"
        )
    provider, package = PROVIDERS[device]
    if provider not in ort.get_available_providers():
        raise BackendError(
            f"{device} was asked for, but this ONNX Runtime has no {provider}; install {package}, "
            "or choose --device cpu"
        )
    return provider


def _require_loaded(session: Any, provider: str, device: str) -> None:
    # A provider whose libraries are missing is dropped by ONNX Runtime with a mere warning.
    if provider not in session.get_providers():
        raise BackendError(
            f"{provider} is installed but did not load (its driver or libraries are missing); "
            f"install them for --device {device}, or choose --device cpu"
        )


def _require_fit(session: Any, weights: Weights) -> None:
    size, num_labels = weights.card.clip.image_size, len(weights.card.labels)
    picture = session.get_inputs()[0].shape[1:3]
    outputs = session.get_outputs()[0].shape[-1]
    if list(picture) != [size, size] or outputs != num_labels:
        raise WeightsError(
            f"{weights.onnx_path} sees {picture} pixels and gives {outputs} scores, but its card "
            f"says {size} pixels and {num_labels} labels; export the weights again"
        )


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
