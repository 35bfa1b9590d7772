"""A small archive, a recognizer that finds something in it, and what that is."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from har_live.archive.videos import find_videos
from har_live.card import Weights
from har_live.files.recognize import predict
from har_live.nodes.packed_recognizer import PackedRecognizer
from har_live.sinks.event_formats import fields_of
from tests.support.make_media import cut_file, make_clip

NAMES = ["a.mp4", "b/a.mp4", "b/c.mkv", "broken.mp4", "d.mp4"]
"""The videos of ``make_archive``, in their order."""
BROKEN = "broken.mp4"

Rows = dict[str, list[dict[str, object]]]
"""Video → its segments, as lines of events have them."""


def make_acting_weights(weights: Weights, folder: Path) -> Path:
    """Copy weights, with an action for each label: whatever is seen makes segments."""
    shutil.copytree(weights.folder, folder)
    replace(weights.card, labels=("stand", *weights.card.labels[1:])).write(folder)
    return folder


def make_archive(root: Path) -> Path:
    """Videos of two depths, a damaged one, and what is no video."""
    (root / "b").mkdir(parents=True)
    for number, name in enumerate(NAMES):
        times = [i / 12 for i in range(24 + 6 * number)]
        drawn = partial(shows, number)
        make_clip(root / name, pts_seconds=times, size=(96, 72), picture=drawn, sound=not number)
    cut_file(root / BROKEN, fraction=0.2)
    (root / "readme.txt").write_text("no video")
    return root


def shows(number: int, index: int, width: int, height: int) -> np.ndarray:
    """Draw green, which is another action, and black in turn, at times that differ by video; of 12
    pictures a second."""
    is_green = (index + 5 * number) // 14 % 2
    return np.full((height, width, 3), (0, 255 * is_green, 0), np.uint8)


def segments_one_by_one(folder: Path, recognizer: PackedRecognizer) -> Rows:
    """Look at each video in this process, one after the other."""
    opened = recognizer.open()
    return {
        video.path: [fields_of(one) for one in predict(video.address, opened).segments]
        for video in find_videos(str(folder))
        if video.path != BROKEN
    }


def segments_in(out: Path) -> Rows:
    """Read those of the table, without what is said of the videos."""
    _, *lines = map(json.loads, (out / "segments.jsonl").read_text().splitlines())
    found: Rows = {}
    for line in lines:
        assert line.pop("video_duration_seconds") > 0
        found.setdefault(line.pop("video"), []).append(line)
    return found


def journal_of(out: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (out / "videos.jsonl").read_text().splitlines()[1:]]
