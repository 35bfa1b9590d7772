"""The built-in figure's renderer performs recorded movements: drawn people who look like people.

Only the renderer is used. What the figure's own script performs is never learnt from, nor are its
takes (scene, look and view together), so that the demo stays an honest test.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from har_live.figure.camera import VIEWS, Camera
from har_live.figure.looks import LOOKS
from har_live.figure.picture import draw_person
from har_live.figure.scenes import SCENES
from har_live.figure.script import DEFAULT_SCRIPT
from har_live.figure.skeleton import LEFT, NUM_JOINTS, RIGHT, Joint, Proportions
from har_live.figure.vectors import cross, rotation, unit
from training.data.windows import Frames
from training.people.pictures import Picture
from training.people.skeletons import Motion, balance, body_build

WIDTH, HEIGHT = 320, 240
OURS = (
    Joint.NOSE,
    *(joint + side for joint in (Joint.SHOULDER, Joint.ELBOW, Joint.WRIST) for side in (1, 0)),
    *(joint + side for joint in (Joint.HIP, Joint.KNEE, Joint.ANKLE) for side in (1, 0)),
)
"""Rows of the figure's joints that are ours, in our order."""
_SHOWN = {(passage.scene, passage.look, passage.view) for passage in DEFAULT_SCRIPT}


@dataclass(frozen=True)
class Take:
    """Who is filmed where, from where, and how they hold themselves."""

    scene: str
    look: str
    view: str
    yaw: float
    """Radians that the person is turned from where the view has them look."""
    offset: tuple[float, float]
    """Metres aside and toward the camera."""
    nod: float
    curl: float
    """0 an open hand, 1 a fist."""
    has_chair: bool

    @classmethod
    def random(cls, rng: np.random.Generator) -> Take:
        while True:
            take = cls(
                scene=str(rng.choice(list(SCENES))),
                look=str(rng.choice(list(LOOKS))),
                view=str(rng.choice(list(VIEWS))),
                yaw=float(rng.normal(0, 0.45)),
                offset=(float(rng.normal(0, 0.15)), float(rng.normal(0, 0.1))),
                nod=float(rng.normal(0, 0.2)),
                curl=float(rng.uniform(0, 1)),
                has_chair=bool(rng.random() < 0.15),
            )
            if (take.scene, take.look, take.view) not in _SHOWN:
                return take


def figure_joints(points: NDArray[np.float32], take: Take) -> NDArray[np.float64]:
    """(F, 13, 3) metres of a movement → (F, NUM_JOINTS, 3) of a figure that performs it."""
    facing = np.radians(VIEWS[take.view].facing_degrees) + take.yaw
    points = points.astype(np.float64) @ rotation(0.0, facing, 0.0).T
    body = Proportions()
    legs = np.linalg.norm(np.diff(points[:, [8, 10, 12]], axis=1), axis=-1).sum(axis=1).mean()
    hips, shoulders = points[:, 7:9].mean(axis=1), points[:, 1:3].mean(axis=1)
    place = hips * (body.thigh + body.shin) / max(legs, 0.3)
    place[:, [0, 2]] = _inside(place[:, [0, 2]], VIEWS[take.view].distance_m) + take.offset
    up, across = unit(shoulders - hips), unit(points[:, 1] - points[:, 2])
    hip_axis = unit(points[:, 7] - points[:, 8])
    ahead = unit(cross(across, up))

    joints = np.empty((len(points), NUM_JOINTS, 3))
    joints[:, Joint.PELVIS] = place
    joints[:, Joint.WAIST] = place + body.pelvis_to_waist * up
    joints[:, Joint.CHEST] = joints[:, Joint.WAIST] + body.waist_to_chest * up
    neck = joints[:, Joint.NECK] = joints[:, Joint.CHEST] + body.chest_to_neck * up
    head = joints[:, Joint.HEAD] = (
        neck + body.neck_to_head * unit(points[:, 0] - shoulders + 0.1 * up) + 0.022 * ahead
    )
    joints[:, Joint.NOSE] = head + 0.115 * unit(ahead - np.sin(take.nod) * up)
    for side, (shoulder, elbow, wrist, hip, knee, ankle) in (
        (LEFT, (1, 3, 5, 7, 9, 11)),
        (RIGHT, (2, 4, 6, 8, 10, 12)),
    ):
        outward = across if side == LEFT else -across
        start = neck + body.shoulder_half_width * outward - body.shoulder_drop * up
        arm = ((Joint.SHOULDER, shoulder), (Joint.ELBOW, elbow), (Joint.WRIST, wrist))
        _set_chain(joints, points, arm, side, start, (body.upper_arm, body.forearm))
        _set_hand(joints, side, -outward, ahead, take.curl, body)
        aside = hip_axis if side == LEFT else -hip_axis
        start = place + body.hip_half_width * aside - body.hip_to_pelvis * up
        leg = ((Joint.HIP, hip), (Joint.KNEE, knee), (Joint.ANKLE, ankle))
        _set_chain(joints, points, leg, side, start, (body.thigh, body.shin))
        toward = cross(hip_axis, np.array([0.0, 1.0, 0.0]))
        joints[:, Joint.TOE + side] = joints[:, Joint.ANKLE + side] + 0.15 * unit(toward)
        joints[:, Joint.TOE + side, 1] -= 0.055
    lowest = joints[:, [Joint.ANKLE, Joint.ANKLE + 1], 1].min(axis=1)
    joints[:, :, 1] += body.ankle_height - np.percentile(lowest, 10)
    return joints


def _inside(place: NDArray[np.float64], distance_m: float) -> NDArray[np.float64]:
    """(F, 2) metres on the floor, about their own middle and not out of the picture."""
    place = place - 0.5 * (place.min(axis=0) + place.max(axis=0))
    return place * np.minimum(1.0, 0.2 * distance_m / np.maximum(np.abs(place).max(axis=0), 1e-6))


def _set_chain(joints, points, chain, side, start, lengths) -> None:
    """An arm or a leg: the recorded directions, the figure's own lengths. In place."""
    joints[:, chain[0][0] + side] = start
    for (_, upper), (joint, lower), length in zip(chain, chain[1:], lengths, strict=False):
        start = start + length * unit(points[:, lower] - points[:, upper])
        joints[:, joint + side] = start


def _set_hand(joints, side, inward, ahead, curl, body) -> None:
    """A hand that goes on where the forearm points, its palm inward. In place."""
    wrist = joints[:, Joint.WRIST + side]
    along = unit(wrist - joints[:, Joint.ELBOW + side])
    palm = inward + 0.3 * ahead
    palm = unit(palm - (palm * along).sum(axis=-1, keepdims=True) * along)
    knuckle = wrist + body.palm * along
    bend = 2.6 * curl
    joints[:, Joint.KNUCKLE + side] = knuckle
    joints[:, Joint.FINGERTIP + side] = knuckle + body.fingers * (
        np.cos(bend) * along + np.sin(bend) * palm
    )
    thumbward = cross(along, palm) * (1 if side == LEFT else -1)
    joints[:, Joint.THUMB + side] = wrist + 0.105 * unit(0.85 * along + 0.6 * thumbward)


def draw(joints: NDArray[np.float64], take: Take) -> NDArray[np.uint8]:
    """(NUM_JOINTS, 3) metres → (240, 320, 3) uint8 RGB."""
    return draw_person(
        joints,
        scene=take.scene,
        look=take.look,
        view=take.view,
        width=WIDTH,
        height=HEIGHT,
        has_chair=take.has_chair,
    )


def seen_joints(joints: NDArray[np.float64], take: Take) -> NDArray[np.float32]:
    """(NUM_JOINTS, 3) metres → (13, 3): x, y as fractions of the picture, visibility 1."""
    camera = Camera(VIEWS[take.view], WIDTH, HEIGHT)
    standing = joints[list(OURS)] * LOOKS[take.look].stature_m / 1.75
    pixels = camera.pixels(camera.seen(standing)) / [WIDTH, HEIGHT]
    return np.concatenate([pixels, np.ones((len(OURS), 1))], axis=1).astype(np.float32)


def figure_pictures(
    motions: Sequence[Motion], count: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Single poses of recorded movements, drawn by the figure's renderer."""
    # In the order of their backgrounds, which take longer to draw than a person.
    takes = [Take.random(rng) for _ in range(count)]
    chances = balance(motions)
    for take in sorted(takes, key=lambda take: (take.scene, take.view, take.has_chair)):
        motion = motions[rng.choice(len(motions), p=chances)]
        joints = figure_joints(body_build(motion.joints, rng), take)
        pose = joints[rng.integers(len(joints))]
        yield Picture(draw(pose, take), seen_joints(pose, take))


def figure_window(points: NDArray[np.float32], size: int, rng: np.random.Generator) -> Frames:
    """(T + 1, 13, 3) metres → (T + 1, size, size, 3) uint8 RGB: a window of a movement."""
    take = Take.random(rng)
    pictures = [draw(pose, take) for pose in figure_joints(points, take)]
    shape = (size, size)
    return np.stack([cv2.resize(p, shape, interpolation=cv2.INTER_AREA) for p in pictures])
