"""Clips of one person, from which pictures of several people are put together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

from har_live.people.detection import LEAST_JOINT_SCORE, Detection
from har_live.sources import open_source
from har_live.time_grid import frames_played_at, grid_instants
from training.data.clip import Clip

if TYPE_CHECKING:
    from har_live.types import Image

Finder: TypeAlias = "Callable[[Image], list[Detection]]"
"""Finds everybody in a picture."""

GRID_FPS = 10.0
LEAST_SURE = 0.3
"""Somebody is there, by the finder's own score, when nobody else is in the picture …"""
MOST_UNSURE = 0.15
"""… and nobody else is there when the second score is below this."""
LEAST_SHARE = 0.9
"""Least share of a clip's grid frames that show one person and no second."""
LONGEST_FRAMES = 50
LIMBS = (
    *((5, 7), (7, 9), (6, 8), (8, 10), (5, 6), (11, 12)),
    *((11, 13), (13, 15), (12, 14), (14, 16), (5, 12), (6, 11)),
)
"""Pairs of COCO joints with flesh between them."""
TRUNK = (5, 6, 12, 11)


@dataclass(frozen=True, eq=False)
class SoloClip:
    """A clip's grid frames and the one person in them."""

    pictures: list[Image]
    people: list[Detection | None]
    """The one person, found with nobody else in the picture; None where the finder missed them."""

    def at(self, index: int) -> int:
        """Return which picture is shown at a grid frame: the clip forwards, backwards, forwards
        …"""
        last = len(self.pictures) - 1
        return last - abs(last - index % (2 * last))

    @property
    def boxes(self) -> np.ndarray:
        """(N, 4) of the grid frames in which the person was found."""
        return np.array([person.box for person in self.people if person is not None])


def solo_clips(root: Path, clips: Sequence[Clip], find: Finder) -> Iterator[SoloClip]:
    """Yield the clips that show one person, and nobody else, nearly all the time."""
    for clip in clips:
        pictures = grid_pictures(root / clip.path)[:LONGEST_FRAMES]
        found = [_by_score(find(picture)) for picture in pictures]
        alone = [
            f[0].score >= LEAST_SURE and _second(f) < MOST_UNSURE if f else False for f in found
        ]
        if len(pictures) > 1 and np.mean(alone) >= LEAST_SHARE:
            people = [f[0] if a else None for f, a in zip(found, alone, strict=True)]
            yield SoloClip(pictures, people)


def grid_pictures(path: Path, fps: float = GRID_FPS) -> list[Image]:
    """Return what is played at each instant of the grid."""
    with open_source(str(path)) as source:
        frames = list(source)
    pts = [frame.pts_seconds for frame in frames]
    return [frames[i].image for i in frames_played_at(pts, grid_instants(pts, fps))]


def cut_out(person: Detection, shape: tuple[int, ...]) -> np.ndarray:
    """Return (H, W) float32, 0–1: about where the person's body is, by the joints, with soft
    edges."""
    points, sure = person.joints[:, :2], person.joints[:, 2] > LEAST_JOINT_SCORE
    mask = np.zeros(shape[:2], np.uint8)
    trunk = _trunk(person)
    thick = max(2, round(0.4 * trunk))
    for a, b in LIMBS:
        if sure[a] and sure[b]:
            ends = [tuple(map(round, points[joint].tolist())) for joint in (a, b)]
            cv2.line(mask, ends[0], ends[1], 255, thick)
    cv2.fillConvexPoly(mask, points[list(TRUNK)].round().astype(np.int32), 255)
    head = points[:5][sure[:5]]
    if len(head):
        centre = tuple(map(round, head.mean(axis=0).tolist()))
        cv2.circle(mask, centre, max(2, round(0.4 * trunk)), 255, -1)
    return cv2.GaussianBlur(mask, (5, 5), 0).astype(np.float32) / 255


def _trunk(person: Detection) -> float:
    """Return the distance from the middle of the shoulders to the middle of the hips."""
    points = person.joints[:, :2]
    return float(np.linalg.norm(points[5:7].mean(axis=0) - points[11:13].mean(axis=0)))


def _by_score(found: list[Detection]) -> list[Detection]:
    return sorted(found, key=lambda person: -person.score)


def _second(found: list[Detection]) -> float:
    return found[1].score if len(found) > 1 else 0.0
