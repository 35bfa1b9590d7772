"""From a trained network to a weights folder: calibration, export, evaluation, card, README."""

from __future__ import annotations

import dataclasses
import platform
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from har_live.card import ModelCard, Weights, open_weights
from har_live.recognizer import Recognizer
from training.measure.evaluate import answers_of, confusion, figures
from training.measure.figure_test import figure_passages, share_right
from training.measure.plots import draw_confusion, draw_curves
from training.ship.live_card import NEXT_HEADING, live_section, when_shown
from training.ship.thresholds import calibrated

EVERYDAY = "What a person does before a webcam, by pose and motion."
SOURCES: tuple[dict[str, str], ...] = (
    {
        "name": "surv-fight (seymanurakti/fight-detection-surv-dataset)",
        "licence": "MIT",
        "use": "train split: clips and poses",
    },
    {
        "name": "tennis-strokes (Nelijahk/3DCNN-Tennis-Action-Recognition)",
        "licence": "none stated",
        "use": "train split: clips and poses",
    },
    {
        "name": "arid-dark (ARID, by way of Kexueyi/EE6222-MV)",
        "licence": "none stated; ARID is for research",
        "use": "train split: clips and poses",
    },
    {
        "name": "yoga-asanas (DarshilPungalia/Major-Project)",
        "licence": "none stated",
        "use": "train split: clips and poses",
    },
    {
        "name": "bedfall-synthetic (KuanTingWu-nci/T2V-Bed-Fall-Detection-Dataset)",
        "licence": "CC-BY-4.0",
        "use": "clips and poses; AI-generated",
    },
    {
        "name": "background (intel-iot-devkit/sample-videos)",
        "licence": "CC-BY-4.0",
        "use": "clips, as none",
    },
    {
        "name": "har15 (Kaggle Human Action Recognition, umareddy123/Human_activity_recognition)",
        "licence": "none stated",
        "use": "photos: poses, and as none",
    },
    {
        "name": "people (photos of people at a webcam or posing)",
        "licence": "none stated",
        "use": "photos: poses, and as none",
    },
    {
        "name": "tiny-imagenet-200 (rangeetpan/IMagenet)",
        "licence": "ImageNet terms: research",
        "use": "photos of things: pictures of nobody, backgrounds",
    },
    {
        "name": "MSR Action3D (MihirK1212/msraction3d-rpi)",
        "licence": "research use",
        "use": "skeleton sequences",
    },
    {
        "name": "Bandai Namco Research Motion Dataset 1 and 2",
        "licence": "CC-BY-NC-4.0",
        "use": "skeleton sequences",
    },
    {
        "name": "MediaPipe Pose (teacher of the pose network)",
        "licence": "Apache-2.0",
        "use": "keypoints of photos and of training clips",
    },
)
"""What the everyday weights were trained on."""


COMMANDS = (
    "python -m training prepare ../shared/data",
    "python -m training pretrain ../shared/data --epochs 6 --out runs/pose1.safetensors"
    "  # stopped after 3 epochs",
    "python -m training pretrain ../shared/data --epochs 1 --learning-rate 1.5e-3"
    " --start-from runs/pose1.safetensors --out runs/pose2.safetensors",
    "python -m training pretrain ../shared/data --epochs 3 --learning-rate 1.5e-3"
    " --start-from runs/pose2.safetensors --out runs/pose3.safetensors",
    "python -m training pretrain ../shared/data --epochs 7 --learning-rate 1.5e-3"
    " --start-from runs/pose3.safetensors --out runs/pose4.safetensors"
    "  # the first in which pictures by the figure's renderer were among the others",
    "python -m training pretrain ../shared/data --epochs 11 --learning-rate 1.5e-3"
    " --start-from runs/pose4.safetensors --out runs/pose5.safetensors"
    "  # stopped after 5 epochs; from here on with today's settings",
    "python -m training pretrain ../shared/data --epochs 2 --learning-rate 8e-4"
    " --start-from runs/pose5.safetensors --out runs/pose6.safetensors",
    "python -m training pretrain ../shared/data --epochs 7 --learning-rate 1.2e-3 --seed 1"
    " --start-from runs/pose6.safetensors --out runs/pose.safetensors",
    "python -m training encode ../shared/data --pose runs/pose.safetensors --out runs/bank",
)
"""What every set of everyday weights begins with."""


def ship(
    trained: Path,
    data: Path,
    folder: Path,
    *,
    notes: Path,
    description: str = EVERYDAY,
    datasets: Sequence[str] = (),
) -> dict[str, Any]:
    """Copy what ``train`` wrote into ``folder``, measure it there and document it.

    Args:
        trained: the run's folder: ``weights`` and ``log`` inside.
        data: manifest whose ``val`` split is measured.
        folder: where the weights ship from; its name becomes theirs.
        notes: Markdown for the README: intended use, limits, what was tried.
        description: one line for people.
        datasets: a specialist's own; empty for general weights, which the figure measures too.
    """
    shutil.copytree(trained / "weights", folder, dirs_exist_ok=True)
    weights = calibrated(open_weights(folder), data)
    card = dataclasses.replace(
        weights.card,
        name=folder.name,
        description=description,
        sources=SOURCES,
    )
    train = f"python -m training train runs/bank --architecture {card.model.architecture}"
    if datasets:
        train += f" --datasets {','.join(datasets)}"
    commands = (*COMMANDS, f"{train} --out runs/{folder.name}")
    return document(
        Weights(folder, card),
        data,
        trained / "log" / "metrics.csv",
        commands=commands,
        notes=notes.read_text(),
        datasets=datasets,
    )


def document(
    weights: Weights,
    data: Path,
    log: Path,
    *,
    commands: tuple[str, ...],
    notes: str,
    datasets: Sequence[str] = (),
) -> dict[str, Any]:
    """Evaluate a weights folder on ``val`` and write what it reaches: card, README, pictures.

    What the card has of metrics is kept beside it.
    """
    recognizer = Recognizer(weights, runtime="onnx", device="cpu")
    answers = answers_of(recognizer, data, datasets=datasets)
    reached = figures(answers)
    if not datasets:
        passages = figure_passages(recognizer)
        reached["figure_gestures_right"] = share_right(passages)
        reached["figure_pauses_right"] = share_right(passages, pauses=True)
    counts, names = confusion(answers)
    draw_confusion(counts, names, weights.folder / "confusion.png")
    draw_curves(log, weights.folder / "curves.png")
    metrics = {
        "split": "val (groups never trained on; it chose checkpoint, temperature and thresholds)",
        "command": f"python -m training evaluate {weights.card.name} ../shared/data",
        "machine": f"{platform.machine()}, {platform.processor() or 'CPU'}, ONNX Runtime",
        **reached,
        **weights.card.metrics,
    }
    within = ", ".join(
        f"{name} {row['top1_within']:.0%}"
        for name, row in reached["datasets"].items()
        if row["num_labels"] > 1
    )
    card = dataclasses.replace(weights.card, metrics=metrics, accuracy=f"val, by group: {within}")
    card.write(weights.folder)
    text = readme(card, commands=commands, notes=notes)
    (weights.folder / "README.md").write_text(text, "utf-8")
    return reached


def _own(row: dict[str, float]) -> str:
    """Accuracy among a data set's own labels; where it has only one, there is nothing to tell."""
    return f"{row['top1_within']:.0%}" if row["num_labels"] > 1 else "–"


def _how_sure(card: ModelCard) -> list[str]:
    """When a label is shown, and what shows that windows are of no label."""
    auroc = card.metrics.get("auroc", {})
    lines = [when_shown(card.smoothing)]
    by = ", ".join(f"{value:.2f} by {name.replace('_', ' ')}" for name, value in auroc.items())
    if by:
        lines.append(f"Windows of these actions are told from all others with an AUROC of {by}.")
    return lines


def _figure(metrics: dict[str, Any]) -> list[str]:
    if "figure_gestures_right" not in metrics:
        return []
    return [
        f"The built-in figure, whose performance is never learnt from: "
        f"{metrics['figure_gestures_right']:.0%} of the gestures of its script are named rightly "
        f"(two performances, 640×480), and {metrics['figure_pauses_right']:.0%} of the pauses "
        "between them, which last half a window.",
        "",
    ]


def readme(card: ModelCard, *, commands: tuple[str, ...], notes: str) -> str:
    """The model card for people."""
    metrics = card.metrics
    lines = [
        f"# {card.name}",
        "",
        card.description,
        "",
        f"**Labels** ({len(card.labels)}): {', '.join(card.labels)}.",
        "",
        f"**Window**: {card.clip.num_frames} frames at {card.clip.grid_fps:g} a second "
        f"({card.clip.window_seconds:g} s), {card.clip.image_size}×{card.clip.image_size} pixels; "
        f"a new answer every {card.hop / card.clip.grid_fps:g} s.",
        "",
        "## What it reaches",
        "",
        f"Split: {metrics['split']}. Made by `{metrics['command']}`, "
        "through the same `Recognizer` that runs live.",
        "",
        "| data set | clips | among all labels | among its own labels |",
        "|---|---|---|---|",
        *(
            f"| {name} | {row['clips']} | {row['top1']:.0%} | {_own(row)} |"
            for name, row in metrics["datasets"].items()
        ),
        f"| **all** | {metrics['clips']} | {metrics['top1']:.0%} | |",
        "",
        f"Top 5 {metrics['top5']:.0%}, macro F1 {metrics['macro_f1']:.2f}, "
        f"calibration error {metrics['ece']:.3f}. With so few clips one figure is sure to "
        "about ±6 points (more for the yoga poses).",
        "",
        *_how_sure(card),
        "",
        *_figure(metrics),
        "![curves](curves.png)",
        "",
        "![confusion](confusion.png)",
        "",
        notes.strip(),
        "",
        *(live_section(metrics["live"]) if "live" in metrics else []),
        NEXT_HEADING,
        "",
        "| data | licence | use |",
        "|---|---|---|",
        *(f"| {s['name']} | {s['licence']} | {s['use']} |" for s in card.sources),
        "",
        "## Made by",
        "",
        "```",
        *commands,
        "```",
        "",
    ]
    return "\n".join(lines)
