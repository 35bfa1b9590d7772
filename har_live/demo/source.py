"""The built-in source: a recording of a drawn person whose true labels are known."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from har_live.demo import FOLDER, TRUTH_FILE, VIDEO_FILE
from har_live.sources.base import Source
from har_live.sources.media import MediaSource
from har_live.types import Frame, Segment, VideoInfo

if TYPE_CHECKING:
    from pathlib import Path

    from har_live.sources.settings import Hwaccel, SourceSettings


class DemoSource(Source):
    """The recording, each of its frames with the true label of that instant."""

    def __init__(self, folder: Path = FOLDER, *, hwaccel: Hwaccel = "none") -> None:
        """
        Args:
            folder: where video and truth lie.
            hwaccel: what decodes, see ``SourceSettings``.

        Raises:
            SourceError: the video can't be opened.
        """
        self._video = MediaSource(folder / VIDEO_FILE, name="figure", hwaccel=hwaccel)
        self.true_segments = _read_truth(folder / TRUTH_FILE)
        """What is done from when to when; neighbours have different labels."""
        self._starts_seconds = [segment.start_seconds for segment in self.true_segments]

    @property
    def info(self) -> VideoInfo:
        return self._video.info

    def __iter__(self) -> Iterator[Frame]:
        for frame in self._video:
            yield replace(frame, truth=self._truth_at(frame.pts_seconds))

    def close(self) -> None:
        self._video.close()

    def _truth_at(self, pts_seconds: float) -> str:
        return self.true_segments[bisect_right(self._starts_seconds, pts_seconds) - 1].label


def open_demo(_spec: str, options: SourceSettings) -> DemoSource:
    """The recording that ships."""
    return DemoSource(hwaccel=options.hwaccel)


def _read_truth(path: Path) -> list[Segment]:
    rows = map(json.loads, path.read_text("utf-8").splitlines())
    return [
        Segment(row["start_seconds"], row["end_seconds"], row["label"], 1.0, 1.0) for row in rows
    ]
