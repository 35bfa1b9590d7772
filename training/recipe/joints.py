"""Stage 1: find everybody's joints in all films, once.

    python -m training joints ../shared/data --out runs/joints

What is written is what a network would have been shown live, by the same code: one file a clip.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from har_live.card import ModelCard
from har_live.grid import TimeGrid
from har_live.models.config import ModelConfig
from har_live.people.finder import PeopleFinder
from har_live.recognizer.people import PeopleState, num_rows
from har_live.scorers import open_finder
from har_live.sources import open_source
from har_live.types import WHOLE_PICTURE, ClipSpec
from training.data.clip import Clip
from training.data.layouts import MANIFESTS, clips_of
from training.provenance import write_recipe

CLIP = ClipSpec(num_frames=20, grid_fps=10.0, image_size=256)
"""Windows of two seconds, and the longer side of the picture that people are found in."""
MAX_PEOPLE = 4


class Seen(NamedTuple):
    """Everybody in a clip, one after the other; the whole picture is person 0."""

    people: NDArray[np.int64]
    """(P,) their ids."""
    starts: NDArray[np.int64]
    """(P + 1,) where each begins among the grid frames of all."""
    joints: NDArray[np.float32]
    """(F, 13, 3) x and y in heights of the picture, score."""
    motion: NDArray[np.float16]
    """(F, NUM_MOTION)."""


def find_joints(data: Path, out: Path) -> int:
    """Write ``out/<clip>.npz`` for every clip that has none yet.

    Args:
        data: as for ``clips_of``.

    Returns:
        How many clips there are.

    Raises:
        SourceError: there are no clips, or one can't be read.
    """
    clips = clips_of(data)
    finder = open_finder()
    for folder, clip in track(clips, "looking at clips"):
        path = joints_file(out, clip)
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".part")
        with draft.open("wb") as file:
            np.savez(file, **look_at(folder / clip.path, finder)._asdict())
        draft.replace(path)
    write_recipe(out, inputs=[data / name for name in MANIFESTS if (data / name).exists()])
    return len(clips)


def joints_file(out: Path, clip: Clip) -> Path:
    """Where a clip's joints are kept."""
    return out / f"{clip.path}.npz"


def look_at(video: Path, finder: PeopleFinder) -> Seen:
    """Find and follow everybody in a video, as live use does."""
    card = ModelCard("nobody", ("none",), ModelConfig("lrcn", "joints", hidden=(1,)), CLIP, hop=1)
    state = PeopleState(card, rows=range(num_rows(MAX_PEOPLE)), cut_reset=False)
    grid = TimeGrid(CLIP.grid_fps, max_gap_seconds=CLIP.window_seconds)
    shown: dict[int, list[tuple[NDArray[np.float32], ...]]] = {WHOLE_PICTURE: []}
    with open_source(str(video)) as source:
        frames = [grid_frame for frame in source for grid_frame in grid.push(frame)]
        for grid_frame in [*frames, *grid.finish()]:
            picture = state.see(grid_frame)
            found = [] if picture is None else finder.find([picture], aspects=[state.aspect])[0]
            for subject, (joints, motion) in state.subjects(found):
                shown.setdefault(subject.person, []).append((joints[-1], motion))
    return gathered(shown)


def gathered(shown: dict[int, list[tuple[NDArray[np.float32], ...]]]) -> Seen:
    """From each person's grid frames: joints (13, 3) and motion (NUM_MOTION,)."""
    rows: Sequence[tuple[NDArray[np.float32], ...]] = [row for one in shown.values() for row in one]
    lengths = [len(one) for one in shown.values()]
    return Seen(
        people=np.array(list(shown), np.int64),
        starts=np.cumsum([0, *lengths]),
        joints=np.stack([joints for joints, _ in rows]).astype(np.float32),
        motion=np.stack([motion for _, motion in rows]).astype(np.float16),
    )
