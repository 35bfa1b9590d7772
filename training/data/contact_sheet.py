"""A data set on one picture: sample frames, balance, durations, frame rates, faults."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from training.data.show import SAMPLES, THUMB_HEIGHT, THUMB_WIDTH, Facts, labels_of, summary
from training.lettering import save_picture

GAP = 4
"""Pixels between sample frames."""
SPLIT_COLOURS = {"train": "#3b6ea5", "val": "#e08e45", "": "#3b6ea5"}
OTHER_COLOUR = "#9a9a9a"


def draw(facts: Sequence[Facts], target: Path, *, title: str) -> None:
    """A row for each label: frames, number of clips by split, durations; frame rates below."""
    labels = labels_of(facts)
    row_inches = 0.72
    sheet_inches = SAMPLES * (THUMB_WIDTH + GAP) / (THUMB_HEIGHT + GAP) * row_inches
    figure = plt.figure(
        figsize=(sheet_inches + 8.5, row_inches * len(labels) + 3.4), layout="constrained"
    )
    (top,), (bottom,) = figure.subfigures(
        2, 1, squeeze=False, height_ratios=[row_inches * len(labels) + 0.8, 2.4]
    )
    sheet, balance, lengths = top.subplots(1, 3, sharey=True, width_ratios=[sheet_inches, 3, 3])
    _draw_sheet(sheet, labels, facts)
    _draw_balance(balance, labels, facts)
    _draw_lengths(lengths, labels, facts)
    rates, sizes, words = bottom.subplots(1, 3, width_ratios=[1, 1, 1.3])
    readable = [fact for fact in facts if not fact.error]
    _draw_counts(rates, (f"{fact.fps:.4g}" for fact in readable), "frames a second")
    _draw_counts(sizes, (f"{f.width}×{f.height}" for f in readable), "width × height")
    words.axis("off")
    words.text(
        0, 1, summary(facts), va="top", fontsize=9, linespacing=1.5, transform=words.transAxes
    )
    figure.suptitle(title, fontsize=14, fontweight="bold")
    save_picture(figure, target, dpi=100)


def _draw_sheet(axes: Axes, labels: list[str], facts: Sequence[Facts]) -> None:
    height, width = THUMB_HEIGHT + GAP, THUMB_WIDTH + GAP
    canvas = np.full((len(labels) * height, SAMPLES * width, 3), 255, np.uint8)
    for row, label in enumerate(labels):
        thumbs = [f.thumb for f in facts if f.clip.label == label and f.thumb is not None]
        for column, thumb in enumerate(thumbs[:SAMPLES]):
            y, x = row * height + GAP // 2, column * width + GAP // 2
            canvas[y : y + THUMB_HEIGHT, x : x + THUMB_WIDTH] = thumb
    axes.imshow(canvas, extent=(0, SAMPLES, len(labels) - 0.5, -0.5), aspect="auto")
    axes.set_yticks(range(len(labels)), labels, fontsize=9)
    axes.set_xticks([])
    axes.set_title("frames from the middle of clips", fontsize=10)
    axes.tick_params(left=False)
    axes.spines[:].set_visible(False)


def _draw_balance(axes: Axes, labels: list[str], facts: Sequence[Facts]) -> None:
    splits = sorted(
        {fact.clip.split for fact in facts}, key=lambda s: (s != "train", s != "val", s)
    )
    counts = Counter((fact.clip.label, fact.clip.split) for fact in facts)
    left = np.zeros(len(labels))
    for split in splits:
        width = np.array([counts[label, split] for label in labels])
        colour = SPLIT_COLOURS.get(split, OTHER_COLOUR)
        axes.barh(range(len(labels)), width, 0.6, left=left, label=split or "clips", color=colour)
        left += width
    for row, total in enumerate(left):
        axes.text(total, row, f" {total:.0f}", va="center", fontsize=8)
    axes.set_title("clips", fontsize=10)
    axes.set_xlim(0, left.max() * 1.15)
    axes.legend(fontsize=8, loc="lower right")
    _quiet(axes)


def _draw_lengths(axes: Axes, labels: list[str], facts: Sequence[Facts]) -> None:
    values = [
        [f.duration_seconds for f in facts if f.clip.label == label and not f.error] or [np.nan]
        for label in labels
    ]
    axes.boxplot(
        values,
        orientation="horizontal",
        positions=range(len(labels)),
        widths=0.5,
        flierprops={"markersize": 3},
        medianprops={"color": "#c0392b"},
        manage_ticks=False,
    )
    axes.set_title("duration in seconds", fontsize=10)
    axes.set_xlim(left=0)
    _quiet(axes)


def _draw_counts(axes: Axes, values: Iterable[str], title: str, *, most: int = 10) -> None:
    common = Counter(values).most_common()
    if len(common) > most:
        rest = sum(count for _, count in common[most - 1 :])
        common = [*common[: most - 1], (f"{len(common) - most + 1} others", rest)]
    names = [name for name, _ in common]
    axes.bar(range(len(common)), [count for _, count in common], color=SPLIT_COLOURS["train"])
    axes.set_xticks(range(len(common)), names, rotation=35, ha="right", fontsize=8)
    axes.set_title(f"clips by {title}", fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)


def _quiet(axes: Axes) -> None:
    axes.tick_params(left=False, labelleft=False)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="x", alpha=0.3)
    axes.set_axisbelow(True)
