"""Pictures of people with their joints, and of nobody: what the pose network learns from."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from har_live.grid import frames_played_at
from har_live.models.pose import JOINTS, LOOK_SIZE, MIRRORED
from training.data.clip import Clip
from training.data.prepare import CacheSettings
from training.people.draw import Looks, draw_person
from training.people.joints import from_mediapipe
from training.people.skeletons import Motion, View, body_build, project


@dataclass(frozen=True)
class Picture:
    """A picture, and where its person's joints are."""

    image: NDArray[np.uint8]
    """(H, W, 3) RGB."""
    joints: NDArray[np.float32] | None
    """(13, 3) x, y as fractions of the picture, visibility; None where there is nobody."""


def stills(folder: Path, name: str, *, split: str = "") -> list[Picture]:
    """The photos of ``<name>.tar`` in which the teacher found a person."""
    with np.load(folder / f"{name}_pose.npz") as data:
        joints = dict(zip(data["names"].tolist(), from_mediapipe(data["keypoints"]), strict=True))
    with tarfile.open(folder / f"{name}.tar") as tar:
        return [
            Picture(_decode(tar, member), joints[member.name])
            for member in tar
            if member.name.startswith(split)
            and member.name in joints
            and np.isfinite(joints[member.name]).all()
        ]


def objects(folder: Path, name: str, *, every: int) -> list[Picture]:
    """Every n-th photo of ``<name>.tar``, taken to hold nobody."""
    with tarfile.open(folder / f"{name}.tar") as tar:
        members = [member for member in tar if member.isfile()]
        return [Picture(_decode(tar, member), None) for member in members[::every]]


def _decode(tar: tarfile.TarFile, member: tarfile.TarInfo) -> NDArray[np.uint8]:
    data = np.frombuffer(tar.extractfile(member).read(), np.uint8)
    return cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def clip_pictures(
    index: Sequence[tuple[Clip, Path]], poses: Path, settings: CacheSettings, *, per_clip: int
) -> Iterator[Picture]:
    """Up to ``per_clip`` frames of each clip, spread over those where a person was found."""
    with np.load(poses) as data:
        names, seconds = data["names"], data["pts_seconds"]
        keypoints = from_mediapipe(data["keypoints"])
    found = np.isfinite(keypoints).all(axis=(1, 2))
    rows_of: dict[str, list[int]] = {}
    for row in np.flatnonzero(found):
        rows_of.setdefault(str(names[row]), []).append(int(row))
    for clip, path in index:
        rows = rows_of.get(clip.path, [])
        if not rows:
            continue
        frames = np.load(path, mmap_mode="r")
        instants = np.arange(len(frames)) / settings.cache_fps
        first = seconds[names == clip.path].min()
        for row in rows[:: max(1, len(rows) // per_clip)][:per_clip]:
            # The cached frame nearest to the one that the teacher saw.
            at = frames_played_at(instants, [seconds[row] - first + 0.5 / settings.cache_fps])[0]
            yield Picture(np.array(frames[at]), keypoints[row])


def drawn(
    motions: Sequence[Motion], backgrounds: Sequence[Picture], count: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Drawn people in recorded poses before photos of things."""
    for _ in range(count):
        motion = motions[rng.integers(len(motions))]
        view = View.random(rng)
        joints = project(body_build(motion.joints, rng), view)
        points = joints[rng.integers(len(joints))]
        background = backgrounds[rng.integers(len(backgrounds))].image
        canvas = cv2.resize(background, (128, 128), interpolation=cv2.INTER_LINEAR)
        draw_person(canvas, points, Looks.random(rng), squeeze=view.squeeze)
        yield Picture(canvas, np.concatenate([points, np.ones((13, 1), np.float32)], axis=1))


@dataclass(frozen=True)
class Augmentation:
    """How one picture is varied each time it is seen."""

    person_share: tuple[float, float] = (0.25, 1.5)
    """The person's larger side as a share of the crop's; over 1 cuts parts off."""
    second_look: float = 0.5
    """Share of pictures whose person is as large as the encoder's second look has them."""
    second_look_share: tuple[float, float] = (0.55, 1.0)
    squeeze: tuple[float, float] = (0.6, 1.15)
    """Width against height: a wide picture made square squeezes people."""
    rotation_degrees: float = 20.0
    darkness: float = 0.25
    """Share of pictures made dark and noisy."""
    blur: float = 0.25
    """Share blurred, or shrunk and enlarged again."""


def augmented(
    picture: Picture, rng: np.random.Generator, settings: Augmentation
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """(96, 96, 3) uint8 and (13, 3) joints: x, y as fractions, and what to make of them.

    The third number is 1 for a joint to be found, 0 for one that is not in the crop, and -1 for one
    that the teacher is unsure of, from which nothing is learnt.
    """
    height, width = picture.image.shape[:2]
    matrix = _crop(picture, rng, settings)
    image = _warped(picture.image, matrix, rng)
    joints = np.zeros((len(JOINTS), 3), np.float32)
    if picture.joints is not None:
        points = picture.joints[:, :2] * np.array([width, height], np.float32)
        joints[:, :2] = (points @ matrix[:, :2].T + matrix[:, 2]) / LOOK_SIZE
        inside = _within(joints) & _within(picture.joints)
        joints[:, 2] = np.where(inside, np.where(picture.joints[:, 2] > 0.4, 1, -1), 0)
    if rng.random() < 0.5:
        image = image[:, ::-1]
        joints = joints[list(MIRRORED)]
        joints[:, 0] = 1 - joints[:, 0]
    return _relit(np.ascontiguousarray(image), rng, settings), joints


def _within(points: NDArray[np.float32]) -> NDArray[np.bool_]:
    return ((points[:, :2] >= 0) & (points[:, :2] < 1)).all(axis=1)


def _crop(picture: Picture, rng: np.random.Generator, settings: Augmentation):
    """(2, 3) affine matrix from the picture to a crop around its person."""
    height, width = picture.image.shape[:2]
    centre, extent = np.array([width, height]) / 2, float(max(height, width))
    is_second = rng.random() < settings.second_look
    low, high = settings.second_look_share if is_second else settings.person_share
    if picture.joints is not None:
        points = picture.joints[:, :2] * np.array([width, height])
        seen = points[picture.joints[:, 2] > 0.4]
        if len(seen) >= 2:
            centre = (seen.min(axis=0) + seen.max(axis=0)) / 2
            extent = float(max(np.ptp(seen, axis=0).max(), 0.1 * max(height, width)))
    share = np.exp(rng.uniform(np.log(low), np.log(high)))
    scale = LOOK_SIZE * share / extent
    if picture.joints is None:
        scale = LOOK_SIZE / extent * rng.uniform(1.0, 2.0)
    angle = np.radians(rng.normal(0, settings.rotation_degrees / 2))
    cos, sin = np.cos(angle) * scale, np.sin(angle) * scale
    matrix = np.array([[cos, -sin], [sin, cos]])
    matrix[0] *= rng.uniform(*settings.squeeze)
    # A small person may stand anywhere; a large one stays near the middle.
    room = 0.5 * max(0.15, 1 - share)
    target = LOOK_SIZE * (0.5 + rng.uniform(-room, room, 2))
    return np.concatenate([matrix, (target - matrix @ centre)[:, None]], axis=1)


def _warped(image: NDArray[np.uint8], matrix: NDArray[np.float64], rng: np.random.Generator):
    shrink = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    if shrink < 0.7:
        # warpAffine skips pixels when it shrinks; averaging first keeps thin limbs whole.
        size = [max(8, round(side * shrink)) for side in image.shape[1::-1]]
        ratio = np.array(size) / image.shape[1::-1]
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        matrix = np.concatenate([matrix[:, :2] / ratio, matrix[:, 2:]], axis=1)
    return cv2.warpAffine(
        image,
        matrix,
        (LOOK_SIZE, LOOK_SIZE),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE if rng.random() < 0.5 else cv2.BORDER_CONSTANT,
        borderValue=tuple(int(v) for v in rng.integers(0, 255, 3)),
    )


def _relit(image: NDArray[np.uint8], rng: np.random.Generator, settings: Augmentation):
    """Other light, other camera."""
    if rng.random() < settings.blur:
        if rng.random() < 0.5:
            image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.5))
        else:
            small = int(LOOK_SIZE * rng.uniform(0.3, 0.8))
            image = cv2.resize(image, (small, small), interpolation=cv2.INTER_AREA)
            image = cv2.resize(image, (LOOK_SIZE, LOOK_SIZE), interpolation=cv2.INTER_LINEAR)
    table = np.linspace(0, 1, 256) ** np.exp(rng.normal(0, 0.3)) * 255
    gain = rng.uniform(0.03, 0.3) if rng.random() < settings.darkness else rng.uniform(0.6, 1.3)
    tint = gain * rng.uniform(0.85, 1.15, 3)
    relit = np.stack([cv2.LUT(image[..., c], table * tint[c]) for c in range(3)], axis=-1)
    noise = rng.normal(0, rng.uniform(0.3, 1.5 + 12 * min(gain, 1.0)), image.shape)
    relit = np.clip(relit + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.15:
        relit[:] = relit.mean(axis=2, keepdims=True)
    if rng.random() < 0.2:
        x, y = rng.integers(0, LOOK_SIZE - 24, 2)
        w, h = rng.integers(8, 40, 2)
        relit[y : y + h, x : x + w] = rng.integers(0, 255, 3)
    return relit
