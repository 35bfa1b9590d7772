"""A small folder of clips with a manifest, as live evaluation joins them."""

from __future__ import annotations

import csv
from functools import partial
from itertools import combinations
from pathlib import Path

from tests.support.make_media import make_clip, numbered


def make_manifest(root: Path) -> Path:
    """Three data sets of actions with three clips of each label, and one of nothing."""
    pts_seconds = [i / 12 for i in range(25)]
    numbers = (sum(1 << bit for bit in bits) for bits in combinations(range(8), 4))  # as bright
    rows = []
    for dataset in ("a", "b", "c", "quiet"):
        for label in ("background",) if dataset == "quiet" else ("wave", "walk"):
            for number in range(3):
                path = root / f"{dataset}-{label}-{number}.mp4"
                picture = partial(_shows, next(numbers))
                make_clip(path, pts_seconds=pts_seconds, size=(64, 48), picture=picture)
                split = "train" if dataset == "quiet" else "val"
                rows.append((path.name, dataset, label, f"{label}{number}", split))
    rows.append(("missing.mp4", "a", "wave", "gone", "val"))
    with (root / "clips.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("path", "dataset", "label", "group", "split"), *rows])
    return root


def _shows(number, _index, width, height):
    return numbered(number, width, height)
