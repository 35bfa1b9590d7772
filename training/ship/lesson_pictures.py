"""The README's pictures of a lesson: the guide's own, of the drawn person that ships."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from har_live.card import DEFAULT_WEIGHTS, open_weights
from har_live.demo.source import DemoSource
from har_live.lessons.guide_seen import Looking
from har_live.lessons.guide_steps import Guide
from har_live.lessons.guide_takes import Step
from har_live.lessons.guide_words import view_of
from har_live.overlay.lesson import draw_lesson
from har_live.realtime.inbox import LiveFrame
from har_live.scorers import open_finder
from har_live.time_grid import TimeGrid
from har_live.types import NONE

if TYPE_CHECKING:
    from har_live.types import Image

STEPS = (Step("wave", 8, 2.5), Step("squat", 8, 2.5), Step(NONE, 1, 20.0))
BEGIN_SECONDS = 38.6
"""The performance is played from here: once it has counted down, the person waves."""
SIZE = (640, 480)
JPEG_QUALITY = 88


@dataclass(frozen=True, slots=True)
class Scene:
    """A try at waving, and the instant that is shown of it."""

    name: str
    num_kept: tuple[int, ...]
    is_shown: Callable[[Guide], bool]
    crop: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    """Left, top, right, bottom of what the camera sees, as shares of the picture."""


SCENES = (
    Scene("lesson-recording", (2, 0, 0), lambda guide: guide.share > 0.6),
    Scene(
        "lesson-refused",
        (3, 0, 0),
        lambda guide: guide.phase == "refused",
        crop=(0.21, 0.05, 1.0, 0.84),
    ),
)


def draw_lesson_pictures(out: Path) -> list[Path]:
    """Write a JPEG of each scene; return their paths."""
    paths = []
    for scene in SCENES:
        path = out / f"{scene.name}.jpg"
        picture = cv2.cvtColor(_shown(scene), cv2.COLOR_RGB2BGR)
        cv2.imwrite(str(path), picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        paths.append(path)
    return paths


def _shown(scene: Scene) -> Image:
    card = open_weights(DEFAULT_WEIGHTS).card
    grid = TimeGrid.of(card.clip)
    looking = Looking(card, open_finder(runtime="onnx"), lambda: 0.0, max_people=1)
    guide = Guide(STEPS, scene.num_kept, grid_fps=card.clip.grid_fps)
    guide.press("pause")  # which starts it
    for frame in _filmed(scene):
        for grid_frame in grid.push(frame):
            looked = looking.score({0: grid_frame})[0]
            assert looked.seen is not None
            guide.see(looked.seen)
            if scene.is_shown(guide):
                view = view_of(guide, looked.people, notice=None, has_joints=True)
                return draw_lesson(grid_frame.frame.image, view)
    raise AssertionError(f"{scene.name} never comes")


def _filmed(scene: Scene) -> Iterator[LiveFrame]:
    left, top, right, bottom = scene.crop
    with DemoSource() as source:
        for frame in source:
            if frame.pts_seconds < BEGIN_SECONDS:
                continue
            height, width, _ = frame.picture.shape
            part = frame.image[
                round(top * height) : round(bottom * height),
                round(left * width) : round(right * width),
            ]
            image = np.asarray(cv2.resize(part, SIZE, interpolation=cv2.INTER_LINEAR), np.uint8)
            yield LiveFrame(image, frame.pts_seconds)
