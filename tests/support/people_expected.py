"""Predictions to expect of films with people, each window cut and scored on its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch

from har_live.card import Weights
from har_live.people.finder import Finder, PeopleFinder
from har_live.people.joints import CONTEXT, FROM_COCO
from har_live.people.motion import NUM_MOTION, MotionSeen, grey_levels
from har_live.people.tracker import Tracker
from har_live.recognizer import Recognizer
from har_live.scorers.torch import load_model
from har_live.time_grid import frames_played_at, grid_instants
from har_live.transforms import to_finder
from har_live.types import NUM_JOINTS, WHOLE_PICTURE, ClipSpec, Frame, Prediction
from tests.support.laws import TOLERANCE
from tests.support.people_film import Actor, FakeNet, Film, seen, standing, walking

CROSSING, CROWD, VISIT, PORTRAIT, ALONE, IN_PLACE, CHANGING = range(7)
FILMS = (
    # Two cross, a third is lost for half a second.
    Film(
        (
            Actor(1, walking(0.2, 0.25)),
            Actor(2, walking(1.3, -0.25), height=0.7),
            Actor(3, seen(standing(1.5), (0, 1.2), (1.7, 99)), height=0.5),
        )
    ),
    # More people than are followed.
    Film(tuple(Actor(number, standing(0.2 + 0.3 * number), height=0.6) for number in range(5))),
    # Somebody comes and goes, and another comes.
    Film(
        (
            Actor(5, seen(standing(0.5), (1.5, 3.0))),
            Actor(6, seen(standing(1.2), (5.2, 8.0)), height=0.6),
        )
    ),
    Film((Actor(7, standing(0.28), height=0.5),), size=(160, 96)),
    # The first of the crowd.
    Film((Actor(0, standing(0.2), height=0.6),)),
    # The second takes the place of the first while nobody sees them.
    Film(
        (
            Actor(20, seen(standing(0.4), (0, 1.0))),
            Actor(21, seen(standing(1.2), (0, 1.6), (2.4, 4.0)), height=0.5),
        )
    ),
    # One after the other, before the one before is forgotten.
    Film(
        tuple(
            Actor(10 + n, seen(standing(0.3 + 0.2 * n), (1.5 * n, 1.5 * n + 1.5))) for n in range(6)
        )
    ),
)

Shown = tuple[np.ndarray, np.ndarray]
"""Joints and motion, of a grid frame or of a window."""


class Expected(NamedTuple):
    """A prediction to expect of a window."""

    end_seconds: float
    person: int
    scores: np.ndarray


def uncut(weights: Weights, **settings) -> Recognizer:
    return Recognizer(weights, device="cpu", cut_reset=False, **settings)


def wandering_times(seconds: float, *, seed: int = 0) -> np.ndarray:
    """Times of a camera whose rate wanders; whole hundredths, as the pictures tell them."""
    steps = np.random.default_rng(seed).choice([0.0, 0.01, 0.03, 0.04, 0.08, 0.25], size=2000)
    pts = np.cumsum(steps)
    return pts[pts < seconds].round(2)


def offline(
    weights: Weights,
    frames: Sequence[Frame],
    *,
    hop: int,
    max_people: int = 4,
    tracker: Tracker | None = None,
    clip: ClipSpec | None = None,
    finder: Finder | None = None,
) -> list[Expected]:
    """Score every window of an unbroken run on its own: of everybody followed, and where nobody is,
    of the whole picture."""
    clip = clip or weights.card.clip
    pts = [frame.pts_seconds for frame in frames]
    instants = grid_instants(pts, clip.grid_fps)
    finder = finder or PeopleFinder(FakeNet(FILMS))
    tracker = tracker or Tracker(max_people=max_people)
    stretches: list[tuple[int, int, list[Shown]]] = []  # person, first instant
    going_on: dict[int, list[Shown]] = {}
    is_alone, whole = [], []
    before: list[np.ndarray] = []
    unseen, untold = np.zeros((NUM_JOINTS, 3), np.float32), np.zeros(NUM_MOTION, np.float32)
    for index, played in enumerate(frames_played_at(pts, instants)):
        height, width, _ = frames[played].image.shape
        aspect = width / height
        picture = to_finder(frames[played].image, clip.image_size)
        levels = grey_levels(picture)
        moved, before = MotionSeen(before or levels, levels), levels
        whole.append((unseen, moved.features()))
        (found,) = finder.find([picture], aspects=[aspect])
        tracks = tracker.update(found, instants[index], picture_size=(aspect, 1.0))
        now = {}
        for t in tracks:
            joints = unseen
            if t.detection is not None:
                joints = t.detection.joints[FROM_COCO]
            now[t.id] = joints, untold
        for person in going_on.keys() - now.keys():
            del going_on[person]
        for track in tracks:  # windows begin with joints
            if track.id not in going_on and track.detection is None:
                del now[track.id]
        for person, shown in now.items():
            if person not in going_on:
                going_on[person] = []
                stretches.append((person, index, going_on[person]))
            going_on[person].append(shown)
        is_alone.append(not now)
    stretches.append((WHOLE_PICTURE, 0, whole))
    told = []
    windows = []
    for person, begin, shown in stretches:
        for at in range(0, len(shown) - clip.num_frames + 1, hop):
            last = begin + at + clip.num_frames - 1
            if person != WHOLE_PICTURE or is_alone[last]:
                told.append((instants[last], person))
                windows.append(shown_in(shown, at, clip.num_frames))
    scores = offline_scores(weights, windows)
    return [Expected(*one, its) for one, its in zip(told, scores, strict=True)]


def shown_in(shown: Sequence[Shown], at: int, num_frames: int) -> Shown:
    """A window as the offline definition takes it: joints with those before it, and motion."""
    with_context = range(at - CONTEXT, at + num_frames)
    joints = np.stack([shown[max(i, 0)][0] for i in with_context])
    return joints, np.stack([motion for _, motion in shown[at : at + num_frames]])


def offline_scores(weights: Weights, windows: Sequence[Shown]) -> np.ndarray:
    inputs = (torch.from_numpy(np.stack(values)) for values in zip(*windows, strict=True))
    with torch.inference_mode():
        return load_model(weights)(*inputs).numpy()


def assert_same(
    predictions: Sequence[Prediction], expected: Sequence[Expected | Prediction]
) -> None:
    assert predictions
    ours, theirs = (
        sorted(some, key=lambda one: (round(one.end_seconds, 6), one.person))
        for some in (predictions, expected)
    )
    assert [(p.person, round(p.end_seconds, 6)) for p in ours] == [
        (t.person, round(t.end_seconds, 6)) for t in theirs
    ]
    for prediction, told in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(prediction.scores, told.scores, atol=TOLERANCE, rtol=0)
