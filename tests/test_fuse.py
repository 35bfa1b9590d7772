"""Several networks in one: the logits are the weighted sum."""

from __future__ import annotations

import pytest
import torch

from har_live.models.build import build_model
from har_live.models.config import ModelConfig
from training.fuse import fused


@pytest.mark.parametrize("weights", [(1.0,), (1.0, 0.4), (1.5, 1.0, 0.7)])
def test_the_logits_are_the_sum(weights):
    torch.manual_seed(0)
    configs = [
        ModelConfig(architecture="lrcn", encoder="pose_motion", hidden=(width,), dropout=0.3)
        for width in (7, 5, 4)[: len(weights)]
    ]
    models = [build_model(c, image_size=96, num_labels=4).eval() for c in configs]
    for model in models:
        model.encoder.mean.normal_()
        model.encoder.deviation.uniform_(0.5, 2.0)
    together, config = fused(models, weights, configs[0], image_size=96)
    assert config.hidden == (sum((7, 5, 4)[: len(weights)]),)
    seen = torch.randn(3, 6, models[0].encoder.out_features)

    @torch.inference_mode()
    def logits(model):
        encoder = model.encoder
        return model.feature_logits((seen - encoder.mean) / encoder.deviation).numpy()

    expected = sum(weight * logits(model) for weight, model in zip(weights, models, strict=True))
    assert logits(together) == pytest.approx(expected, abs=1e-4)
