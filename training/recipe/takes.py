"""Takes: one person doing one thing, as joints, whatever they were recorded by.

Recorded movements come from ``skeletons/``; those of films from ``python -m training joints``.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from har_live.errors import SourceError
from har_live.people.joints import LEAST_SCORE, LIMBS
from har_live.people.motion import NUM_MOTION
from har_live.types import NUM_JOINTS, WHOLE_PICTURE
from training.data.clip import Clip
from training.data.layouts import clips_of
from training.datasets import BY_NAME, our_label
from training.recipe.joints import CLIP, Seen, joints_file, read_seen

RECORDED_FPS = 15.0
FIGHTS = "surv-fight"
SCENES = (FIGHTS, "arid-dark", "falls", "bedfall-synthetic", "background")
"""Data sets in which nobody may be found though somebody moves."""
LEAST_FRAMES = 5
"""Shorter takes show nothing."""

# Depth cameras and motion capture place joints elsewhere in the body than pictures show them: their
# thighs are up to 1.5 trunks long. These are the medians of the hand-annotated films.
SHOULDER_WIDTH, HIP_WIDTH, HEAD = 0.62, 0.36, 0.42
LIMB_LENGTHS = (0.50, 0.44, 0.50, 0.44, 0.78, 0.72, 0.78, 0.72)
"""Of ``LIMBS``, in trunks."""


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
    """Who it was, or where: takes of one group never stand on both sides of a split."""
    is_3d: bool = False
    """z is real, so the person can be looked at from elsewhere."""
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


def load_recorded(skeletons: Path) -> list[Take]:
    """All recorded movements that our labels have a place for."""
    takes = [*_all_sources(skeletons), *_msr(skeletons), *_bandai(skeletons)]
    return [take for take in _renamed(takes) if len(take.joints) >= LEAST_FRAMES]


def load_clips(data: Path, joints: Path) -> list[Take]:
    """The people in all clips of ``data``, as ``python -m training joints`` found them.

    Of most clips the main person alone, for bystanders do something else; in a fight everybody.
    Where a scene's movement tells, the whole picture is a take, too: nobody may be found in it.

    Raises:
        SourceError: a clip has not been looked at.
    """
    takes: list[Take] = []
    for _, clip in clips_of(data):
        path = joints_file(joints, clip)
        if not path.exists():
            raise SourceError(f"{path} is missing: run `python -m training joints` again")
        takes += takes_of(clip, read_seen(path))
    return [take for take in _renamed(takes) if len(take.joints) >= LEAST_FRAMES]


def takes_of(clip: Clip, seen: Seen) -> Iterator[Take]:
    """The main person of a clip, and who or what else tells; their labels are the clip's own.

    Where nobody is found, the whole picture is the main one.
    """
    spans = _spans(seen.starts)
    sizes = [_presence(seen.joints[span]) for span in spans]
    main = int(np.argmax(sizes))
    for number, span in enumerate(spans):
        is_whole = seen.people[number] == WHOLE_PICTURE
        is_main = number == main
        tells = clip.dataset in SCENES if is_whole else clip.dataset == FIGHTS
        if not (is_main or tells):
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


def _presence(joints: NDArray[np.float32]) -> float:
    """How much of a clip somebody fills, in time and in the picture; 0 for the whole picture."""
    seen = joints[..., 2] >= LEAST_SCORE
    x, y = (np.where(seen, joints[..., axis], np.nan) for axis in (0, 1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # nothing is seen
        sides = [np.nanmax(values, axis=1) - np.nanmin(values, axis=1) for values in (x, y)]
    return float(np.nansum(np.sqrt(sides[0] * sides[1])))


def _renamed(takes: Iterable[Take]) -> list[Take]:
    named = ((take, our_label(take.dataset, take.label)) for take in takes)
    return [replace(take, label=label) for take, label in named if label is not None]


def _all_sources(skeletons: Path) -> Iterator[Take]:
    data = _stored(skeletons / "recorded.npz")
    joints, starts, is_3d = data["joints"].astype(np.float32), data["starts"], data["is3d"]
    lengths = np.diff(starts)
    solid = is_3d.repeat(lengths)
    joints[solid] = retargeted(joints[solid], np.cumsum([0, *lengths[is_3d]]))
    for number, span in enumerate(_spans(starts)):
        dataset = str(data["sources"][number])
        yield Take(
            joints=joints[span],
            fps=BY_NAME[dataset].fps or RECORDED_FPS,
            label=str(data["labels"][number]),
            dataset=dataset,
            group=f"{dataset}/{data['subjects'][number]}",
            is_3d=bool(is_3d[number]),
            name=str(data["names"][number]),
        )


def _stored(path: Path) -> dict[str, NDArray[Any]]:
    with np.load(path) as file:
        return dict(file)


def _spans(starts: NDArray[np.int64]) -> list[slice]:
    """Where each take lies among the frames of all."""
    return [slice(*ends) for ends in pairwise(starts.tolist())]


# Of MSR's 20 joints and of Bandai Namco's 22, those that are ours.
_MSR_JOINTS = (19, 0, 1, 7, 8, 9, 10, 4, 5, 13, 14, 15, 16)
_BANDAI_JOINTS = (5, 7, 11, 8, 12, 9, 13, 14, 18, 15, 19, 16, 20)


def _msr(skeletons: Path) -> Iterator[Take]:
    """MSR Action3D: pixels and depths of a mirrored picture of 320×240."""
    data = _stored(skeletons / "msr_action3d.npz")
    pixels = data["joints"][:, list(_MSR_JOINTS)]
    depth = pixels[..., 2] * 0.004  # units of 4 mm; the focal length is 285 pixels
    x, y = (160 - pixels[..., 0]) / 285 * depth, (pixels[..., 1] - 120) / 285 * depth
    space = np.stack([x, y, depth], axis=-1).astype(np.float32)
    # The sensor lost a hand now and then and wrote nonsense.
    sound = (np.abs(space) < 5).all(axis=(1, 2)) & (depth > 0.5).all(axis=1)
    starts = np.concatenate([[0], np.cumsum(sound)])[data["starts"]]
    usual = retargeted(space[sound], starts)
    for number, span in enumerate(_spans(starts)):
        yield Take(
            joints=usual[span],
            fps=RECORDED_FPS,
            label=str(data["labels"][number]),
            dataset="msr-action3d",
            group=f"msr/{data['subjects'][number]}",
            is_3d=True,
            name=str(data["names"][number]),
        )


def _bandai(skeletons: Path) -> Iterator[Take]:
    """Bandai Namco: centimetres, y up, z towards the camera at first."""
    data = _stored(skeletons / "bandai_namco.npz")
    space = data["joints"][:, list(_BANDAI_JOINTS)].astype(np.float32)
    space *= np.array([1, -1, -1], np.float32)
    space[:, 0] = _nose(space)
    usual = retargeted(space, data["starts"])
    for number, span in enumerate(_spans(data["starts"])):
        yield Take(
            joints=usual[span],
            fps=RECORDED_FPS,
            label=str(data["labels"][number]),
            dataset="bandai-namco",
            group=f"bandai/{data['styles'][number]}",
            is_3d=True,
            name=str(data["names"][number]),
        )


def _nose(space: NDArray[np.float32]) -> NDArray[np.float32]:
    """(F, 13, 3) whose first joint is where the skull begins → (F, 3) the nose, as elsewhere."""
    shoulders, hips = space[:, 1:3].mean(axis=1), space[:, 7:9].mean(axis=1)
    up = shoulders - hips
    ahead = np.cross(space[:, 1] - space[:, 2], up)
    trunk = np.linalg.norm(up, axis=1, keepdims=True)
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    nose: NDArray[np.float32] = space[:, 0] + 0.24 * up + 0.20 * trunk * ahead
    return nose


def retargeted(joints: NDArray[np.float32], starts: NDArray[np.int64]) -> NDArray[np.float32]:
    """The same movements by bodies of usual proportions, in trunks: (F, 13, 3) → (F, 13, 3).

    Args:
        starts: (N + 1,) where each take begins; a body stays the same throughout a take.
    """
    neck, hips = _middle(joints, 1, 2), _middle(joints, 7, 8)
    pairs = [(neck, hips), *((joints[:, a], joints[:, b]) for a, b in ((1, 2), (7, 8)))]
    pairs += [(joints[:, 0], neck), *((joints[:, a], joints[:, b]) for a, b in LIMBS)]
    lengths = np.stack([np.linalg.norm(a - b, axis=-1) for a, b in pairs], axis=1)
    trunks, *parts = _medians(lengths, starts).T
    wanted = (SHOULDER_WIDTH, HIP_WIDTH, HEAD, *LIMB_LENGTHS)
    # A body part that is hardly seen is left short rather than blown up.
    shoulders, hip_width, head, *limbs = (
        np.minimum(length / np.maximum(part / trunks, 1e-3), most)[:, None]
        for length, part, most in zip(wanted, parts, (2, 2, *[3] * 9), strict=True)
    )
    joints = joints / trunks[:, None, None]
    result = joints.copy()
    for left, right, factor in ((1, 2, shoulders), (7, 8, hip_width)):
        middle = _middle(joints, left, right)
        for joint in (left, right):
            result[:, joint] = middle + (joints[:, joint] - middle) * factor
    neck = _middle(joints, 1, 2)
    result[:, 0] = neck + (joints[:, 0] - neck) * head
    for (parent, child), factor in zip(LIMBS, limbs, strict=True):
        result[:, child] = result[:, parent] + (joints[:, child] - joints[:, parent]) * factor
    return result


def _middle(joints: NDArray[np.float32], left: int, right: int) -> NDArray[np.float32]:
    return (joints[:, left] + joints[:, right]) * np.float32(0.5)


def _medians(lengths: NDArray[np.float32], starts: NDArray[np.int64]) -> NDArray[np.float32]:
    """(F, P) → (F, P) the median within each take of what is seen; tiny rather than 0 or NaN."""
    medians = np.full((len(starts) - 1, lengths.shape[1]), 1e-3, np.float32)
    columns = np.arange(lengths.shape[1])
    for number, span in enumerate(_spans(starts)):
        if span.start == span.stop:
            continue
        # Many times quicker than nanmedian; NaN are sorted to the end.
        ordered = np.sort(lengths[span], axis=0)
        count = np.isfinite(ordered).sum(axis=0)
        low, high = ordered[(count - 1) // 2, columns], ordered[count // 2, columns]
        medians[number] = np.fmax((low + high) / 2, 1e-3)
    return medians.repeat(np.diff(starts), axis=0)
