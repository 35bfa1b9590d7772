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
from har_live.errors import SourceError
from har_live.lessons.videos import look
from har_live.models.config import ModelConfig
from har_live.people.finder import PeopleFinder
from har_live.scorers import open_finder
from har_live.types import WHOLE_PICTURE, ClipSpec
from training.data.clip import Clip
from training.data.layouts import MANIFESTS, clips_of
from training.provenance import write_recipe

CLIP = ClipSpec(num_frames=30, grid_fps=10.0, image_size=256)
"""Windows of three seconds, and the longer side of the picture that people are found in."""


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
        look_once(folder / clip.path, joints_file(out, clip), finder)
    write_recipe(out, inputs=[data / name for name in MANIFESTS if (data / name).exists()])
    return len(clips)


def joints_file(out: Path, clip: Clip) -> Path:
    """Return the path of a clip's joints."""
    return out / f"{clip.path}.npz"


def look_once(video: Path, kept: Path, finder: PeopleFinder) -> None:
    """Write ``kept``, what is seen in a video, unless it is there already."""
    if kept.exists():
        return
    seen = look_at(video, finder)
    kept.parent.mkdir(parents=True, exist_ok=True)
    draft = kept.with_suffix(".part")
    with draft.open("wb") as file:
        np.savez(file, **seen._asdict())
    draft.replace(kept)


def read_seen(kept: Path) -> Seen:
    """Read what ``look_once`` wrote."""
    with np.load(kept) as file:
        return Seen(*(file[name] for name in Seen._fields))


def look_at(video: Path, finder: PeopleFinder) -> Seen:
    """Find and follow everybody in a video, as live use does.

    Raises:
        SourceError: it can't be read, or nothing is in it.
    """
    card = ModelCard("nobody", ("none",), ModelConfig("lrcn", "joints", hidden=(1,)), CLIP, hop=1)
    shown: dict[int, list[tuple[NDArray[np.float32], ...]]] = {WHOLE_PICTURE: []}
    for _, subjects in look(str(video), finder, card, cut_reset=False):
        for subject, (joints, motion) in subjects:
            shown.setdefault(subject.person, []).append((joints[-1], motion))
    if not shown[WHOLE_PICTURE]:
        raise SourceError(f"nothing in {video} could be decoded")
    return gathered(shown)


def gathered(shown: dict[int, list[tuple[NDArray[np.float32], ...]]]) -> Seen:
    """Gather joints (13, 3) and motion (NUM_MOTION,) of each person from their grid frames."""
    rows: Sequence[tuple[NDArray[np.float32], ...]] = [row for one in shown.values() for row in one]
    lengths = [len(one) for one in shown.values()]
    return Seen(
        people=np.array(list(shown), np.int64),
        starts=np.cumsum([0, *lengths]),
        joints=np.stack([joints for joints, _ in rows]).astype(np.float32),
        motion=np.stack([motion for _, motion in rows]).astype(np.float16),
    )
