"""Movements recorded as joints, in ``skeletons/``, as takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.datasets import BY_NAME
from training.recipe.retarget import retargeted
from training.recipe.takes import Take, by_our_labels, spans_of

RECORDED_FPS = 15.0


def load_recorded(skeletons: Path) -> list[Take]:
    """Load all recorded movements that our labels have a place for."""
    return by_our_labels([*_all_sources(skeletons), *_msr(skeletons), *_bandai(skeletons)])


def load_by_own_labels(skeletons: Path, sources: Sequence[str]) -> list[Take]:
    """Load the takes of some sources of ``recorded.npz``, by the labels that those gave them."""
    takes = _all_sources(skeletons, labels="source_labels")
    return [take for take in takes if take.dataset in sources]


def _all_sources(skeletons: Path, *, labels: str = "labels") -> Iterator[Take]:
    data = _stored(skeletons / "recorded.npz")
    joints, starts, is_3d = data["joints"].astype(np.float32), data["starts"], data["is3d"]
    lengths = np.diff(starts)
    solid = is_3d.repeat(lengths)
    joints[solid] = retargeted(joints[solid], np.cumsum([0, *lengths[is_3d]]))
    names, people = data["sources"], data["subjects"]
    groups = [f"{name}/{person}" for name, person in zip(names, people, strict=True)]
    named = {**data, "labels": data[labels]}
    return _takes([str(name) for name in names], joints, starts, groups, is_3d, named)


def _stored(path: Path) -> dict[str, NDArray[Any]]:
    with np.load(path) as file:
        return dict(file)


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
    groups = [f"msr/{subject}" for subject in data["subjects"]]
    names, is_3d = ["msr-action3d"] * len(groups), np.ones(len(groups), bool)
    return _takes(names, retargeted(space[sound], starts), starts, groups, is_3d, data)


def _bandai(skeletons: Path) -> Iterator[Take]:
    """Bandai Namco: centimetres, y up, z towards the camera at first."""
    data = _stored(skeletons / "bandai_namco.npz")
    space = data["joints"][:, list(_BANDAI_JOINTS)].astype(np.float32)
    space *= np.array([1, -1, -1], np.float32)
    space[:, 0] = _nose(space)
    starts, groups = data["starts"], [f"bandai/{style}" for style in data["styles"]]
    names, is_3d = ["bandai-namco"] * len(groups), np.ones(len(groups), bool)
    return _takes(names, retargeted(space, starts), starts, groups, is_3d, data)


def _takes(
    datasets: Sequence[str],
    joints: NDArray[np.float32],
    starts: NDArray[np.int64],
    groups: Sequence[str],
    is_3d: NDArray[np.bool_],
    data: Mapping[str, NDArray[Any]],
) -> Iterator[Take]:
    """Yield the takes of a file, whose joints lie one after the other from ``starts`` on."""
    for number, span in enumerate(spans_of(starts)):
        yield Take(
            joints=joints[span],
            fps=BY_NAME[datasets[number]].fps or RECORDED_FPS,
            label=str(data["labels"][number]),
            dataset=datasets[number],
            group=groups[number],
            is_3d=bool(is_3d[number]),
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
