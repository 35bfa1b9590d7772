"""ONNX Runtime: the CPU by default, any installed execution provider by name."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime as ort

from har_live.card import PoseWeights, Weights
from har_live.errors import BackendError, WeightsError, first_line
from har_live.threads import no_thread_left, num_cores

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from har_live.people.finder import Net
    from har_live.scorers.base import Inputs

PROVIDERS: dict[str, tuple[str, str]] = {
    "cpu": ("CPUExecutionProvider", "onnxruntime"),
    "cuda": ("CUDAExecutionProvider", "onnxruntime-gpu"),
    "tensorrt": ("TensorrtExecutionProvider", "onnxruntime-gpu and TensorRT"),
    "openvino": ("OpenVINOExecutionProvider", "onnxruntime-openvino"),
    "coreml": ("CoreMLExecutionProvider", "onnxruntime on macOS"),
    "directml": ("DmlExecutionProvider", "onnxruntime-directml on Windows"),
}
"""Device name → execution provider and the package that brings it."""


def load_movenet(pose: PoseWeights, *, device: str, num_threads: int | None = None) -> Net:
    """The people finder's network in ONNX Runtime.

    Args:
        num_threads: a batch is shared by so many cores; None is all of them.

    Raises:
        BackendError: the provider is not installed or does not load.
        WeightsError: its files are missing or damaged.
    """
    pose.verify("movenet.safetensors")  # the graph's numbers lie in it
    session = _open(pose.verify("movenet.onnx"), device)
    (given,) = session.get_inputs()
    most = num_threads or num_cores()

    def run(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        return np.asarray(session.run(None, {given.name: pictures})[0], np.float32)

    def run_side_by_side(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        if len(pictures) == 1:
            return run(pictures)
        # One by one is as quick as any larger share, and takes the memory of one.
        with ThreadPoolExecutor(min(len(pictures), most), "har-live-finder") as threads:
            try:
                answers = threads.map(run, pictures[:, None])
            except RuntimeError as error:
                raise no_thread_left(error) from error
            return np.concatenate(list(answers))

    return run_side_by_side if device == "cpu" else run


class OnnxScorer:
    """An exported network in ONNX Runtime.

    Args:
        weights: folder with ``model.onnx``, the numbers that it names, and its card.
        device: one of ``PROVIDERS``.

    Raises:
        BackendError: the provider is not installed or does not load.
        WeightsError: the file is missing, damaged, or does not fit the card.
    """

    def __init__(self, weights: Weights, *, device: str) -> None:
        weights.verify(weights.tensors_path)  # the graph's numbers lie in it
        self.session = _open(weights.verify(weights.onnx_path), device)
        _require_fit(self.session, weights)
        self.runs_on = f"ONNX Runtime {ort.__version__}, {device}, fp32"

    def open_windows(self, num_subjects: int, num_windows: int) -> OnnxWindows:
        return OnnxWindows(self.session, num_subjects, num_windows)


class OnnxWindows:
    """States of B × W windows, fed back into the graph step by step."""

    def __init__(self, session: Any, num_subjects: int, num_windows: int) -> None:
        self._session = session
        inputs = {item.name: item.shape for item in session.get_inputs()}
        self._states = {
            name: np.zeros((num_subjects, num_windows, *shape[2:]), np.float32)
            for name, shape in inputs.items()
            if name.startswith("state_")
        }
        self._shown = [name for name in inputs if name != "keep" and name not in self._states]

    @property
    def states(self) -> tuple[NDArray[np.float32], ...]:
        """Hidden and cell states of each layer, (B, W, …) each."""
        return tuple(self._states.values())

    def advance(
        self, inputs: Inputs, keep: NDArray[np.bool_], rows: NDArray[np.intp]
    ) -> NDArray[np.float32]:
        scores, *states = self._session.run(
            None,
            {
                **dict(zip(self._shown, inputs, strict=True)),
                "keep": keep.astype(np.float32),
                **{name: state[rows] for name, state in self._states.items()},
            },
        )
        for kept, state in zip(self._states.values(), states, strict=True):
            kept[rows] = state
        return np.asarray(scores, np.float32)


def _open(path: Path, device: str) -> Any:
    """A session of a model file on a device."""
    provider = _installed_provider(device)
    options = ort.SessionOptions()
    options.log_severity_level = 3
    # A network on one core: two share it so badly that a frame takes 1.1 to 1.3 times the work, and
    # the other core has decoding and drawing to do, or another frame.
    options.intra_op_num_threads = 1
    try:
        session = ort.InferenceSession(path, options, providers=[provider])
    except Exception as error:  # onnxruntime's exceptions share no public base
        raise WeightsError(f"ONNX Runtime can't load {path}: {first_line(error)}") from error
    _require_loaded(session, provider, device)
    return session


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
    pictures = [item.shape[1:3] for item in session.get_inputs() if item.type == "tensor(uint8)"]
    outputs = session.get_outputs()[0].shape[-1]
    if any(shape != [size, size] for shape in pictures):
        raise WeightsError(
            f"{weights.onnx_path} sees pictures of {pictures[0]} pixels, but its card says {size}; "
            "export the weights again"
        )
    if outputs != num_labels:
        raise WeightsError(
            f"{weights.onnx_path} gives {outputs} scores, but its card says {num_labels} labels; "
            "export the weights again"
        )
