"""How data sets lie on disk: one function turns each known layout into a list of clips.

| layout | what it looks like |
|---|---|
| manifest | a CSV with the columns path and label; dataset, group and split where known |
| folder per class | ``walk/a.mp4``; ``walk/anna/a.mp4`` says that the scene or person is ``anna`` |
| … with a split | ``train/walk/a.mp4``, ``val/walk/b.mp4`` |
| UCF50, UCF101 | folder per class; groups from ``v_Walk_g01_c03.avi``; official lists if there |
| HMDB51 | folder per class beside ``walk_test_split1.txt`` |
| Kinetics | a CSV with label, youtube_id, time_start, time_end, split beside the videos |

A list or split file given as the data set chooses that split: ``trainlist02.txt``,
``walk_test_split3.txt``. A clip that a list names and the disk lacks stays in the list, so that
whoever opens it can say so.
"""

from __future__ import annotations

import csv
import logging
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from har_live.errors import SourceError

log = logging.getLogger(__name__)

VIDEO_SUFFIXES = {
    *(".3gp", ".avi", ".flv", ".gif", ".m4v", ".mkv", ".mov", ".mp4"),
    *(".mpeg", ".mpg", ".ts", ".webm", ".wmv"),
}
SPLIT_NAMES = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validate": "val",
    "validation": "val",
    "test": "test",
}
UCF_GROUP = re.compile(r"_(g\d+)_c\d+$")
"""UCF50 and UCF101 name the scene in the file: v_Biking_g01_c03.avi."""
UCF_LIST = re.compile(r"(train|test)list(\d+)\.txt$")
HMDB_LIST = re.compile(r"(.+)_test_split(\d)\.txt$")
HMDB_SPLITS = {"0": "unused", "1": "train", "2": "val"}
"""What the official numbers mean; what the authors test on is what is measured here."""
LIST_FOLDERS = ("ucfTrainTestlist", "testTrainMulti_7030_splits", "test_train_splits", "splits")
"""Where official lists lie when they lie beside the videos."""
KINETICS_COLUMNS = {"label", "youtube_id", "time_start", "time_end"}


@dataclass(frozen=True)
class Clip:
    """One labelled video."""

    path: str
    """Relative to the data folder."""
    dataset: str
    label: str
    group: str
    """The scene or person it was cut from: never on both sides of a split."""
    split: str = ""
    """``train``, ``val``, the name of a part used for neither (``test``, ``unused``), or empty
    where the data set has no split of its own."""


def read_clips(data: Path) -> tuple[Path, list[Clip]]:
    """The folder that paths are relative to, and its clips.

    ``data`` is a folder or a file in one of the layouts above.

    Raises:
        SourceError: there is nothing, or it is in no layout known here.
    """
    if data.is_dir() and (data / "clips.csv").exists():
        data = data / "clips.csv"
    if data.is_dir():
        return _read_folder(data)
    if not data.is_file():
        raise SourceError(f"no data at {data}: expected a manifest CSV or a folder of classes")
    if UCF_LIST.search(data.name) or HMDB_LIST.search(data.name):
        return _read_listed(data)
    if data.suffix.lower() == ".csv":
        return data.parent, _read_csv(data)
    raise SourceError(
        f"{data} is no data set: expected a manifest CSV, a folder of classes, "
        "or an official list such as trainlist01.txt or walk_test_split1.txt"
    )


# --- tables --------------------------------------------------------------------------------------


def _read_csv(table: Path) -> list[Clip]:
    rows = _rows(table)
    columns = rows[0].keys() if rows else set()
    if columns >= {"path", "label"}:
        return [_manifest_clip(row, table) for row in rows]
    if columns >= KINETICS_COLUMNS:
        return _kinetics_clips(rows, table.parent)
    raise SourceError(
        f"{table} is no manifest: it needs the columns path and label, "
        f"or those of Kinetics: {', '.join(sorted(KINETICS_COLUMNS))}"
    )


def _rows(table: Path) -> list[dict[str, str]]:
    with table.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def _manifest_clip(row: dict[str, str], table: Path) -> Clip:
    if not row["path"] or not row["label"]:
        raise SourceError(f"{table} has a row without path or label: {dict(row)}")
    return Clip(
        path=row["path"],
        dataset=row.get("dataset") or table.parent.name,
        label=row["label"],
        group=row.get("group") or row["path"],
        split=row.get("split") or "",
    )


def _kinetics_clips(rows: Iterable[dict[str, str]], root: Path) -> list[Clip]:
    """Files are found by name: the video's id, alone or with the part that was cut from it."""
    found = {path.stem: path.relative_to(root).as_posix() for path in _videos(root)}
    clips = []
    for row in rows:
        name, split = row["youtube_id"], (row.get("split") or "").strip().lower()
        part = f"{name}_{float(row['time_start']):06.0f}_{float(row['time_end']):06.0f}"
        path = found.get(part) or found.get(name) or f"{row['label']}/{part}.mp4"
        clips.append(Clip(path, root.name, row["label"], name, SPLIT_NAMES.get(split, split)))
    return clips


# --- folders -------------------------------------------------------------------------------------


def _read_folder(root: Path) -> tuple[Path, list[Clip]]:
    tables = [table for table in sorted(root.glob("*.csv")) if _is_kinetics(table)]
    if tables:
        return root, [clip for table in tables for clip in _kinetics_clips(_rows(table), root)]
    root = _home_of_classes(root)
    clips = list(_class_folders(root))
    if not clips:
        raise SourceError(f"no videos in {root}: expected one folder of videos per class")
    official = _official_split(root)
    # UCF50 may lie beside the lists of UCF101, which know half of its classes.
    if {clip.label.casefold() for clip in clips} <= {label for label, _ in official}:
        clips = _split_by(official, clips)
    return root, clips


def _is_kinetics(table: Path) -> bool:
    with table.open(newline="", encoding="utf-8-sig") as file:
        return set(next(csv.reader(file), ())) >= KINETICS_COLUMNS


def _home_of_classes(root: Path) -> Path:
    """The folder itself, or the only one in it that holds folders of videos: as archives unpack."""
    homes = [path for path in root.iterdir() if path.is_dir() and any(_videos(path))]
    if len(homes) == 1 and all(video.parent != homes[0] for video in _videos(homes[0])):
        return _home_of_classes(homes[0])
    return root


def _class_folders(root: Path) -> Iterator[Clip]:
    """Clips of one folder per class, or of a folder per split that holds one per class."""
    videos = _videos(root)
    firsts = {video.relative_to(root).parts[0].lower() for video in videos}
    depth = 1 if firsts <= SPLIT_NAMES.keys() else 0
    for video in videos:
        above = video.relative_to(root).parts[:-1]
        if len(above) <= depth:
            log.warning("%s lies in no class folder and is left out", video)
            continue
        label, inner = above[depth], above[depth + 1 :]
        yield Clip(
            path=video.relative_to(root).as_posix(),
            dataset=root.name,
            label=label,
            group="/".join(inner) or _group_in_name(video, label),
            split=SPLIT_NAMES[above[0].lower()] if depth else "",
        )
    _say_what_is_left_out(root)


def _videos(root: Path) -> list[Path]:
    return [path for path in sorted(root.rglob("*")) if path.suffix.lower() in VIDEO_SUFFIXES]


def _say_what_is_left_out(root: Path) -> None:
    """Lists and tables say something about videos; any other file may be a video unknown here."""
    files = (path for path in root.rglob("*") if path.is_file())
    count = Counter(path.suffix.lower() or "no suffix" for path in files)
    for known in (*VIDEO_SUFFIXES, ".csv", ".json", ".md", ".txt"):
        count.pop(known, None)
    if count:
        told = ", ".join(f"{number} × {suffix}" for suffix, number in sorted(count.items()))
        log.warning("files in %s that are no videos are left out: %s", root, told)


def _group_in_name(video: Path, label: str) -> str:
    """UCF names the group, HMDB51 the film before the label; any other file is its own group."""
    if group := UCF_GROUP.search(video.stem):
        return f"{label}-{group[1]}"
    film, is_hmdb, _ = video.stem.partition(f"_{label}_")
    return film if is_hmdb else str(video)


# --- official splits -----------------------------------------------------------------------------

Official = dict[tuple[str, str], tuple[str, str]]
"""(label, file name) in lower case (UCF101 spells HandStandPushups both ways) → path, split."""


def _read_listed(chosen: Path) -> tuple[Path, list[Clip]]:
    """The videos that an official list speaks of, found near it."""
    official = _lists_in(chosen.parent, _list_number(chosen))
    paths = [path for path, _ in official.values()]
    beside = chosen.parent.parent
    for root in (chosen.parent, beside, *sorted(path for path in beside.iterdir())):
        if any((root / path).exists() for path in paths):
            return root, _split_by(official, list(_class_folders(root)))
    raise SourceError(f"the videos that {chosen} lists are not beside it: {paths[0]} and more")


def _official_split(root: Path) -> Official:
    """The first official split that lies in the folder or beside it; empty where there is none."""
    inside = sorted(path for path in root.iterdir() if path.is_dir())
    beside = [root.parent / name for name in LIST_FOLDERS]
    for folder in (root, *inside, root.parent, *beside):
        numbers = [_list_number(path) for path in folder.glob("*.txt")]
        if any(numbers):
            return _lists_in(folder, min(filter(None, numbers)))
    return {}


def _list_number(path: Path) -> str:
    listed = UCF_LIST.search(path.name) or HMDB_LIST.search(path.name)
    return listed[2] if listed else ""


def _lists_in(folder: Path, number: str) -> Official:
    """An official split: lines ``<label>/<file>`` of UCF, or ``<file> <0, 1 or 2>`` of HMDB51."""
    official: Official = {}
    for path in sorted(folder.glob("*.txt")):
        if _list_number(path) != number:
            continue
        lines = [line.split() for line in path.read_text("utf-8").splitlines() if line.strip()]
        for name, *numbers in lines:
            if listed := UCF_LIST.search(path.name):
                label, _, file = name.rpartition("/")
                split = "train" if listed[1] == "train" else "val"
            else:
                label, file = HMDB_LIST.search(path.name)[1], name
                split = HMDB_SPLITS[numbers[0]]
            official[label.casefold(), file.casefold()] = (f"{label}/{file}", split)
    return official


def _split_by(official: Official, clips: list[Clip]) -> list[Clip]:
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
            group = _group_in_name(Path(path), like.label)
            split.append(replace(like, path=path, group=group, split=part))
    return split
