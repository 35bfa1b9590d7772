"""The same movement seen otherwise: by another camera, by another body, by a worse finder."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from har_live.people.joints import LIMBS, MIRRORED
from har_live.types import NUM_JOINTS

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]
SHOULDERS, HIPS = [1, 2], [7, 8]
"""Indices of the joints."""
AS_FILMED = 0.4
"""Share of films that are seen from where they were filmed."""


@dataclass(frozen=True)
class Views:
    """Cameras and bodies of N windows, drawn at random."""

    rotation: Floats
    """(N, 3, 3) about the picture's normal: the camera is not level."""
    turn: Floats
    """(N, 3, 3) the camera goes around the person and looks down: for takes in 3D."""
    distance: Floats
    """(N,) from the camera, in trunks; sets the perspective."""
    squeeze: Floats
    """(N,) of the width."""
    limbs: Floats
    """(N, 2) how long arms and legs are: for takes in 3D."""

    @classmethod
    def random(cls, count: int, rng: np.random.Generator, *, turned: float = 0.0) -> Views:
        """Draw them.

        Args:
            turned: share of the cameras that are held at any angle.
        """
        ahead = rng.normal(0, 0.5, count)
        around = np.where(rng.random(count) < 0.6, ahead, rng.uniform(-1.9, 1.9, count))
        roll = rng.normal(0, 0.07, count)
        if turned:
            roll = np.where(rng.random(count) < turned, rng.uniform(-np.pi, np.pi, count), roll)
        return cls(
            rotation=_about_z(roll),
            turn=_about_x(rng.normal(0.12, 0.2, count)) @ _about_y(around),
            distance=np.exp(rng.uniform(np.log(4), np.log(16), count)).astype(np.float32),
            squeeze=rng.uniform(0.88, 1.12, count).astype(np.float32),
            limbs=rng.uniform(0.88, 1.12, (count, 2)).astype(np.float32),
        )

    def gentler(self, these: Flags, rng: np.random.Generator) -> Views:
        """Go less far around those of ``these``, (N,), whose depth was only told."""
        count = len(these)
        angles = np.where(rng.random(count) < AS_FILMED, 0, 1) * rng.normal(0, 1, (2, count))
        turn = _about_x(0.15 * angles[0]) @ _about_y(0.5 * angles[1])
        return replace(self, turn=np.where(these[:, None, None], turn, self.turn))

    def where(self, these: Flags, others: Views) -> Views:
        """Take windows from the first where ``these`` is true, (N,), else from the other ones."""
        mine, theirs = vars(self), vars(others)
        return Views(
            **{
                name: np.where(these.reshape(-1, *[1] * (value.ndim - 1)), value, theirs[name])
                for name, value in mine.items()
            }
        )

    def project(self, joints: Floats, is_3d: Flags) -> Floats:
        """(N, K, 13, 3) joints → (N, K, 13, 2) as this camera sees this body."""
        turned = self._turned(joints, is_3d)
        distance = self.distance[:, None, None]
        depth = np.where(is_3d[:, None, None], turned[..., 2], 0)
        places = turned[..., :2] * (distance / np.maximum(distance + depth, 1.5))[..., None]
        places[..., 0] *= self.squeeze[:, None, None]
        return places.astype(np.float32, copy=False)

    def depths(self, joints: Floats) -> Floats:
        """(N, K, 13, 3) joints in 3D → (N, K, 13) how far away each is."""
        return self._turned(joints, np.ones(len(joints), np.bool_))[..., 2]

    def _turned(self, joints: Floats, is_3d: Flags) -> Floats:
        """(N, K, 13, 3) joints, of this body where in 3D, from where this camera stands."""
        solid = is_3d[:, None, None, None]
        joints = np.where(solid, _with_limbs(joints, self.limbs), joints)
        rotation = np.where(is_3d[:, None, None], self.rotation @ self.turn, self.rotation)
        turned: Floats = joints @ rotation.transpose(0, 2, 1)[:, None]
        return turned


def mirrored(places: Floats) -> Floats:
    """(N, K, 13, 2): as in a mirror, left and right by their new names."""
    flipped: Floats = places[:, :, MIRRORED] * np.array([-1, 1], np.float32)
    return flipped


def in_trunks(places: Floats) -> Floats:
    """(N, K, 13, 2) by the mean length of each window's trunks; as it is where none is seen."""
    trunks = np.linalg.norm(places[:, :, SHOULDERS] - places[:, :, HIPS], axis=-1)
    mean = _mean_of_seen(trunks, axis=(1, 2))
    usable = np.isfinite(mean) & (mean > 1e-3)
    scaled = places / np.where(usable, mean, 1)[:, None, None, None]
    return scaled.astype(np.float32, copy=False)


def middles(places: Floats) -> Floats:
    """(N, K, 2) middle of each trunk; NaN where nothing of it is seen."""
    return _mean_of_seen(places[:, :, SHOULDERS + HIPS], axis=2)


def spoil(places: Floats, is_film: Flags, rng: np.random.Generator) -> Floats:
    """Shake, displace and lose joints as a finder does: (N, K, 13, 2), in trunks; NaN is lost.

    Args:
        is_film: (N,) joints that a finder found shake already.
    """
    count, length = places.shape[:2]
    shake = np.exp(rng.uniform(np.log(0.005), np.log(0.06), count))
    shake = np.where(is_film, 0.4 * shake, shake)[:, None, None, None]
    places = places + (shake * rng.standard_normal(places.shape)).astype(np.float32)
    often = 0.015 * rng.random((count, 1, 1))
    jumps = (rng.random(places.shape[:3]) < often)[..., None]
    places = places + (jumps * 0.5 * rng.standard_normal(places.shape)).astype(np.float32)
    places[_lost(count, length, is_film, rng)] = np.nan
    return places


def _lost(count: int, length: int, is_film: Flags, rng: np.random.Generator) -> Flags:
    """(N, K, 13): single joints, whole limbs, legs outside of the picture, everything for a bit."""
    often = np.where(rng.random(count) < 0.5, 0.06 * rng.random(count), 0)
    lost = rng.random((count, length, NUM_JOINTS)) < often[:, None, None]
    lost |= (rng.random((count, NUM_JOINTS)) < 0.03)[:, None]
    # Films lose their legs by themselves.
    cut = rng.random(count) * np.where(is_film, 2.2, 1.0)
    lost[cut < 0.10, :, 7:] = True
    lost[cut < 0.22, :, 9:] = True
    lost[(cut > 0.22) & (cut < 0.28), :, 11:] = True
    for number in np.flatnonzero(rng.random(count) < 0.05):
        begin = int(rng.integers(0, length - 3))
        lost[number, begin : begin + int(rng.integers(1, 4))] = True
    return lost


def _with_limbs(joints: Floats, factors: Floats) -> Floats:
    """Make arms and legs longer or shorter; ``factors`` is (N, 2)."""
    result = joints.copy()
    for number, (parent, child) in enumerate(LIMBS):
        factor = factors[:, number // 4][:, None, None]
        limb = joints[:, :, child] - joints[:, :, parent]
        result[:, :, child] = result[:, :, parent] + limb * factor
    return result


def _mean_of_seen(values: Floats, *, axis: int | tuple[int, ...]) -> Floats:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # nothing is seen
        mean: Floats = np.nanmean(values, axis=axis)
    return mean


def _about_x(angle: NDArray[np.float64]) -> Floats:
    return _rotation(angle, 1, 2)


def _about_y(angle: NDArray[np.float64]) -> Floats:
    return _rotation(-angle, 0, 2)


def _about_z(angle: NDArray[np.float64]) -> Floats:
    return _rotation(angle, 0, 1)


def _rotation(angle: NDArray[np.float64], first: int, second: int) -> Floats:
    """(N,) radians → (N, 3, 3) that turn the first axis towards the second."""
    turns = np.tile(np.eye(3, dtype=np.float32), (len(angle), 1, 1))
    turns[:, first, first] = turns[:, second, second] = np.cos(angle)
    turns[:, second, first] = np.sin(angle)
    turns[:, first, second] = -np.sin(angle)
    return turns
