"""PyTorch: the CPU, or CUDA with half precision and a captured graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from har_live.card import PoseWeights, Weights
from har_live.errors import BackendError, WeightsError
from har_live.models.build import build_model
from har_live.models.cells import State
from har_live.models.movenet import MoveNet
from har_live.models.window_model import WindowModel
from har_live.scorers.base import OpenWindows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from har_live.people.finder import Net
    from har_live.scorers.base import Inputs


def load_model(weights: Weights) -> WindowModel:
    """The network of a weights folder, on the CPU, ready to score.

    Raises:
        WeightsError: tensors are missing, damaged, or do not fit the card.
    """
    card = weights.card
    path = weights.verify(weights.tensors_path)
    try:
        model = build_model(
            card.model, image_size=card.clip.image_size, num_labels=len(card.labels)
        )
        # Weights made before the unknown was fitted have no tensor for it: it stays off.
        model.load_state_dict({"unknown_logit": model.unknown_logit, **load_file(path)})
    except (SafetensorError, RuntimeError, ValueError, TypeError) as error:
        reason = " ".join(str(error).split())
        raise WeightsError(f"{path} does not fit its card: {reason}") from error
    return model.eval()


def load_movenet(pose: PoseWeights, *, device: str) -> Net:
    """The people finder's network in PyTorch.

    Raises:
        BackendError: the device is not there.
        WeightsError: its numbers are missing or damaged.
    """
    place = _checked_device(device)
    model = MoveNet()
    path = pose.verify("movenet.safetensors")
    try:
        model.load_state_dict(load_file(path))
    except (SafetensorError, RuntimeError) as error:
        raise WeightsError(f"{path} is damaged: {' '.join(str(error).split())}") from error
    model = model.float().to(place).eval()

    @torch.inference_mode()
    def run(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        return np.asarray(model(torch.from_numpy(pictures).to(place)).cpu().numpy(), np.float32)

    return run


class TorchScorer:
    """A network in PyTorch.

    Args:
        weights: folder with ``model.safetensors`` and its card.
        device: ``cpu``, ``cuda`` or ``cuda:N``.
        num_threads: of the processor, in the whole process; None leaves them as they are.

    Raises:
        BackendError: the device is not there.
        WeightsError: see ``load_model``.
    """

    def __init__(self, weights: Weights, *, device: str, num_threads: int | None = None) -> None:
        if num_threads is not None:
            torch.set_num_threads(num_threads)
        self.device = _checked_device(device)
        self.model = load_model(weights).to(self.device)
        if self.device.type == "cuda":
            self.model = self.model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
            where = f"{torch.cuda.get_device_name(self.device)}, fp16, captured graph"
        else:
            where = "cpu, fp32"
        self.runs_on = f"PyTorch {torch.__version__}, {where}"

    def open_windows(self, num_subjects: int, num_windows: int) -> OpenWindows:
        if self.device.type == "cuda":
            return CapturedWindows(self.model, num_subjects, num_windows)
        return TorchWindows(self.model, num_subjects, num_windows)


class TorchWindows:
    """States of B × W windows that stay on the model's device."""

    def __init__(self, model: WindowModel, num_subjects: int, num_windows: int) -> None:
        self._model = model
        self._state = model.zero_state(num_subjects, num_windows)

    @torch.inference_mode()
    def advance(
        self, inputs: Inputs, keep: NDArray[np.bool_], rows: NDArray[np.intp]
    ) -> NDArray[np.float32]:
        features = self._model.encode(*map(torch.from_numpy, inputs))
        mask = torch.from_numpy(keep.astype(np.float32))
        these = torch.from_numpy(rows)
        state = self._model.step(features, tuple(part[these] for part in self._state), mask)
        for kept, new in zip(self._state, state, strict=True):
            kept[these] = new
        return np.asarray(self._model.classify(state).numpy(), np.float32)


class CapturedWindows:
    """The same on CUDA: one captured graph a step, half-precision encoder, fp32 states.

    The graph reads and writes fixed buffers, so a step costs an upload, one launch and a small
    download, whatever the number of kernels. It computes all subjects each time; those that stand
    still keep their states.
    """

    def __init__(self, model: WindowModel, num_subjects: int, num_windows: int) -> None:
        self._model = model
        device = model.classifier.weight.device
        # What is shown, what is kept, who goes on. Pinned, so that uploads overlap; the last two
        # travel as bytes and become what they are on the GPU.
        self._host = (
            *(values.pin_memory() for values in model.encoder.example(num_subjects)),
            torch.zeros(num_subjects, num_windows, dtype=torch.uint8, pin_memory=True),
            torch.zeros(num_subjects, dtype=torch.uint8, pin_memory=True),
        )
        self._inputs = tuple(torch.zeros_like(host, device=device) for host in self._host)
        self._state = model.zero_state(num_subjects, num_windows)
        self._graph = torch.cuda.CUDAGraph()
        self._scores = self._capture()

    @torch.inference_mode()
    def advance(
        self, inputs: Inputs, keep: NDArray[np.bool_], rows: NDArray[np.intp]
    ) -> NDArray[np.float32]:
        self._host[-1].zero_()
        for host, device, values in zip(
            self._host, self._inputs, (*inputs, keep, True), strict=True
        ):
            host.numpy()[rows] = values
            device.copy_(host, non_blocking=True)
        self._graph.replay()
        # The copy to the host waits for the graph, which also frees the pinned buffers for reuse.
        return np.asarray(self._scores.cpu().numpy()[rows], np.float32)

    @torch.inference_mode()
    def _capture(self) -> Tensor:
        warm_up = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        warm_up.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(warm_up):  # libraries choose their kernels outside of the capture
            for _ in range(3):
                self._step()
        torch.cuda.current_stream().wait_stream(warm_up)
        with torch.cuda.graph(self._graph):
            scores, state = self._step()
            goes_on = self._inputs[-1].bool()
            for kept, new in zip(self._state, state, strict=True):
                mask = goes_on.reshape(-1, *[1] * (new.dim() - 1))
                kept.copy_(torch.where(mask, new, kept))
        for part in self._state:
            part.zero_()
        return scores

    def _step(self) -> tuple[Tensor, State]:
        *inputs, keep, _ = self._inputs
        with torch.autocast("cuda", torch.float16):
            features = self._model.encode(*inputs)
        state = self._model.step(features.float(), self._state, keep.float())
        return self._model.classify(state), state


def _checked_device(name: str) -> torch.device:
    kind, _, index = name.partition(":")
    if kind not in ("cpu", "cuda"):
        raise BackendError(f"PyTorch runs here on cpu or cuda, not on {name!r}")
    if kind == "cuda":
        if not torch.cuda.is_available():
            raise BackendError(
                "cuda was asked for, but this PyTorch sees no GPU; install the NVIDIA driver and a "
                "CUDA build of torch, or choose --device cpu"
            )
        if index and not (index.isdigit() and int(index) < torch.cuda.device_count()):
            raise BackendError(
                f"{name!r} was asked for; this machine has cuda:0 to "
                f"cuda:{torch.cuda.device_count() - 1}"
            )
    return torch.device(name)
