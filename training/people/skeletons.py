"""Skeleton sequences: joints in space, looked at from anywhere, as 13 joints on a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.people.joints import BANDAI, MSR

SKELETON_FPS = 15.0

MSR_LABELS = {
    "high_arm_wave": "wave",
    "horizontal_arm_wave": "wave",
    "two_hand_wave": "wave",
    "hand_clap": "clap",
    "forward_punch": "punch",
    "side_boxing": "punch",
    "forward_kick": "kick",
    "side_kick": "kick",
    "high_throw": "throw",
    "pickup_and_throw": "throw",
    "bend": "bow",
    "jogging": "run",
    "golf_swing": "golf_swing",
    "tennis_serve": "tennis_serve",
    "draw_x": "none",
    "draw_tick": "none",
    "draw_circle": "none",
    "hand_catch": "none",
    "hammer": "none",
}
"""What each MSR Action3D gesture is called here; tennis_swing is left out: it says neither
forehand nor backhand. Gestures outside the label set teach ``none``."""

BANDAI_LABELS = {
    "wave_left_hand": "wave",
    "wave_right_hand": "wave",
    "wave_both_hands": "wave",
    "bye": "wave",
    "byebye": "wave",
    "raise_up_left_hand": "raise_hands",
    "raise_up_right_hand": "raise_hands",
    "raise_up_both_hands": "raise_hands",
    "bow": "bow",
    "punch": "punch",
    "kick": "kick",
    "dance_short": "dance",
    "run": "run",
    "dash": "run",
    "walk": "walk",
    "walk_back": "walk",
    "walk_left": "walk",
    "walk_right": "walk",
    "guide": "none",
    "call": "none",
    "respond": "none",
}
"""What each Bandai Namco motion is called here. Left out: ``slash`` (a sword) and
``walk_turn_…``, of which two seconds may show walking or turning."""


@dataclass(frozen=True)
class Motion:
    """One recorded movement in space."""

    joints: NDArray[np.float32]
    """(F, 13, 3) metres, y up, the person facing +z at first, their left at +x; 15 a second."""
    label: str
    dataset: str
    group: str
    """Who moved, or in what style."""


def load_msr(skeletons: Path) -> list[Motion]:
    """MSR Action3D from ``msr_action3d.npz``: the gestures that our label set has a place for."""
    return [
        replace(gesture, label=MSR_LABELS[gesture.label])
        for gesture in load_msr_gestures(skeletons)
        if gesture.label in MSR_LABELS
    ]


def load_msr_gestures(skeletons: Path) -> list[Motion]:
    """All of MSR Action3D under its own 20 labels."""
    with np.load(skeletons / "msr_action3d.npz") as data:
        joints, starts = data["joints"], data["starts"]
        names, subjects = data["labels"].tolist(), data["subjects"].tolist()
    # Kinect: 320×240 pixels, focal length 285 pixels, depth in units of 4 mm, mirrored.
    depth = joints[..., 2] * 0.004
    x = (160 - joints[..., 0]) / 285 * depth
    y = (120 - joints[..., 1]) / 285 * depth
    space = np.stack([x, y, -depth], axis=-1)[:, MSR].astype(np.float32)
    # The sensor lost a hand now and then and wrote nonsense: those frames are left out.
    sound = (np.abs(space) < 5).all(axis=(1, 2)) & (depth > 0.5).all(axis=1)
    return [
        Motion(space[a:b][sound[a:b]], name, "msr-action3d", f"msr-{subject}")
        for a, b, name, subject in zip(starts, starts[1:], names, subjects, strict=False)
        if sound[a:b].sum() >= 8
    ]


def load_bandai(skeletons: Path) -> list[Motion]:
    """Bandai Namco Research Motion Dataset 1 and 2 from ``bandai_namco.npz``."""
    with np.load(skeletons / "bandai_namco.npz") as data:
        space = data["joints"][:, BANDAI].astype(np.float32) / 100
        space[:, 0] = _nose(space)
        starts, names, styles = data["starts"], data["labels"].tolist(), data["styles"].tolist()
    return [
        Motion(space[a:b], BANDAI_LABELS[name], "bandai-namco", f"bandai-{style}")
        for a, b, name, style in zip(starts, starts[1:], names, styles, strict=False)
        if name in BANDAI_LABELS
    ]


def _nose(space: NDArray[np.float32]) -> NDArray[np.float32]:
    """(F, 13, 3) whose first joint is where the skull begins → (F, 3) the nose, as elsewhere."""
    shoulders, hips = space[:, 1:3].mean(axis=1), space[:, 7:9].mean(axis=1)
    up = shoulders - hips
    ahead = np.cross(space[:, 1] - space[:, 2], up)
    up /= np.linalg.norm(up, axis=1, keepdims=True)
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    return space[:, 0] + 0.12 * up + 0.10 * ahead


def balance(motions: Sequence[Motion]) -> NDArray[np.float64]:
    """(N,) chances that sum to 1."""
    labels, label_of = np.unique([motion.label for motion in motions], return_inverse=True)
    kinds, kind_of, counts = np.unique(
        [f"{motion.label}/{motion.dataset}" for motion in motions],
        return_inverse=True,
        return_counts=True,
    )
    kinds_of_label = np.bincount(
        np.searchsorted(labels, [kind.rpartition("/")[0] for kind in kinds]),
        minlength=len(labels),
    )
    chances = 1.0 / counts[kind_of] / kinds_of_label[label_of]
    return chances / chances.sum()


@dataclass(frozen=True)
class View:
    """A camera and a body build, drawn at random."""

    turn: float
    """Radians that the person is turned about the vertical."""
    tilt: float
    """Radians that the camera looks down."""
    roll: float
    """Radians that the picture is rotated."""
    distance: float
    """Metres from the camera: sets the perspective, not the size."""
    height: float
    """The person's height as a share of the picture's; over 1 cuts off the legs."""
    squeeze: float
    """Width is multiplied by this: a wide picture made square is below 1."""
    centre: tuple[float, float]
    """Where the middle of the trunk is at first, as fractions of the picture."""

    @classmethod
    def random(cls, rng: np.random.Generator) -> View:
        height = float(np.exp(rng.uniform(np.log(0.4), np.log(1.4))))
        room = max(0.0, 0.5 - 0.3 * height)
        facing = rng.normal(0, 0.5) if rng.random() < 0.7 else rng.uniform(-np.pi, np.pi)
        return cls(
            turn=float(facing),
            tilt=float(rng.normal(0.1, 0.15)),
            roll=float(rng.normal(0, 0.05)),
            distance=float(rng.uniform(2.0, 6.0)),
            height=height,
            squeeze=float(rng.choice([0.5625, 0.75, 1.0]) * rng.uniform(0.9, 1.1)),
            centre=(
                float(0.5 + rng.uniform(-room, room)),
                float(0.5 + rng.uniform(-room, room) * 0.5 + 0.15 * max(0.0, height - 0.8)),
            ),
        )


def body_build(joints: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """The same movement by another body: arms, legs and shoulders longer or shorter."""
    result = joints.copy()
    arms, legs, width = rng.uniform(0.85, 1.15, 3)
    hips = (joints[:, 7] + joints[:, 8]) / 2
    for chain, factor in (
        ((1, 3, 5), arms),
        ((2, 4, 6), arms),
        ((7, 9, 11), legs),
        ((8, 10, 12), legs),
    ):
        for parent, child in pairwise(chain):
            result[:, child] = result[:, parent] + (joints[:, child] - joints[:, parent]) * factor
    return hips[:, None] + (result - hips[:, None]) * np.array([width, 1, width], np.float32)


def kept_in_view(joints: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """The same way of moving, but nobody runs out of the picture: the camera follows, or the way
    is shortened."""
    hips = joints[:, 7:9].mean(axis=1) * np.array([1, 0, 1], np.float32)
    away = hips - hips[:1]
    reach = float(np.abs(away).max())
    left = min(1.0, rng.uniform(0.3, 1.2) / max(reach, 1e-3)) * rng.choice([1.0, rng.random(), 0.0])
    middle = (1 - left) * away + left * 0.5 * (away.min(axis=0) + away.max(axis=0))
    return (joints - middle[:, None]).astype(np.float32)


def project(joints: NDArray[np.float32], view: View) -> NDArray[np.float32]:
    """(F, 13, 3) metres → (F, 13, 2) x, y as fractions of the picture, y down."""
    trunk = joints[0, [1, 2, 7, 8]].mean(axis=0)
    tall = max(1.0, float(np.ptp(joints[:, :, 1], axis=1).max()))
    points = (joints - trunk) @ _rotation_y(view.turn).T @ _rotation_x(view.tilt).T
    scale = view.height / tall * view.distance / np.maximum(view.distance - points[..., 2], 0.8)
    x, y = points[..., 0] * scale, -points[..., 1] * scale
    cos, sin = np.cos(view.roll), np.sin(view.roll)
    x, y = cos * x - sin * y, sin * x + cos * y
    return np.stack([view.centre[0] + x * view.squeeze, view.centre[1] + y], -1).astype(np.float32)


def _rotation_y(angle: float) -> NDArray[np.float32]:
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]], np.float32)


def _rotation_x(angle: float) -> NDArray[np.float32]:
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[1, 0, 0], [0, cos, -sin], [0, sin, cos]], np.float32)
