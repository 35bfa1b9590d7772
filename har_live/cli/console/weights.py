"""Weights: all that there are, and the card of one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from har_live.cli.console.live_table import live_table
from har_live.cli.console.terminal import answers, print_json, print_note, print_table
from har_live.live_metrics import how_measured

if TYPE_CHECKING:
    from har_live.card import Weights
    from har_live.smoothing_spec import SmoothingSpec


def print_weights(found: Sequence[Weights], *, as_json: bool) -> None:
    """Weights that go by a name: labels, accuracy, size."""
    if as_json:
        print_json([{"name": w.card.name, "folder": str(w.folder)} for w in found])
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("name", "network", "labels", "accuracy", "size"):
        table.add_column(heading)
    for weights in found:
        card = weights.card
        table.add_row(
            card.name,
            card.model.architecture,
            str(len(card.labels)),
            card.accuracy,
            _megabytes(weights),
        )
    print_table(table)
    print_note("har-live models NAME shows a card")


def print_card(weights: Weights, *, as_json: bool) -> None:
    """Print everything that is known of a set of weights."""
    card, clip = weights.card, weights.card.clip
    if as_json:
        print_json(json.loads(card.to_json()))
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    rows = [
        ("name", card.name),
        ("about", card.description),
        (
            "network",
            f"{card.model.architecture} on {card.model.encoder} features, {_megabytes(weights)}",
        ),
        (
            "window",
            f"{clip.num_frames} frames at {clip.grid_fps:g} fps ({clip.window_seconds:g} s), "
            f"{clip.image_size}×{clip.image_size} pixels, scored every {card.hop} frames",
        ),
        ("smoothing", _smoothing(card.smoothing)),
        *([("thresholds", _numbers(card.smoothing.enter_of))] if card.smoothing.enter_of else []),
        ("accuracy", card.accuracy),
        *([("calibration", _calibration(card.metrics))] if "ece" in card.metrics else []),
        ("labels", ", ".join(card.labels)),
        *(("data", f"{item['name']}: {item['licence']}") for item in card.sources),
        ("folder", str(weights.folder)),
    ]
    for name, value in rows:
        table.add_row(name, escape(value))
    print_table(table)
    if card.live is not None:
        answers.print()
        print_table(live_table(card.live))
        answers.print(how_measured(card.live), style="dim", markup=False)
    metrics = {name: value for name, value in card.metrics.items() if name != "live"}
    if metrics:
        answers.print("\nmeasured", style="dim")
        print_json(metrics)


def _smoothing(spec: SmoothingSpec) -> str:
    values = {f.name: getattr(spec, f.name) for f in fields(spec) if f.name != "enter_of"}
    return _numbers(values)


def _numbers(values: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in values.items())


def _calibration(metrics: Mapping[str, Any]) -> str:
    """Say how far confidence can be believed, and how well actions are told from anything else."""
    parts = [f"expected calibration error {metrics['ece']:.3f}"]
    parts += [
        f"AUROC actions / anything else {value:.2f} by {name.replace('_', ' ')}"
        for name, value in metrics.get("auroc", {}).items()
    ]
    return "; ".join(parts)


def _megabytes(weights: Weights) -> str:
    sizes = [
        path.stat().st_size
        for name in weights.card.sha256
        if (path := weights.folder / name).is_file()
    ]
    return f"{sum(sizes) / 1e6:.1f} MB" if sizes else "no file"
