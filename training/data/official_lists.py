"""Official lists of UCF50, UCF101 and HMDB51: which clips are learnt from, which are measured."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from har_live.errors import SourceError
from training.data.clip import Clip
from training.data.tables import read_text

log = logging.getLogger(__name__)

UCF_GROUP = re.compile(r"_(g\d+)_c\d+$")
"""UCF50 and UCF101 name the scene in the file: v_Biking_g01_c03.avi."""
UCF_LIST = re.compile(r"(train|test)list(\d+)\.txt$")
HMDB_LIST = re.compile(r"(.+)_test_split(\d)\.txt$")
HMDB_SPLITS = {"0": "unused", "1": "train", "2": "val"}
"""The official numbers' splits; what the authors test on is what is measured here."""
LIST_FOLDERS = ("ucfTrainTestlist", "testTrainMulti_7030_splits", "test_train_splits", "splits")
"""Folders of official lists that lie beside the videos."""

Official = dict[tuple[str, str], tuple[str, str]]
"""(label, file name) in lower case (UCF101 spells HandStandPushups both ways) → path, split."""


def official_split(root: Path) -> Official:
    """The first official split that lies in the folder or beside it; empty where there is none."""
    inside = sorted(path for path in root.iterdir() if path.is_dir())
    beside = [root.parent / name for name in LIST_FOLDERS]
    for folder in (root, *inside, root.parent, *beside):
        numbers = [list_number(path) for path in folder.glob("*.txt")]
        if any(numbers):
            return lists_in(folder, min(filter(None, numbers)))
    return {}


def list_number(path: Path) -> str:
    listed = UCF_LIST.search(path.name) or HMDB_LIST.search(path.name)
    return listed[2] if listed else ""


def lists_in(folder: Path, number: str) -> Official:
    """An official split: lines ``<label>/<file>`` of UCF, or ``<file> <0, 1 or 2>`` of HMDB51."""
    official: Official = {}
    for path in sorted(folder.glob("*.txt")):
        if list_number(path) != number:
            continue
        lines = [line.split() for line in read_text(path).splitlines() if line.strip()]
        for name, *numbers in lines:
            if listed := UCF_LIST.search(path.name):
                label, _, file = name.rpartition("/")
                split = "train" if listed[1] == "train" else "val"
            else:
                label, file = _hmdb_label(path), name
                split = HMDB_SPLITS.get("".join(numbers), "")
                if not split:
                    raise SourceError(f"{path} says neither 0, 1 nor 2 of {name}")
            official[label.casefold(), file.casefold()] = (f"{label}/{file}", split)
    return official


def _hmdb_label(path: Path) -> str:
    """Return the label that a list speaks of: ``wave`` of ``wave_test_split1.txt``."""
    listed = HMDB_LIST.search(path.name)
    return listed[1] if listed else ""


def split_by(official: Official, clips: Sequence[Clip]) -> list[Clip]:
    """The clips with their official split; those that no list names are kept, used for neither.

    Listed clips that are missing are added, for the classes that are there.
    """
    keys = [(clip.label.casefold(), Path(clip.path).name.casefold()) for clip in clips]
    if unnamed := sum(key not in official for key in keys):
        log.warning("%d clips are in no official list and are left unused", unnamed)
    split = [
        replace(clip, split=official.get(key, ("", "unused"))[1])
        for clip, key in zip(clips, keys, strict=True)
    ]
    labels = {clip.label.casefold(): clip for clip in clips}
    for key in sorted(official.keys() - set(keys)):
        if like := labels.get(key[0]):
            path, part = official[key]
            group = group_in_name(Path(path), like.label)
            split.append(replace(like, path=path, group=group, split=part))
    return split


def group_in_name(video: Path, label: str) -> str:
    """Read the group: UCF names it, HMDB51 the film before the label; others are their own."""
    if group := UCF_GROUP.search(video.stem):
        return f"{label}-{group[1]}"
    film, is_hmdb, _ = video.stem.partition(f"_{label}_")
    return film if is_hmdb else str(video)
