"""The actions by label: their pace, and how one repetition differs from the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from training.figure import gait, gestures, moves, sports
from training.figure.pose import Pose

Labels = tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class Action:
    """A label's performance."""

    pose: Callable[[float, float, int], Pose]
    """Phase 0–1 of a repetition, amplitude about 1, leading side → pose."""
    period_seconds: float
    """Mean length of a repetition."""
    start_phase: float = 0.0
    """Phase at which the first repetition begins."""
    labels: Labels | None = None
    """Changes of the label within a repetition: (until phase, label), …"""
    changes_side: bool = False
    """True if each repetition may lead with another side; else the whole passage keeps one."""
    stride_metres: float = 0.0
    """Way on the floor made in one repetition, where the view leaves room for it."""
    travelling: Callable[[float, float, int], Pose] | None = None
    """Takes the place of ``pose`` while travelling."""
    needs_chair: bool = False
    holds_mug: bool = False


ACTIONS: dict[str, Action] = {
    "none": Action(moves.idle, 5.5, changes_side=True),
    "wave": Action(gestures.wave, 0.72),
    "clap": Action(gestures.clap, 0.46),
    "walk": Action(
        gait.march, 1.15, stride_metres=gait.WALK_STRIDE_METRES, travelling=gait.walk
    ),
    "run": Action(gait.jog, 0.72, stride_metres=gait.RUN_STRIDE_METRES, travelling=gait.run),
    "jump": Action(moves.jump, 1.7),
    "squat": Action(moves.squat, 2.0),
    "punch": Action(sports.punch, 1.3),
    "kick": Action(sports.kick, 1.5),
    "sit_down": Action(
        moves.sit_and_stand, 6.0, labels=moves.SIT_STAND_LABELS, needs_chair=True
    ),
    "stand_up": Action(
        moves.sit_and_stand, 6.0, start_phase=0.46, labels=moves.SIT_STAND_LABELS,
        needs_chair=True,
    ),
    "raise_hands": Action(gestures.raise_hands, 2.8),
    "bow": Action(moves.bow, 2.6),
    "throw": Action(sports.throw, 1.9, changes_side=True),
    "jumping_jack": Action(sports.jumping_jack, 1.05),
    "drink": Action(gestures.drink, 3.4, holds_mug=True),
    "point": Action(gestures.point, 2.6, changes_side=True),
    "dance": Action(moves.dance, 1.15),
}  # fmt: skip
