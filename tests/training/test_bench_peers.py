"""What others need for the same work: every comparison that can be made here is made."""

from __future__ import annotations

import sys
import types

import pytest
import torch

from har_live.bench.timing import QUICK
from training.bench import annotate
from training.bench.peers import SMALL, movinet_frame, peer_rows, untrained


@pytest.fixture
def no_movinet(monkeypatch):
    monkeypatch.setitem(sys.modules, "movinets", None)


@pytest.fixture
def movinet(monkeypatch):
    """A network in the place of the published one, which nobody need install for this."""
    network = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3 * 172 * 172, 2))
    network.clean_activation_buffers = lambda: None
    config = types.SimpleNamespace(MODEL=types.SimpleNamespace(MoViNetA0="a0"))
    package = types.ModuleType("movinets")
    package.MoViNet = lambda config, *, causal, pretrained: network
    monkeypatch.setitem(sys.modules, "movinets", package)
    monkeypatch.setitem(
        sys.modules, "movinets.config", types.SimpleNamespace(_C=config, __name__="config")
    )


def test_without_its_code_movinet_is_said_to_be_missing(
    no_movinet, small_weights, tmp_path, monkeypatch, caplog
):
    monkeypatch.setattr(annotate, "CLIP_SECONDS", 1.0)
    rows = list(peer_rows([small_weights("lrcn")], QUICK, tmp_path))
    assert "its code is not installed" in caplog.text
    names = {row.name for row in rows}
    assert {"grid frame", "windows scored", "annotate"} <= names
    assert any(name.startswith("a window anew") for name in names)
    assert {row.against_name for row in rows if row.name == "annotate"} == {annotate.FLOOR}
    assert any(row.subject.startswith(SMALL) for row in rows)


def test_a_published_network_is_shown_one_frame_at_a_time(movinet):
    frame = movinet_frame()
    assert frame().shape == (1, 2)
    assert not frame().requires_grad


def test_untrained_weights_are_whole(tmp_path):
    weights = untrained(SMALL, tmp_path / "small")
    assert weights.verify(weights.onnx_path).stat().st_size > 0
    assert weights.card.model.encoder == "seed_cnn"
