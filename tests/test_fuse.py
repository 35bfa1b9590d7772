"""Several networks in one: the logits are the mean."""

from __future__ import annotations

import pytest
import torch

from har_live.models.build import build_model
from har_live.models.config import ModelConfig
from training.learn.fuse import fused


@pytest.mark.parametrize("widths", [(7,), (7, 5), (7, 5, 4)])
def test_the_logits_are_the_mean(widths):
    torch.manual_seed(0)
    configs = [
        ModelConfig(architecture="lrcn", encoder="pose_motion", hidden=(width,), dropout=0.3)
        for width in widths
    ]
    models = [build_model(c, image_size=96, num_labels=4).eval() for c in configs]
    for model in models:
        model.encoder.mean.normal_()
        model.encoder.deviation.uniform_(0.5, 2.0)
    together, config = fused(models, configs[0], image_size=96)
    assert (config.hidden, config.blocks) == ((sum(widths),), (widths,))
    seen = torch.randn(3, 6, models[0].encoder.out_features)

    @torch.inference_mode()
    def logits(model):
        encoder = model.encoder
        return model.feature_logits((seen - encoder.mean) / encoder.deviation).numpy()

    expected = sum(logits(model) for model in models) / len(models)
    assert logits(together) == pytest.approx(expected, abs=1e-4)
