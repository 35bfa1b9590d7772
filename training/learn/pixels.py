"""Train a whole network on the pictures of clips, from scratch.

    python -m training show data/UCF50
    python -m training train-pixels data/UCF50 --labels Biking,Diving,Punch,TaiChi --out runs/four

From top to bottom: the network, its first weights, the training, its card. What is the same for
networks of any kind (gather clips, fit, measure, keep) is in ``training.learn.clips``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lightning
from torch import nn

from har_live.card import ModelCard
from har_live.models.build import build_model
from har_live.models.config import NetworkSpec
from training.data.pixel_dataset import LearntWindows, MeasuredWindows
from training.data.pixel_windows import Variation
from training.learn.clip_task import ClipTask
from training.learn.clips import ClipResults, Material, fit_and_measure
from training.learn.fit import Fitted
from training.learn.fit_settings import FitSettings, MachineSettings

VARIED = Variation()


def set_first_weights(model: nn.Module) -> None:
    """Set the first weights as Keras does, for which the notebook's networks were designed.

    With PyTorch's own, four ReLU layers let the picture fade: after 160 steps on four yoga poses
    the loss of seed-lrcn was 1.37, that of guessing, and 0.97 with these.
    """
    for name, layer in model.named_modules():
        if not isinstance(layer, nn.Conv2d | nn.Linear):
            continue
        if "from_hidden" in name:
            nn.init.orthogonal_(layer.weight)
        else:
            nn.init.xavier_uniform_(layer.weight)
        # The cells' biases make them remember by default and stay as they are.
        if layer.bias is not None and "from_input" not in name:
            nn.init.zeros_(layer.bias)


def train_on(
    material: Material,
    preset: NetworkSpec,
    run: Path,
    settings: FitSettings,
    machines: MachineSettings,
    *,
    variation: Variation | None = VARIED,
    **options: Any,
) -> tuple[Fitted, ClipResults] | None:
    """Train a preset's network and measure its best checkpoint; ``options`` are those of ``fit``.

    Returns:
        None in every process but the first.
    """
    lightning.seed_everything(settings.seed, verbose=False)
    spec, labels = preset.clip, material.labels
    model = build_model(preset.model, image_size=spec.image_size, num_labels=len(labels))
    set_first_weights(model)
    learnt = LearntWindows(material.learnt, labels, spec, variation=variation, seed=settings.seed)
    measured = MeasuredWindows(material.measured, labels, spec)
    return fit_and_measure(
        ClipTask(model, labels, settings), learnt, measured, material, run, machines, **options
    )


def card_of(name: str, preset: NetworkSpec, material: Material) -> ModelCard:
    """Return the card of a network trained on pictures."""
    names = sorted({clip.dataset for clip, _ in material.learnt})
    return ModelCard(
        name=name,
        labels=material.labels,
        model=preset.model,
        clip=preset.clip,
        description=f"{preset.model.architecture}, trained from scratch on {', '.join(names)}.",
        sources=tuple({"name": n, "licence": "not stated", "use": "clips"} for n in names),
    )
