"""Layouts of data sets on disk: one function turns each known one into a list of clips.

| layout | what it looks like |
|---|---|
| manifest | a CSV with the columns path and label; dataset, group and split where known; commas, |
| | semicolons or tabs between, as spreadsheets save it |
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

import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from har_live.errors import SourceError
from har_live.lessons.folders import VIDEO_SUFFIXES
from training.data.clip import Clip
from training.data.official_lists import (
    group_in_name,
    list_number,
    lists_in,
    official_split,
    split_by,
)
from training.data.tables import TableRow, read_table

log = logging.getLogger(__name__)

SPLIT_NAMES = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validate": "val",
    "validation": "val",
    "test": "test",
}
KINETICS_COLUMNS = {"label", "youtube_id", "time_start", "time_end"}


MANIFESTS = ("clips.csv", "films.csv")
"""A folder may hold these two side by side."""


def clips_of(data: Path) -> list[tuple[Path, Clip]]:
    """List all clips of ``data``, each with the folder that its path is relative to.

    ``data`` is as for ``read_clips``, or a folder that holds several of ``MANIFESTS``.

    Raises:
        SourceError: there is nothing, or it is in no layout known here.
    """
    manifests = [data / name for name in MANIFESTS if (data / name).is_file()]
    found = []
    for part in manifests or [data]:
        folder, clips = read_clips(part)
        found += [(folder, clip) for clip in clips]
    return found


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
    if list_number(data):
        return _read_listed(data)
    if data.suffix.lower() == ".csv":
        return data.parent, _read_csv(data)
    raise SourceError(
        f"{data} is no data set: expected a manifest CSV, a folder of classes, "
        "or an official list such as trainlist01.txt or walk_test_split1.txt"
    )


# --- tables --------------------------------------------------------------------------------------


def _read_csv(table: Path) -> list[Clip]:
    columns, rows = read_table(table)
    if columns and not rows:
        raise SourceError(f"{table} names no clip: it has a row of headings and nothing below")
    if columns >= {"path", "label"}:
        return [_manifest_clip(row, table) for row in rows]
    if columns >= KINETICS_COLUMNS:
        return _kinetics_clips(rows, table)
    raise SourceError(
        f"{table} is no manifest: it needs the columns path and label, "
        f"or those of Kinetics: {', '.join(sorted(KINETICS_COLUMNS))}; "
        f"it has {', '.join(sorted(columns)) or 'none'}"
    )


def _manifest_clip(row: TableRow, table: Path) -> Clip:
    if not row["path"] or not row["label"]:
        raise SourceError(f"{table} has a row without path or label: {row}")
    return Clip(
        path=row["path"],
        dataset=row.get("dataset") or table.parent.name,
        label=row["label"],
        group=row.get("group") or row["path"],
        split=_split_name(row.get("split", "")),
    )


def _split_name(text: str) -> str:
    """A part of a data set as ``Clip.split`` calls it; one that is unknown here keeps its name."""
    name = text.strip()
    return SPLIT_NAMES.get(name.lower(), name)


def _kinetics_clips(rows: Iterable[TableRow], table: Path) -> list[Clip]:
    """Find clips by name: the video's id, alone or with the part that was cut from it."""
    root = table.parent
    found = {path.stem: path.relative_to(root).as_posix() for path in _videos(root)}
    clips = []
    for row in rows:
        name = row["youtube_id"]
        try:
            start, end = float(row["time_start"]), float(row["time_end"])
        except ValueError:
            raise SourceError(f"{table} has a row whose times are no numbers: {row}") from None
        part = f"{name}_{start:06.0f}_{end:06.0f}"
        path = found.get(part) or found.get(name) or f"{row['label']}/{part}.mp4"
        split = _split_name(row.get("split", ""))
        clips.append(Clip(path, root.name, row["label"], name, split))
    return clips


# --- folders -------------------------------------------------------------------------------------


def _read_folder(root: Path) -> tuple[Path, list[Clip]]:
    tables = [(table, *read_table(table)) for table in sorted(root.glob("*.csv"))]
    if listed := [(table, rows) for table, columns, rows in tables if columns >= KINETICS_COLUMNS]:
        return root, [clip for table, rows in listed for clip in _kinetics_clips(rows, table)]
    root = _home_of_classes(root)
    clips = list(_class_folders(root))
    if not clips:
        raise SourceError(f"no videos in {root}: expected one folder of videos per class")
    official = official_split(root)
    # UCF50 may lie beside the lists of UCF101, which know half of its classes.
    if {clip.label.casefold() for clip in clips} <= {label for label, _ in official}:
        clips = split_by(official, clips)
    return root, clips


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
            group="/".join(inner) or group_in_name(video, label),
            split=SPLIT_NAMES[above[0].lower()] if depth else "",
        )
    _say_what_is_empty(root, depth)
    _say_what_is_left_out(root)


def _videos(root: Path) -> list[Path]:
    return [path for path in sorted(root.rglob("*")) if path.suffix.lower() in VIDEO_SUFFIXES]


def _say_what_is_empty(root: Path, depth: int) -> None:
    """A class that has a folder and no video is probably one that somebody meant to learn."""
    folders = [path for path in sorted(root.glob("*/" * depth + "*")) if path.is_dir()]
    if empty := [path for path in folders if not any(_videos(path))]:
        names = ", ".join(path.relative_to(root).as_posix() for path in empty)
        log.warning("no videos in class folders of %s, their labels are left out: %s", root, names)


def _say_what_is_left_out(root: Path) -> None:
    """Warn of files that may be videos unknown here: all but lists and tables."""
    files = (path for path in root.rglob("*") if path.is_file())
    count = Counter(path.suffix.lower() or "no suffix" for path in files)
    for known in (*VIDEO_SUFFIXES, ".csv", ".json", ".md", ".txt"):
        count.pop(known, None)
    if count:
        counts = ", ".join(f"{number} × {suffix}" for suffix, number in sorted(count.items()))
        log.warning("files in %s that are no videos are left out: %s", root, counts)


def _read_listed(chosen: Path) -> tuple[Path, list[Clip]]:
    """The videos that an official list speaks of, found near it."""
    official = lists_in(chosen.parent, list_number(chosen))
    paths = [path for path, _ in official.values()]
    beside = chosen.parent.parent
    for root in (chosen.parent, beside, *sorted(path for path in beside.iterdir())):
        if any((root / path).exists() for path in paths):
            return root, split_by(official, list(_class_folders(root)))
    raise SourceError(f"the videos that {chosen} lists are not beside it: {paths[0]} and more")
