"""Made streams of several people of whom it is known, grid frame by grid frame, who is where.

- *side by side*: clips of one person, each cut to the surroundings of that person, next to one
  another. People never meet.
- *through*: over a clip of one person slides the cut-out of another one (limbs, trunk and head as
  thick as a body, by the joints), as large and on the same floor, from outside the picture to
  outside and back, in front of them in one stream and behind them in the next.
- *figure*: the drawn person's script, with its cuts.

A clip plays forwards and backwards until the stream is over. Who is where is what the finder finds
in each clip alone; where somebody is covered, out of the picture, or was not found alone, nothing
is expected.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

from har_live.people.detection import Detection
from training.figure.script import DEFAULT_SCRIPT
from training.figure.source import FigureSource
from training.measure.solo_clips import (
    GRID_FPS,
    LEAST_SURE,
    Finder,
    SoloClip,
    cut_out,
    grid_pictures,
)

if TYPE_CHECKING:
    from har_live.types import Image

CROSSING_SECONDS = 4.0
"""Time from one side of the picture to the other."""
NUM_FRAMES = round(2 * CROSSING_SECONDS * GRID_FPS)
"""Frames of a stream: there and back."""
PANEL_HEIGHT = 240
PANEL_SHARE = 0.75
"""Width of a panel by its height: not narrower."""
SURROUNDINGS = 1.3
"""Size of what is shown of the clip, by that of the place that a person takes up."""
MOST_COVERED = 0.5
"""Share of a person's joints that may be hidden or outside for them to be expected."""


Shot: TypeAlias = "tuple[Image, list[Detection | None]]"
"""A picture and everybody in it."""


@dataclass(frozen=True, eq=False)
class PeopleStream:
    """All that the finder found in each grid frame, and what a tracker should make of it."""

    name: str
    found: list[list[Detection]]
    truths: list[list[Detection | None]]
    """Real people of each grid frame; None where they can't be expected."""
    picture_size: tuple[int, int]
    """Width and height."""
    cuts: frozenset[int] = frozenset()
    """Grid frames before which the scene changes."""


def side_by_side(clips: Iterable[SoloClip], find: Finder) -> PeopleStream:
    """Make a stream of people next to one another, each before their own background."""
    panels = [_panel(clip) for clip in clips]
    lefts = np.cumsum([0] + [panel.pictures[0].shape[1] for panel in panels])

    def shot(index: int) -> Shot:
        pictures = [panel.pictures[panel.at(index)] for panel in panels]
        alone = [panel.people[panel.at(index)] for panel in panels]
        people = [p and _placed(p, 1.0, left, 0.0) for p, left in zip(alone, lefts, strict=False)]
        return np.hstack(pictures), people

    return _filmed(f"{len(panels)} side by side", map(shot, range(NUM_FRAMES)), find)


def through(stays: SoloClip, walks: SoloClip, find: Finder, *, before: bool) -> PeopleStream:
    """Let one person pass another, ``before`` or behind them, and leave; who comes back is a new
    one, dressed alike."""

    def shot(index: int) -> Shot:
        picture, (resting, walker) = _passing(stays, walks, index, before=before)
        is_back = index >= CROSSING_SECONDS * GRID_FPS
        return picture, [resting, None if is_back else walker, walker if is_back else None]

    name = f"through, {'before' if before else 'behind'}"
    return _filmed(name, map(shot, range(NUM_FRAMES)), find)


def figure(find: Finder, *, seed: int = 0) -> PeopleStream:
    """Make a stream of the drawn person: always one, where the best find is; where there is none,
    as before."""
    source = FigureSource(width=320, height=240, fps=GRID_FPS, seed=seed)
    stream = _filmed("figure", ((frame.image, []) for frame in source), find)
    truths: list[list[Detection | None]] = []
    for people in stream.found:
        best = max(people, key=lambda person: person.score, default=None)
        seen = best is not None and best.score >= LEAST_SURE / 2
        truths.append([best if seen else (truths[-1][0] if truths else None)])
    return replace(stream, truths=truths, cuts=_cuts())


def as_found(name: str, path: Path, find: Finder) -> PeopleStream:
    """Find the people in a video of whose people nothing is known."""
    return _filmed(name, ((picture, []) for picture in grid_pictures(path)), find)


def _filmed(name: str, shots: Iterable[Shot], find: Finder) -> PeopleStream:
    """Find the people in pictures of which it is known who is there."""
    found, truths, size = [], [], (0, 0)
    for picture, people in shots:
        found.append(find(picture))
        truths.append(people)
        size = picture.shape[1], picture.shape[0]
    return PeopleStream(name, found, truths, size)


def _cuts() -> frozenset[int]:
    ends = np.cumsum([passage.seconds for passage in DEFAULT_SCRIPT])
    pairs = zip(pairwise(DEFAULT_SCRIPT), ends, strict=False)
    return frozenset(int(np.ceil(end * GRID_FPS)) for (a, b), end in pairs if a.take != b.take)


def _panel(clip: SoloClip) -> SoloClip:
    """Cut the clip to its person's surroundings, at the panels' height."""
    height, width, _ = clip.pictures[0].shape
    boxes = clip.boxes
    (left, top), (right, bottom) = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    tall = min(height, SURROUNDINGS * max(bottom - top, (right - left) / 2))
    wide = min(width, max(SURROUNDINGS * (right - left), PANEL_SHARE * tall))
    left = int(np.clip((left + right - wide) / 2, 0, width - wide))
    top = int(np.clip((top + bottom - tall) / 2, 0, height - tall))
    scale = PANEL_HEIGHT / int(tall)
    sides = round(int(wide) * scale), PANEL_HEIGHT
    here = np.s_[top : top + int(tall), left : left + int(wide)]
    pictures = [np.asarray(cv2.resize(p[here], sides), np.uint8) for p in clip.pictures]
    people = [p and _placed(p, scale, -left * scale, -top * scale) for p in clip.people]
    return SoloClip(pictures, people)


def _passing(
    stays: SoloClip, walks: SoloClip, index: int, *, before: bool
) -> tuple[Image, list[Detection | None]]:
    """Return the picture of one grid frame, and where the two are."""
    stage = stays.pictures[stays.at(index)]
    resting = stays.people[stays.at(index)]
    walker = walks.people[walks.at(index)]
    if walker is None:
        return stage, [resting, None]
    scale, shift = _way(stays, walks, index)
    walker = _placed(walker, scale, *shift)
    matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    size = stage.shape[1], stage.shape[0]
    moving = cv2.warpAffine(walks.pictures[walks.at(index)], matrix, size)
    inside = cv2.warpAffine(np.ones(walks.pictures[0].shape[:2], np.float32), matrix, size)
    of_walker = cut_out(walker, stage.shape) * inside
    of_resting = cut_out(resting, stage.shape) if resting else np.zeros(stage.shape[:2])
    shown = of_walker if before else of_walker * (1 - of_resting)
    picture = stage + (moving.astype(np.float32) - stage) * shown[..., None]
    covered = (of_walker, np.zeros_like(shown)) if before else (np.zeros_like(shown), of_resting)
    people = [_seen(resting, covered[0]), _seen(walker, covered[1])]
    return picture.round().astype(np.uint8), people


def _way(stays: SoloClip, walks: SoloClip, index: int) -> tuple[float, tuple[float, float]]:
    """Scale and shift of the walker's clip: as tall as the other, on the same floor."""
    rest, own = np.median(stays.boxes, axis=0), np.median(walks.boxes, axis=0)
    scale = float((rest[3] - rest[1]) / (own[3] - own[1]))
    wide = scale * (own[2] - own[0])
    lap = index / GRID_FPS / CROSSING_SECONDS
    done = 1 - abs(1 - lap % 2)  # there and back
    centre = -wide / 2 + done * (stays.pictures[0].shape[1] + wide)
    return scale, (centre - scale * (own[0] + own[2]) / 2, rest[3] - scale * own[3])


def _placed(person: Detection, scale: float, right: float, down: float) -> Detection:
    """Return the same person in a picture that was scaled and then moved."""
    shift = np.array([right, down])
    joints = person.joints.copy()
    joints[:, :2] = joints[:, :2] * scale + shift
    left, top, right, bottom = (np.reshape(person.box, (2, 2)) * scale + shift).ravel().tolist()
    return replace(person, joints=joints, box=(left, top, right, bottom))


def _seen(person: Detection | None, cover: np.ndarray) -> Detection | None:
    """Return the person, unless too much of them is under the cover or outside the picture."""
    if person is None:
        return None
    height, width = cover.shape
    across, down = person.joints[person.is_sure, :2].T
    inside = (across >= 0) & (across < width) & (down >= 0) & (down < height)
    cells = np.clip(down, 0, height - 1).astype(int), np.clip(across, 0, width - 1).astype(int)
    hidden = ~inside | (cover[cells] > 0.5)
    return person if hidden.mean() <= MOST_COVERED else None
