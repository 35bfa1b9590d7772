"""Small weights with random tensors, exported once a session: what the laws are tested on."""

from __future__ import annotations

from pathlib import Path

import torch

from har_live.card import ModelCard, Weights
from har_live.models.build import build_model
from har_live.models.config import ModelConfig
from har_live.smoothing_spec import SmoothingSpec
from har_live.types import ClipSpec
from training.export.weights import export_weights

LABELS = ("none", "wave", "jump", "walk")
RAW = SmoothingSpec(average_seconds=0, enter=0, leave=0, hold_seconds=0)
"""No smoothing: the label of each window alone."""
CONFIGS = {
    "lrcn": ModelConfig("lrcn", "seed_cnn", hidden=(24,)),
    "deep-lrcn": ModelConfig("lrcn", "seed_cnn", hidden=(16, 9), blocks=((9, 7), (2, 4, 3))),
    "convlstm": ModelConfig("convlstm", "pixels", hidden=(3, 4), pool=True, places=2),
    "joints-lrcn": ModelConfig("lrcn", "joints", hidden=(24,), encoder_options={"width": 32}),
    "joints-convlstm": ModelConfig("convlstm", "joint_maps", hidden=(6,), places=4),
}
PICTURE_KINDS = ("convlstm", "deep-lrcn", "lrcn")
JOINT_KINDS = ("joints-convlstm", "joints-lrcn")
IMAGE_SIZES = {"lrcn": 64, "deep-lrcn": 64, "convlstm": 20} | dict.fromkeys(JOINT_KINDS, 160)


def make_weights(folder: Path, kind: str, *, num_frames: int = 8, hop: int = 2) -> Weights:
    """Export one of ``CONFIGS``, whose scores differ clearly from picture to picture."""
    torch.manual_seed(7)
    clip = ClipSpec(num_frames=num_frames, grid_fps=10.0, image_size=IMAGE_SIZES[kind])
    model = build_model(CONFIGS[kind], image_size=clip.image_size, num_labels=len(LABELS))
    with torch.no_grad():
        # Fresh layers hardly react; louder ones make a wrong frame or state visible in the scores.
        for parameter in model.parameters():
            parameter.mul_(3)
        model.temperature.fill_(0.5)
    card = ModelCard(f"test-{kind}", LABELS, CONFIGS[kind], clip, hop=hop, smoothing=RAW)
    return export_weights(model, card, folder)
