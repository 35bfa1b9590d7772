"""The networks: what goes in, what comes out, and that order in time matters."""

from __future__ import annotations

import pytest
import torch

from har_live.models.build import build_model
from har_live.models.cells import LSTMStack
from har_live.models.config import PRESETS, ModelConfig
from har_live.models.window_model import WindowModel


def make(name: str, *, num_labels: int = 4) -> WindowModel:
    torch.manual_seed(0)
    preset = PRESETS[name]
    model = build_model(preset.model, image_size=64, num_labels=num_labels)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(3)  # loud enough to tell pictures apart before training
    return model.eval()


def clip_of(*, num_frames: int = 5, batch: int = 2) -> torch.Tensor:
    coarse = torch.randint(0, 256, (batch, num_frames + 1, 4, 4, 3), dtype=torch.uint8)
    return coarse.repeat_interleave(16, dim=2).repeat_interleave(16, dim=3)


@pytest.mark.parametrize("name", ["seed-lrcn", "seed-convlstm"])
def test_pictures_go_in_and_probabilities_come_out(name):
    with torch.inference_mode():
        probabilities = make(name)(clip_of())
    assert probabilities.shape == (2, 4)
    assert probabilities.dtype == torch.float32
    torch.testing.assert_close(probabilities.sum(-1), torch.ones(2))


@pytest.mark.parametrize("name", ["seed-lrcn", "seed-convlstm"])
def test_a_clip_and_its_reverse_are_told_apart(name):
    model, clip = make(name), clip_of()
    with torch.inference_mode():
        difference = (model.clip_logits(clip) - model.clip_logits(clip.flip(1))).abs().max()
    assert difference > 1e-3


@pytest.mark.parametrize("name", ["seed-lrcn", "seed-convlstm"])
def test_every_parameter_learns(name):
    model = make(name).train()
    torch.nn.functional.cross_entropy(model.clip_logits(clip_of()), torch.tensor([0, 1])).backward()
    silent = [n for n, p in model.named_parameters() if p.grad is None or not p.grad.any()]
    assert silent == []


def test_temperature_calms_probabilities_and_keeps_their_order():
    model, clip = make("seed-lrcn"), clip_of()
    with torch.inference_mode():
        sharp = model(clip)
        model.temperature.fill_(4.0)
        calm = model(clip)
    assert torch.equal(sharp.argsort(-1), calm.argsort(-1))
    assert (calm.max(-1).values < sharp.max(-1).values).all()


def test_the_seed_networks_have_the_notebooks_widths():
    lrcn, convlstm = make("seed-lrcn"), make("seed-convlstm")
    convolutions = [m for m in lrcn.encoder.modules() if isinstance(m, torch.nn.Conv2d)]
    assert [m.out_channels for m in convolutions] == [16, 32, 64, 64]
    assert lrcn.cells.state_shapes == ((32,), (32,))
    assert [shape[0] for shape in convlstm.cells.state_shapes[::2]] == [4, 8, 14, 16]
    assert [shape[1] for shape in convlstm.cells.state_shapes[::2]] == [64, 32, 16, 8]


def test_our_lstm_is_torchs_lstm():
    """The cell against the library's own, with the same weights."""
    model = make("seed-lrcn")
    cells = model.cells
    features = torch.randn(3, 7, 64)
    theirs = torch.nn.LSTM(64, 32, batch_first=True)
    with torch.inference_mode():
        theirs.weight_ih_l0.copy_(cells.from_input[0].weight)
        theirs.bias_ih_l0.copy_(cells.from_input[0].bias)
        theirs.weight_hh_l0.copy_(cells.from_hidden[0].weight)
        theirs.bias_hh_l0.zero_()
        expected = model.classifier(theirs(features)[0][:, -1])
        torch.testing.assert_close(model.feature_logits(features), expected, atol=1e-5, rtol=1e-5)


def test_blocks_are_a_wide_layer_of_blocks_and_zeros():
    torch.manual_seed(0)
    widths = (5, 3, 4)
    blocks, dense = LSTMStack(6, (12,), (widths,)), LSTMStack(6, (12,))
    dense.from_input.load_state_dict(blocks.from_input.state_dict())
    parts = [block.weight.chunk(4) for block in blocks.from_hidden[0].blocks]
    with torch.inference_mode():
        wide = torch.cat([torch.block_diag(*gate) for gate in zip(*parts, strict=True)])
        dense.from_hidden[0].weight.copy_(wide)
        state = expected = (torch.randn(2, 3, 12), torch.randn(2, 3, 12))
        for _ in range(4):
            projected = blocks.project(torch.randn(2, 6))
            state, expected = blocks.advance(projected, state), dense.advance(projected, expected)
    torch.testing.assert_close(state, expected)
    assert sum(p.numel() for p in blocks.from_hidden.parameters()) == 4 * sum(w * w for w in widths)


def test_an_unknown_encoder_names_the_known_ones():
    with pytest.raises(ValueError, match=r"encoder is 'nope'; expected one of .*seed_cnn"):
        build_model(ModelConfig("lrcn", "nope", hidden=(4,)), image_size=64, num_labels=2)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"architecture": "rnn"}, "architecture is 'rnn'"),
        ({"hidden": ()}, "hidden is"),
        ({"hidden": (4, 0)}, "hidden is"),
        ({"dropout": 1.0}, "dropout is 1.0"),
        ({"places": 0}, "places is 0"),
        ({"blocks": ((3, 2),)}, r"blocks are \(\(3, 2\),\); expected .* sum to \(4,\)"),
        ({"blocks": ((4, 0),)}, "blocks are"),
        ({"blocks": ((), ())}, "blocks are"),
        ({"blocks": ((4,),), "architecture": "convlstm"}, "a convlstm has none"),
        ({"places": 2}, "an lrcn has no maps"),
        ({"pool": True}, "an lrcn has no maps"),
    ],
)
def test_a_config_refuses_nonsense(values, message):
    good = {"architecture": "lrcn", "encoder": "seed_cnn", "hidden": (4,)}
    with pytest.raises(ValueError, match=message):
        ModelConfig(**{**good, **values})


def test_the_seed_cnn_needs_its_64_pixels():
    with pytest.raises(ValueError, match="at least 64 pixels"):
        build_model(PRESETS["seed-lrcn"].model, image_size=32, num_labels=2)


def test_the_summary_of_maps_says_where():
    config = ModelConfig("convlstm", "pixels", hidden=(2,), places=2)
    cells = build_model(config, image_size=4, num_labels=2).cells
    maps = torch.zeros(1, 1, 2, 4, 4)
    maps[0, 0, 1, :2, 2:] = 4.0  # channel 1, upper right
    assert cells.summary((maps, maps)).flatten().tolist() == [0, 0, 0, 0, 0, 4, 0, 0]


def test_a_map_that_has_no_such_parts_is_refused():
    with pytest.raises(ValueError, match="places is 3; the last map, 4×4"):
        build_model(
            ModelConfig("convlstm", "pixels", hidden=(2,), places=3), image_size=4, num_labels=2
        )
