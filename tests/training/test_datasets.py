"""The table of data sets: whatever is recorded or filmed has a row and a label."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from har_live.types import NONE
from training.datasets import BY_NAME, DATASETS, our_label
from training.labels import LABELS, RENAMED


def test_rows_and_labels_are_there_once():
    assert len(BY_NAME) == len(DATASETS)
    assert LABELS[0] == NONE
    assert list(LABELS[1:]) == sorted(set(LABELS) - {NONE})


def test_what_a_label_is_renamed_to_is_a_label_and_leads_no_further():
    renamed = [pair for dataset in DATASETS for pair in dataset.renamed.items()]
    for label, ours in (*renamed, *RENAMED.items()):
        assert ours is None or ours in LABELS, f"{label} → {ours}"
        assert label != ours


@pytest.mark.parametrize(
    ("dataset", "label", "ours"),
    [
        ("arid-dark", "sit", "sit_down"),  # the movement
        ("falls", "sit", NONE),  # the posture
        ("kard", "wave", "wave"),
        ("kard", "kard:never_heard_of", None),
        ("penn_action", "tennis_swing", None),
        ("my-own", "background", NONE),
    ],
)
def test_labels_by_their_data_sets(dataset: str, label: str, ours: str | None):
    assert our_label(dataset, label) == ours


def test_a_clip_shows_what_its_row_says():
    path = "clips/background/background/worker-zone-detection.mp4"
    assert our_label("background", "background", path) == "walk"
    assert our_label("background", "background", path.replace("worker", "other")) == NONE


def labelled(data: Path) -> Iterator[tuple[str, str]]:
    """(data set, label) of everything that there is."""
    skeletons = data / "skeletons"
    with np.load(skeletons / "recorded.npz") as file:
        yield from set(zip(file["sources"].tolist(), file["labels"].tolist(), strict=True))
    for name, dataset in (("msr_action3d", "msr-action3d"), ("bandai_namco", "bandai-namco")):
        with np.load(skeletons / f"{name}.npz") as file:
            yield from ((dataset, label) for label in set(file["labels"].tolist()))
    for name in ("clips.csv", "films.csv"):
        with (data / name).open(newline="", encoding="utf-8") as file:
            yield from {(row["dataset"], row["label"]) for row in csv.DictReader(file)}


def test_all_that_there_is_has_a_row_and_a_label_or_is_left_out_knowingly(shared_data: Path):
    found = set(labelled(shared_data))
    assert {dataset for dataset, _ in found} == set(BY_NAME)
    ours = {pair: our_label(*pair) for pair in found}
    assert [pair for pair, label in ours.items() if label is not None and label not in LABELS] == []
    assert set(ours.values()) - {None} == set(LABELS)
    # No row renames what is not there.
    used = {(dataset.name, label) for dataset in DATASETS for label in dataset.renamed}
    assert used - found == set()


def test_clips_that_show_something_else_are_there(shared_data: Path):
    with (shared_data / "clips.csv").open(newline="", encoding="utf-8") as file:
        found = {(row["dataset"], Path(row["path"]).stem) for row in csv.DictReader(file)}
    assert {(dataset.name, stem) for dataset in DATASETS for stem in dataset.shows} <= found
