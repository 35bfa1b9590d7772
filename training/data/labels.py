"""What the shipped weights call what people do, and how data sets' names map to that."""

from __future__ import annotations

from har_live.types import NONE

SAME_AS = {
    "sit": "sit_down",
    "stand": "stand_up",
    "no_fight": NONE,
    "background": NONE,
    "sign_language": NONE,
}
"""A data set's label → ours; every other label keeps its name. ARID's sit and stand are the
movements; an unknown action is ``none``."""

NEVER_MIRRORED = ("tennis_",)
"""Beginnings of labels whose pictures are not mirrored: nearly all players are right-handed, so a
mirrored forehand looks like a backhand."""


def our_label(name: str) -> str:
    """What a data set's label is called in the shipped weights."""
    return SAME_AS.get(name, name)


def can_mirror(label: str) -> bool:
    """True where the mirrored movement has the same label."""
    return not label.startswith(NEVER_MIRRORED)
