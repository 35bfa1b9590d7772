"""Measures what is reached on sources that nothing was learnt from: it chooses what ships.

    python -m training cross-source ../shared/data --weights weights/everyday-lrcn

The split inside a source tells whether people are known again; another source has other people,
another camera, another room, and another idea of what a label means. Several sources are left out
of one training, so that there are four trainings, not one for each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from har_live.card import ModelCard
from har_live.models.window_model import WindowModel
from training.learn.fit_settings import MachineSettings
from training.measure.measures import within_accuracy
from training.provenance import command_line
from training.recipe.find_joints import CLIP
from training.recipe.recorded import load_recorded
from training.recipe.takes import Take, load_clips
from training.recipe.train import load_trained, train
from training.recipe.train_settings import TrainSettings
from training.ship.thresholds import clip_scores, measure

GROUPS: tuple[tuple[str, ...], ...] = (
    ("jhmdb", "utd_mhad", "fitness"),
    ("kard", "penn_action", "arid-dark"),
    ("utkinect", "berkeley_mhad", "falls"),
    ("nw_ucla", "webcam_miai", "push-ups", "pushfit"),
)
"""Left out together; push-ups were filmed and recorded of the same people."""
JUDGED = tuple(source for group in GROUPS for source in group if source != "pushfit")
MOST_TAKES = 400
"""Most takes of a source, drawn at random."""


def cross_source(
    data: Path,
    joints: Path,
    out: Path,
    settings: TrainSettings,
    machines: MachineSettings,
    *,
    groups: Sequence[Sequence[str]] = GROUPS,
) -> dict[str, Any]:
    """Train without each group of sources, and measure on what was left out.

    Args:
        out: a folder a training; what is trained already is not trained again.

    Returns:
        ``command``, and for each of ``sources`` its ``takes``, ``top1`` among all labels, and
        ``top1_within`` its own.
    """
    takes = load_recorded(data / "skeletons") + [
        take for take in load_clips(data, joints) if take.is_main
    ]
    reached: dict[str, dict[str, float]] = {}
    for group in groups:
        run = out / "-".join(group)
        if not (run / "model.pt").exists():
            without = replace(settings, left_out=tuple(group))
            train(data, joints, run, without, machines, resume=True)
        model, config, labels = load_trained(run)
        card = ModelCard("left-out", labels, config, CLIP, hop=4)
        for source in group:
            own = [take for take in takes if take.dataset == source]
            reached[source] = figures_of(model, card, own, seed=settings.seed)
    judged = {source: reached[source] for source in reached if source in JUDGED}
    return {"command": command_line(), "settings": asdict(settings), "sources": judged}


def figures_of(
    model: WindowModel, card: ModelCard, takes: Sequence[Take], *, seed: int
) -> dict[str, float]:
    """Measure accuracy on takes whose labels the network knows."""
    known = [take for take in takes if take.label in card.labels]
    rng = np.random.default_rng(seed)
    drawn = [known[i] for i in sorted(rng.permutation(len(known))[:MOST_TAKES])]
    with torch.inference_mode():
        scores, truths = clip_scores(model, measure(model, card, drawn))
    names = np.array(card.labels)[truths]
    best = np.array(card.labels)[scores.argmax(axis=1)]
    return {
        "takes": len(drawn),
        "top1": float((best == names).mean()),
        "top1_within": within_accuracy(scores, names, card.labels),
    }
