"""Takes of gestures made here: one arm goes up and down, the other one does, or none."""

from __future__ import annotations

import numpy as np

from har_live.lessons.recordings import Recording
from har_live.people.joints import FROM_COCO
from tests.support.joints_made import GESTURES, NUM_PHASES, joints_of, number_of


def gesture(
    label: str, *, phase: int = 0, num_frames: int = 30, person: str = "", as_label: str = ""
) -> Recording:
    """Somebody who does one of ``GESTURES``, a little unsteadily."""
    rng = np.random.default_rng([list(GESTURES).index(label), phase])
    frames = [joints_of(number_of(label, phase + n)) for n in range(num_frames)]
    places = np.stack(frames)[:, FROM_COCO] + rng.normal(0, 0.004, (num_frames, 13, 2))
    joints = np.concatenate([places, np.full((num_frames, 13, 1), 0.9)], axis=2)
    return Recording(
        as_label or label,
        joints.astype(np.float32),
        10.0,
        person,
        origin=f"{label} {phase}",
        recorded_on="2026-11-30",
    )


def lesson(*labels: str, takes: int = 4, none_frames: int = 150) -> list[Recording]:
    """Some takes of each, and one long one of ``none``."""
    made = [
        gesture(label, phase=5 * number % NUM_PHASES + number)
        for label in labels
        for number in range(takes)
    ]
    return [*made, gesture("none", num_frames=none_frames)]
