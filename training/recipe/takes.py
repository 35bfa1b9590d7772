"""Takes: one person doing one thing, as joints, whatever they were recorded by.

Those of films come from ``python -m training joints``; recorded movements: ``recorded.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from har_live.errors import SourceError
from har_live.lessons.variation import HIPS, SHOULDERS
from har_live.lessons.videos import presence
from har_live.people.joints import LEAST_SCORE
from har_live.people.motion import NUM_MOTION
from har_live.types import NONE, NUM_JOINTS, WHOLE_PICTURE
from training.data.clip import Clip
from training.data.layouts import clips_of
from training.datasets import our_label
from training.recipe.find_joints import CLIP, Seen, joints_file, read_seen

FIGHTS = "surv-fight"
SCENES = (FIGHTS, "background")
"""Data sets whose whole pictures are takes, too: what moves there where nobody is followed is a
fight, or nothing. Whatever else somebody does is told by their joints, in the dark, too: where
motion told of falls and of sitting down, cars in a car park did both."""
WALKING = 0.6
"""Trunks a second by which whoever walks gets on through the picture."""
LEAST_FRAMES = 5
"""Shorter takes show nothing."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Take:
    """One person doing one thing."""

    joints: NDArray[np.float32]
    """(F, 13, 3): x right, y down, z away from the camera, in trunks or any one measure; NaN where
    a joint was not seen."""
    fps: float
    label: str
    dataset: str
    group: str
    """Performer or place: takes of one group never stand on both sides of a split."""
    is_3d: bool = False
    """z is real, so the person can be looked at from elsewhere."""
    is_lifted: bool = False
    """z was told from x and y: see ``lift``."""
    motion: NDArray[np.float16] | None = None
    """(F, NUM_MOTION) what moved in the picture; None where there was no picture."""
    split: str = "train"
    name: str = ""
    is_main: bool = True
    """The person seen longest in their clip."""

    def __post_init__(self) -> None:
        if self.joints.shape[1:] != (NUM_JOINTS, 3):
            raise ValueError(f"joints are {self.joints.shape}; expected (F, {NUM_JOINTS}, 3)")
        if self.motion is not None and self.motion.shape != (len(self.joints), NUM_MOTION):
            raise ValueError(f"motion is {self.motion.shape}; expected (F, {NUM_MOTION})")

    @property
    def seconds(self) -> float:
        return len(self.joints) / self.fps


def load_clips(data: Path, joints: Path) -> list[Take]:
    """The people in all clips of ``data``, as ``python -m training joints`` found them.

    Of most clips the main person alone, for bystanders do something else; in a fight everybody.
    Of ``SCENES`` the whole picture is a take, too: nobody may be found in it.

    Raises:
        SourceError: a clip has not been looked at.
    """
    takes: list[Take] = []
    for _, clip in clips_of(data):
        path = joints_file(joints, clip)
        if not path.exists():
            raise SourceError(f"{path} is missing: run `python -m training joints` again")
        takes += takes_of(clip, read_seen(path))
    return by_our_labels(takes)


def takes_of(clip: Clip, seen: Seen) -> Iterator[Take]:
    """The main person of a clip, and who or what else tells; their labels are the clip's own.

    Where nobody is found, the whole picture is the main one, if it tells anything.
    """
    spans = spans_of(seen.starts)
    sizes = [presence(seen.joints[span]) for span in spans]
    main = int(np.argmax(sizes))
    for number, span in enumerate(spans):
        is_whole = seen.people[number] == WHOLE_PICTURE
        is_main = number == main
        tells = clip.dataset in SCENES if is_whole else is_main or clip.dataset == FIGHTS
        if not tells:
            continue
        joints = seen.joints[span]
        is_seen = joints[..., 2:] >= LEAST_SCORE
        yield Take(
            joints=np.where(is_seen, joints * [1, 1, 0], np.nan).astype(np.float32),
            fps=CLIP.grid_fps,
            label=clip.label,
            dataset=clip.dataset,
            group=clip.group,
            motion=seen.motion[span],
            split=clip.split,
            name=clip.path,
            is_main=is_main,
        )


def walks_by(take: Take) -> bool:
    """Return whether somebody said to do nothing gets on through the picture.

    What the label says is that they do not fight: they may well walk.
    """
    if take.label != NONE or take.dataset not in SCENES:
        return False
    hips, shoulders = (take.joints[:, pair, :2].mean(axis=1) for pair in (HIPS, SHOULDERS))
    seen = np.flatnonzero(np.isfinite(hips[:, 0] + shoulders[:, 0]))
    if len(seen) < LEAST_FRAMES:
        return False
    trunk = np.median(np.linalg.norm(hips - shoulders, axis=1)[seen])
    way = np.linalg.norm(hips[seen[-1]] - hips[seen[0]])
    return bool(way > WALKING * trunk * (seen[-1] - seen[0]) / take.fps)


def by_our_labels(takes: Iterable[Take]) -> list[Take]:
    """Takes by our labels, without those that teach nothing and those that are too short."""
    takes = (take for take in takes if len(take.joints) >= LEAST_FRAMES)
    named = ((take, our_label(take.dataset, take.label, take.name)) for take in takes)
    return [replace(take, label=label) for take, label in named if label is not None]


def spans_of(starts: NDArray[np.int64]) -> list[slice]:
    """Return where each take lies among the frames of all."""
    return [slice(*ends) for ends in pairwise(starts.tolist())]
