"""Folders of videos: one for each action."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from har_live.errors import SourceError
from har_live.label_names import label_meant

VIDEO_SUFFIXES = {
    *(".3gp", ".avi", ".flv", ".gif", ".m4v", ".mkv", ".mov", ".mp4"),
    *(".mpeg", ".mpg", ".ts", ".webm", ".wmv"),
}


class LabelledClip(NamedTuple):
    """A video in which somebody does one thing."""

    label: str
    person: str
    """Empty where nobody said."""
    video: Path


def clips_in(folder: Path) -> list[LabelledClip]:
    """List the videos of a folder that has a folder for each action, and in those, if people are
    to be told apart, one for each person.

    Raises:
        SourceError: there is none.
    """
    found = [
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in VIDEO_SUFFIXES and len(path.relative_to(folder).parts) in (2, 3)
    ]
    if not found:
        raise SourceError(
            f"{folder} holds no videos to learn from; expected a folder for each action, such as "
            "wave/1.mp4, and one named none"
        )
    parts = [path.relative_to(folder).parts for path in found]
    return [
        LabelledClip(label_meant(names[0]), names[1] if len(names) == 3 else "", path)
        for names, path in zip(parts, found, strict=True)
    ]
