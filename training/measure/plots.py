"""Pictures of a training: curves and confusion."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from numpy.typing import NDArray

from training.lettering import save_picture


def read_log(log: Path) -> dict[str, NDArray[np.float64]]:
    """Read the columns of Lightning's ``metrics.csv``: (rows, 2) epoch and value of each, gaps left
    out."""
    with log.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        name: np.array([(float(row["epoch"]), float(row[name])) for row in rows if row[name]])
        for name in rows[0]
        if name not in ("epoch", "step")
    }


def draw_curves(log: Path, target: Path) -> None:
    """Draw loss and accuracy over the epochs, learnt from and measured."""
    columns = read_log(log)
    figure, (left, right) = plt.subplots(1, 2, figsize=(13, 4), layout="constrained")
    panels = ((left, "loss", ("train_loss", "val_loss")), (right, "accuracy", None))
    for axes, title, names in panels:
        for name, values in columns.items():
            wanted = name in names if names else _is_accuracy(name)
            if wanted and len(values):
                label = name.replace("val_within/", "val, within ").replace("_", " ")
                axes.plot(values[:, 0], values[:, 1], label=label, linewidth=1.5)
        axes.set(xlabel="epoch", title=title)
        axes.grid(alpha=0.3)
        axes.legend(fontsize=7, loc="upper left", bbox_to_anchor=(1, 1))  # beside the lines
    right.set_ylim(0, 1)
    save_picture(figure, target, dpi=110)


def _is_accuracy(name: str) -> bool:
    return name in ("train_accuracy", "val_top1") or name.startswith("val_within/")


def draw_confusion(counts: NDArray[np.int64], names: list[str], target: Path) -> None:
    """Draw truth down, answer across; colour is the share of the truth's clips."""
    side = max(5.0, 0.32 * len(names) + 2)
    figure, axes = plt.subplots(figsize=(side, side), layout="constrained")
    draw_matrix(axes, counts, names)
    save_picture(figure, target, dpi=110)


def draw_matrix(axes: Axes, counts: NDArray[np.int64], names: Sequence[str]) -> None:
    """Fill ``axes`` with a confusion matrix as ``draw_confusion`` has it."""
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=7)
    axes.set_yticks(range(len(names)), names, fontsize=7)
    axes.set(xlabel="answer", ylabel="truth")
    for row, column in zip(*np.nonzero(counts), strict=True):
        colour = "white" if shares[row, column] > 0.5 else "black"
        text = str(counts[row, column])
        axes.text(column, row, text, ha="center", va="center", fontsize=6, color=colour)


def mark_leaky(*pictures: Path) -> None:
    """Draw a red line on top of pictures whose figures measure memory."""
    for path in pictures:
        picture = cv2.imread(str(path))
        assert picture is not None, f"{path} was written just before"
        image = cv2.copyMakeBorder(picture, 34, 0, 0, 0, cv2.BORDER_CONSTANT, value=(40, 40, 200))
        text = "LEAKY SPLIT: siblings of a clip on both sides"
        cv2.putText(image, text, (10, 23), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (255, 255, 255), 1, 16)
        cv2.imwrite(str(path), image)
