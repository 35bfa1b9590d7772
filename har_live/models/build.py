"""Builds a network from a ``ModelConfig``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from har_live.models.config import ModelConfig
from har_live.models.joint_maps import JointMapEncoder
from har_live.models.joints import JointEncoder
from har_live.models.seed_encoders import Pixels, SeedCNN
from har_live.models.window_model import LRCN, ConvLSTM, FrameEncoder, WindowModel

ENCODERS: dict[str, Callable[..., FrameEncoder]] = {
    "joint_maps": JointMapEncoder,
    "joints": JointEncoder,
    "pixels": Pixels,
    "seed_cnn": SeedCNN,
}


def build_model(config: ModelConfig, *, image_size: int, num_labels: int) -> WindowModel:
    """Return a network with fresh weights.

    Args:
        config: its parts.
        image_size: S, side in pixels of the pictures it will see.
        num_labels: K.

    Raises:
        ValueError: an encoder of that name does not exist.
    """
    if config.encoder not in ENCODERS:
        raise ValueError(f"encoder is {config.encoder!r}; expected one of {sorted(ENCODERS)}")
    encoder = ENCODERS[config.encoder](image_size=image_size, **config.encoder_options)
    common: dict[str, Any] = {
        "hidden": config.hidden,
        "num_labels": num_labels,
        "dropout": config.dropout,
    }
    if config.architecture == "lrcn":
        return LRCN(encoder, blocks=config.blocks, **common)
    return ConvLSTM(encoder, pool=config.pool, places=config.places, **common)
