"""Labels: what the shipped weights tell apart, what others call the same, and mirrored ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from har_live.lessons.sides import mirrored_name
from har_live.types import NONE

OTHER = "other_exercise"
"""Somebody trains, and it is none of the exercises that have a label."""
LEFT_OUT = None
"""New name of a label whose takes teach nothing, or two things at once."""

LABELS: tuple[str, ...] = (
    NONE,
    "baseball_swing",
    "beckon",
    "bench_press",
    "bicep_curl",
    "bow",
    "bowling",
    "burpee",
    "catch",
    "clap",
    "clean_and_jerk",
    "cross_arms",
    "dance",
    "draw_in_air",
    "dress",
    "drink",
    "fall",
    "fight",
    "glute_bridge",
    "golf_swing",
    "high_knees",
    "hug",
    "jump",
    "jump_rope",
    "jumping_jack",
    "kick",
    "lie_down",
    "lunge",
    "lying",
    OTHER,
    "phone",
    "pick_up",
    "plank",
    "play_guitar",
    "point",
    "pull_up",
    "punch",
    "push",
    "push_up",
    "raise_hands",
    "run",
    "shake_hands",
    "side_plank",
    "sign_language",
    "sit_down",
    "sit_up",
    "squat",
    "stand_up",
    "stop_sign",
    "superman",
    "swipe",
    "tennis_backhand",
    "tennis_backhand_slice",
    "tennis_backhand_volley",
    "tennis_forehand",
    "tennis_forehand_volley",
    "tennis_serve",
    "tennis_smash",
    "throw",
    "turn",
    "walk",
    "wave",
    "yoga_bhujangasan",
    "yoga_childs_pose",
    "yoga_padmasana",
    "yoga_parvatasana",
    "yoga_shavasana",
    "yoga_trikonasana",
)
"""Labels that the shipped weights tell apart: what several sources or many takes show, and the
exercises, strokes and poses of single ones. All else that was recorded is left out."""

MOVEMENTS = frozenset(
    {
        *("baseball_swing", "beckon", "bicep_curl", "bow", "bowling", "burpee", "catch", "clap"),
        *("dance", "golf_swing", "high_knees", "jump", "jump_rope", "jumping_jack", "kick"),
        *("lunge", "pick_up", "punch", "push", "run", "sit_down", "squat", "stand_up", "swipe"),
        *("throw", "turn", "walk", "wave"),
        *(label for label in LABELS if label.startswith("tennis_")),
    }
)
"""Labels of movements on one's feet: who stands still in the middle of one does nothing."""

EXERCISES = (
    *("bench_press", "bicep_curl", "burpee", "clean_and_jerk", "glute_bridge", "high_knees"),
    *("jump_rope", "jumping_jack", "lunge", OTHER, "plank", "pull_up", "punch", "push_up"),
    *("side_plank", "sit_up", "squat", "superman"),
)
"""Labels of training, which everybody does at a pace of their own."""

RENAMED: Mapping[str, str | None] = {
    "arm_curl": "bicep_curl",
    "background": NONE,
    "basketball_dribble": LEFT_OUT,  # so few, and no second source
    "basketball_shoot": LEFT_OUT,
    "bend": "bow",
    "body_swing": NONE,
    "brush_teeth": NONE,
    "butt_kicks": LEFT_OUT,
    "cook": NONE,
    "crunch": "sit_up",  # in 13 joints a short sit-up
    "head_shake": NONE,
    "hello": "wave",
    "high_five": LEFT_OUT,
    "idle": NONE,
    "lateral_raise": OTHER,  # so few, of one source, that idle arms were taken for it
    "lie": "lying",
    "look_at_phone": "walk",
    "mountain_climber": LEFT_OUT,
    "no_fight": NONE,
    "pour": NONE,
    "shoulder_press": OTHER,
    "sit": NONE,
    "sit_stand_repeated": LEFT_OUT,
    "sleep_at_desk": NONE,
    "stand": NONE,
    "tennis_swing": LEFT_OUT,  # says neither forehand nor backhand
    "use_computer": NONE,
    "write_on_board": NONE,
}
"""Labels that mean the same in every data set. Standing, sitting and work at a desk are ``none``: a
user wants to read what somebody does. Lying is told, for after a fall it matters."""

NEVER_MIRRORED = ("tennis_",)
"""Beginnings of labels that are not mirrored: nearly all players are right-handed, so a mirrored
forehand looks like a backhand."""


def mirrored_label(label: str, labels: Sequence[str]) -> str | None:
    """Return the mirrored movement's label: the other side's; None where nothing fits."""
    if label.startswith(NEVER_MIRRORED):
        return None
    return mirrored_name(label, labels)
