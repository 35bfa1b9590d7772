"""MSR Action3D's 20 gestures by people never seen, from joints alone.

    python -m training gestures ../shared/data

The same recurrent part that reads pose and motion live reads the recorded joints, projected and
described as the pose network's are. Two people are left out at a time until each has been; nothing
is chosen on them: the last epoch counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold

from har_live.types import ClipSpec
from training.data.prepare import CacheSettings
from training.data.windows import Variation
from training.features.bank import Bank
from training.features.joint_windows import JointWindows, misplaced
from training.learn.settings import TrainSettings
from training.learn.train import train
from training.people.motion_windows import motion_points, points_at
from training.people.skeletons import SKELETON_FPS, Motion, View, load_msr_gestures, project

DATA_SET = "msr-action3d"


@dataclass(frozen=True)
class GestureSettings:
    """How the measurement is made."""

    people_left_out: int = 2
    copies: int = 24
    """Differently varied windows of each sequence that is learnt from."""
    turn: float = 0.15
    """Deviation in radians of the side from which it is seen: all stood facing the sensor."""
    fit: TrainSettings = field(
        default_factory=lambda: TrainSettings(
            epochs=30, motion_dropped=0.0, pose_dropped=0.0, keep="last", within_weight=0.0
        )
    )


@dataclass(frozen=True)
class Fold:
    """One training, and what it made of the people it had not seen."""

    people: tuple[str, ...]
    sequences: int
    accuracy: float
    """Share of the sequences whose best mean score is the truth."""


def leave_people_out(skeletons: Path, out: Path, settings: GestureSettings) -> Iterator[Fold]:
    """Train and measure fold by fold; checkpoints and curves go to ``out``."""
    gestures = load_msr_gestures(skeletons)
    people = np.array([gesture.group for gesture in gestures])
    folds = GroupKFold(len(set(people)) // settings.people_left_out)
    spec = ClipSpec(image_size=CacheSettings().image_size)
    for number, (seen, unseen) in enumerate(folds.split(people, groups=people)):
        rng = np.random.default_rng([settings.fit.seed, number])
        learnt = _learnt([gestures[i] for i in seen], spec, rng, settings)
        measured = _measured([gestures[i] for i in unseen], spec)
        trained = train(learnt, measured, None, out / f"fold-{number}", spec, settings.fit)
        yield Fold(tuple(sorted(set(people[unseen]))), len(unseen), trained.measures["top1"])


def _learnt(
    gestures: list[Motion], spec: ClipSpec, rng: np.random.Generator, settings: GestureSettings
) -> Bank:
    windows = []
    for number, gesture in list(enumerate(gestures)) * settings.copies:
        view = replace(View.random(rng), turn=float(rng.normal(0, settings.turn)))
        points = project(motion_points(gesture, spec, rng, Variation()), view)[1:]
        windows.append((number, _disturbed(points, rng)))
    return _bank(gestures, windows)


def _disturbed(points: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """(T, 13, 2) → (T, 13, 3): with the errors of a sensor, which are smaller than a network's."""
    return _all_seen(misplaced(points, rng, jitter=(0.001, 0.01), offset=0.01))


def _all_seen(points: NDArray[np.floating]) -> NDArray[np.float32]:
    """(T, 13, 2) → (T, 13, 3), confidence 1."""
    return np.concatenate([points, np.ones((*points.shape[:2], 1))], axis=2).astype(np.float32)


def _measured(gestures: list[Motion], spec: ClipSpec) -> Bank:
    """Windows as a stream cuts them, one a step, seen as the sensor saw them."""
    windows = []
    view = View(0.0, 0.0, 0.0, distance=3.0, height=0.7, squeeze=0.75, centre=(0.5, 0.5))
    for number, gesture in enumerate(gestures):
        seconds = (len(gesture.joints) - 1) / SKELETON_FPS
        instants = np.arange(int(seconds * spec.grid_fps + 1e-6) + 1) / spec.grid_fps
        points = project(points_at(gesture.joints, instants), view)
        found = _all_seen(points)
        for start in range(max(1, len(found) - spec.num_frames + 1)):
            held = np.minimum(start + np.arange(spec.num_frames), len(found) - 1)
            windows.append((number, found[held]))
    return _bank(gestures, windows)


def _bank(gestures: list[Motion], windows: list[tuple[int, NDArray[np.float32]]]) -> Bank:
    """Joints (T, 13, 3) as features; motion, which joints alone don't tell, is NaN."""
    numbers = np.array([number for number, _ in windows])
    labels = np.array([gesture.label for gesture in gestures])[numbers]
    datasets = np.full(len(windows), DATA_SET)
    joints = JointWindows(np.stack([joints for _, joints in windows]), labels, datasets)
    return Bank(
        vectors=joints.features(torch.arange(len(windows)), "lrcn").numpy(),
        maps=np.zeros((len(windows), 0), np.float16),
        labels=labels,
        datasets=datasets,
        groups=np.array([gesture.group for gesture in gestures])[numbers],
        sources=numbers.astype(str),
    )
