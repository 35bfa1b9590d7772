"""Films of scripted people, and a network that finds them: whom it finds stands in the picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pytest

import har_live.recognizer
from har_live.people.finder import PeopleFinder
from har_live.types import Frame

NUM_SLOTS = 6
UPRIGHT = np.array(
    [
        *((0.0, 0.1), (-0.02, 0.08), (0.02, 0.08), (-0.04, 0.1), (0.04, 0.1)),
        *((0.08, 0.25), (-0.08, 0.25), (0.1, 0.4), (-0.1, 0.4), (0.1, 0.55), (-0.1, 0.55)),
        *((0.06, 0.55), (-0.06, 0.55), (0.06, 0.75), (-0.06, 0.75), (0.06, 0.95), (-0.06, 0.95)),
    ],
    np.float32,
)
"""COCO's 17 joints of somebody who stands: x from the middle, y from the top, by their height."""

Where = Callable[[float], float | None]
"""Seconds → the middle of a person, in the picture's heights; None where nobody sees them."""


@dataclass(frozen=True)
class Actor:
    """Somebody who walks as told and never moves arms and legs twice the same way."""

    seed: int
    where: Where
    height: float = 0.8
    top: float = 0.1
    score: float = 0.9

    def row(self, seconds: float, aspect: float) -> np.ndarray | None:
        """(56,) what the network says of them; None where it does not find them."""
        middle = self.where(seconds)
        if middle is None:
            return None
        random = np.random.default_rng([self.seed, round(seconds * 1000)])
        joints = UPRIGHT.copy()
        joints[5:] += random.normal(0, 0.02, (12, 2))
        swing = 0.1 * np.sin(3 * seconds + self.seed + np.arange(12))
        joints[5:] += np.stack([swing, -swing], axis=1)
        places = joints * self.height + (middle, self.top)
        places[:, 0] /= aspect
        sure = np.where(random.random(17) < 0.1, 0.12, 0.9)  # some joints are guesses
        left, top = places.min(axis=0)
        right, bottom = places.max(axis=0)
        three = np.column_stack([places[:, ::-1], sure])
        return np.array([*three.ravel(), top, left, bottom, right, self.score], np.float32)


@dataclass(frozen=True)
class Film:
    """Actors before a camera."""

    actors: Sequence[Actor]
    size: tuple[int, int] = (96, 160)
    """Height and width of the pictures."""

    @property
    def aspect(self) -> float:
        return self.size[1] / self.size[0]


class FakeNet:
    """Finds the actors of the film whose number the upper left corner of the picture shows."""

    def __init__(self, films: Sequence[Film]) -> None:
        self.films = films
        self.num_pictures = 0

    def frames(
        self, pts_seconds: Sequence[float], *, film: int = 0, scene: int | None = None
    ) -> list[Frame]:
        """A film as frames; each shows what is before the camera then.

        Args:
            scene: pictures with the same one look alike, with another one different.
        """
        height, width = self.films[film].size
        picture = np.full((height, width, 3), 90, np.uint8)
        if scene is not None:
            blocks = np.random.default_rng(scene).integers(0, 256, (3, 5, 3), np.uint8)
            picture[:] = np.kron(blocks, np.ones((height // 3, width // 5, 1), np.uint8))
        shown = []
        for pts in pts_seconds:
            hundredths = round(100 * pts)
            now = picture.copy()
            now[: height // 3, : width // 5] = (film, hundredths // 256, hundredths % 256)
            shown.append(Frame(now, float(pts)))
        return shown

    def __call__(self, pictures: np.ndarray) -> np.ndarray:
        self.num_pictures += len(pictures)
        answers = np.zeros((len(pictures), NUM_SLOTS, 56), np.float32)
        for answer, picture in zip(answers, pictures, strict=True):
            film, high, low = (int(value) for value in picture[4, 4])
            hundredths = 256 * high + low
            said = [
                row
                for actor in self.films[film].actors
                if (row := actor.row(hundredths / 100, self.films[film].aspect)) is not None
            ]
            order = np.random.default_rng(hundredths).permutation(NUM_SLOTS)  # in no order
            for slot, row in zip(order, said, strict=False):
                answer[slot] = row
        return answers

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Find by this network, whatever the runtime."""
        monkeypatch.setattr(har_live.recognizer, "open_finder", lambda **_: PeopleFinder(self))


def standing(x: float) -> Where:
    """Stay at one place, always there."""
    return lambda seconds: x


def walking(begin: float, speed: float) -> Where:
    """Walk across the picture, ``speed`` picture's heights a second; not seen outside of 0–1.7."""

    def where(seconds: float) -> float | None:
        x = begin + speed * seconds
        return x if 0 <= x <= 1.7 else None

    return where


def seen(where: Where, *spans: tuple[float, float]) -> Where:
    """Show somebody in these spans of seconds only."""
    return lambda seconds: (
        where(seconds) if any(begin <= seconds < end for begin, end in spans) else None
    )
