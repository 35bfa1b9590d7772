"""The model card for people: written from the card and the recipes, never by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from har_live.card import ModelCard
from training.ship.live_card import NEXT_HEADING, live_section, when_shown


def readme(card: ModelCard, *, recipes: Sequence[dict[str, Any]], notes: str) -> str:
    """Return the text of a weights folder's ``README.md``.

    Args:
        recipes: the chain that led to the weights, the earliest first.
        notes: Markdown: intended use, limits, what was tried.
    """
    metrics = card.metrics
    lines = [
        f"# {card.name}",
        "",
        card.description,
        "",
        f"**Labels** ({len(card.labels)}): {', '.join(card.labels)}.",
        "",
        f"**Window**: {card.clip.num_frames} frames at {card.clip.grid_fps:g} a second "
        f"({card.clip.window_seconds:g} s) of each person; a new answer every "
        f"{card.hop / card.clip.grid_fps:g} s.",
        "",
        "## What it reaches",
        "",
        f"Split: {metrics['split']}. Made by `{metrics['command']}`, through the same `Recognizer` "
        "that runs live. A clip's answer is the mean over the windows of the person seen longest; "
        "reported: the truth was the label shown at some time.",
        "",
        *_table(metrics),
        "",
        *_how_sure(card),
        "",
        *_figure(metrics),
        *_cross_source(metrics),
        *_teaching(metrics),
        "![curves](curves.png)",
        "",
        "![confusion](confusion.png)",
        "",
        notes.strip(),
        "",
        *(live_section(card.live) if card.live is not None else []),
        NEXT_HEADING,
        "",
        "| data | licence | use |",
        "|---|---|---|",
        *(f"| {s['name']} | {s['licence']} | {s['use']} |" for s in card.sources),
        "",
        "## Made by",
        "",
        "```",
        *dict.fromkeys(  # a stage that several read is told once
            f"{recipe['command']}  # {recipe['date']}, {recipe['commit']}" for recipe in recipes
        ),
        "```",
        "",
    ]
    return "\n".join(lines)


def _table(metrics: dict[str, Any]) -> list[str]:
    return [
        "| data set | clips | among all labels | reported | among its own labels |",
        "|---|---|---|---|---|",
        *(
            f"| {name} | {row['clips']} | {row['top1']:.0%} | {row['reported']:.0%} | {_own(row)} |"
            for name, row in metrics["datasets"].items()
        ),
        f"| **all** | {metrics['clips']} | {metrics['top1']:.0%} | | |",
        "",
        f"Top 5 {metrics['top5']:.0%}, macro F1 {metrics['macro_f1']:.2f}. One figure of so few "
        "clips is sure to about ±6 points (more for the yoga poses).",
    ]


def _own(row: dict[str, float]) -> str:
    """Return the accuracy among a data set's own labels; where it has only one, there is nothing to
    tell."""
    return f"{row['top1_within']:.0%}" if row["num_labels"] > 1 else "–"


def _how_sure(card: ModelCard) -> list[str]:
    """Say when a label is shown, and what shows that windows are of no label."""
    metrics = card.metrics
    lines = [f"Calibration error {metrics['ece']:.3f}"]
    if "ece_on_others" in metrics:
        lines[0] += (
            f"; {metrics['ece_on_others']:.3f} where each half of the groups is calibrated on "
            "the other half"
        )
    lines[0] += f". {when_shown(card.smoothing)}"
    by = ", ".join(
        f"{value:.2f} by {name.replace('_', ' ')}"
        for name, value in metrics.get("auroc", {}).items()
    )
    if by:
        lines.append(f"Windows of these actions are told from all others with an AUROC of {by}.")
    return lines


def _figure(metrics: dict[str, Any]) -> list[str]:
    if "figure_gestures_right" not in metrics:
        return []
    return [
        f"The drawn person, never learnt from: {metrics['figure_gestures_right']:.0%} of the "
        "passages of its script are named rightly (two performances, 640×480), and "
        f"{metrics['figure_pauses_right']:.0%} of the pauses between them, which last half a "
        "window.",
        "",
    ]


def _teaching(metrics: dict[str, Any]) -> list[str]:
    """Say what teaching reached, by people and clips that the network never saw."""
    if "teaching" not in metrics:
        return []
    reached = metrics["teaching"]
    return [
        f"Actions of one's own (`{reached['command']}`: {reached['lessons']} lessons a source, "
        f"all left out of the training; {reached['seconds']:.0f} s from the last take to "
        "weights, eight takes of eight actions):",
        "",
        "| source | takes each | named rightly | false alarms an hour |",
        "|---|---|---|---|",
        *(
            f"| {name} | {row['takes']['mean']:.1f} | {_spread(row)} | "
            f"{row['false_alarms_an_hour']:.0f} |"
            for name, row in reached["rows"].items()
        ),
        "",
    ]


def _spread(row: dict[str, Any]) -> str:
    return ", ".join(
        f"{by} {value['mean']:.0%} ± {100 * value['deviation']:.0f}"
        for by, value in row.items()
        if isinstance(value, dict) and by != "takes"
    )


def _cross_source(metrics: dict[str, Any]) -> list[str]:
    """Say what is reached on sources that were left out of a training of their own."""
    if "cross_source" not in metrics:
        return []
    rows = metrics["cross_source"]["sources"]
    means = [
        sum(row[name] for row in rows.values()) / len(rows) for name in ("top1", "top1_within")
    ]
    return [
        "Sources that nothing was learnt from "
        f"(`{metrics['cross_source']['command']}`: a shorter training for each group of them):",
        "",
        "| source left out | takes | among all labels | among its own labels |",
        "|---|---|---|---|",
        *(
            f"| {name} | {row['takes']} | {row['top1']:.0%} | {row['top1_within']:.0%} |"
            for name, row in rows.items()
        ),
        f"| **mean** | | {means[0]:.0%} | {means[1]:.0%} |",
        "",
    ]
