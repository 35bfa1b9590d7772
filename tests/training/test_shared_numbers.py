"""An ONNX graph and a safetensors file that hold one set of numbers between them."""

from __future__ import annotations

import shutil

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from har_live.errors import WeightsError
from training.export.onnx_external_data import export_sharing, read_places


class Mixed(nn.Module):
    """The kinds of layers that we export: convolution, LSTM cell, linear."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(3, 48, 3, padding=1)
        self.cell = nn.LSTMCell(48, 40)
        self.answer = nn.Linear(40, 36)

    def forward(self, x: Tensor, hidden: Tensor, cell: Tensor) -> tuple[Tensor, ...]:
        state = self.cell(torch.relu(self.convolution(x)).mean((2, 3)), (hidden, cell))
        return self.answer(state[0]), *state


INPUTS = (torch.zeros(2, 3, 8, 8), torch.zeros(2, 40), torch.zeros(2, 40))


def export(module: nn.Module, folder) -> None:
    count = torch.export.Dim("count")
    export_sharing(
        module,
        INPUTS,
        folder / "model.safetensors",
        folder / "model.onnx",
        input_names=("x", "hidden", "cell"),
        output_names=("answer", "new_hidden", "new_cell"),
        dynamic_shapes={"x": {0: count}, "hidden": {0: count}, "cell": {0: count}},
    )


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A module, and the folder of its two files: matrices as halves, biases as floats."""
    torch.manual_seed(0)
    module = Mixed().eval()
    folder = tmp_path_factory.mktemp("shared-numbers")
    state = {}
    for name, value in module.state_dict().items():
        value.copy_(value.half())
        state[name] = value.half() if value.dim() > 1 else value
    save_file(state, folder / "model.safetensors")
    export(module, folder)
    return module, folder


def test_torch_and_onnxruntime_agree_wherever_the_two_files_lie(exported, tmp_path, monkeypatch):
    module, folder = exported
    moved = tmp_path / "elsewhere"
    shutil.copytree(folder, moved)
    monkeypatch.chdir(tmp_path)
    session = onnxruntime.InferenceSession(moved / "model.onnx")
    torch.manual_seed(1)
    given = [torch.randn(5, *x.shape[1:]) for x in INPUTS]
    with torch.inference_mode():
        expected = module(*given)
    names = ("x", "hidden", "cell")
    found = session.run(None, {n: x.numpy() for n, x in zip(names, given, strict=True)})
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs.numpy(), atol=1e-5)


def test_the_graph_holds_no_tensor_of_the_safetensors_file(exported):
    _, folder = exported
    graph = onnx.load(folder / "model.onnx", load_external_data=False).graph
    outside = [c for c in graph.initializer if c.data_location == TensorProto.EXTERNAL]
    assert len(outside) == len(load_file(folder / "model.safetensors"))
    assert sum(len(c.raw_data) for c in graph.initializer) < 256
    onnx.checker.check_model(str(folder / "model.onnx"))


def test_places_are_where_the_numbers_are(exported):
    _, folder = exported
    path = folder / "model.safetensors"
    data = path.read_bytes()
    for name, tensor in load_file(path).items():
        place = read_places(path)[name]
        assert data[place.offset : place.offset + place.length] == tensor.numpy().tobytes()
        assert place.shape == tuple(tensor.shape)


def test_numbers_of_another_network_are_refused(exported, tmp_path):
    module, folder = exported
    state = load_file(folder / "model.safetensors")
    save_file(
        {**state, "answer.weight": state["answer.weight"] + 1}, tmp_path / "model.safetensors"
    )
    with pytest.raises(WeightsError, match=r"answer\.weight"):
        export(module, tmp_path)


def test_two_folders_are_refused(exported, tmp_path):
    module, folder = exported
    with pytest.raises(ValueError, match="one folder"):
        export_sharing(
            module,
            INPUTS,
            folder / "model.safetensors",
            tmp_path / "model.onnx",
            input_names=(),
            output_names=(),
            dynamic_shapes=None,
        )
