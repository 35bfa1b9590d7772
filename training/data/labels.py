"""What the shipped weights call what people do, and how data sets' names map to that."""

from __future__ import annotations

import re
from collections.abc import Sequence

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
SIDES = re.compile(r"left|right", re.IGNORECASE)


def our_label(name: str) -> str:
    """What a data set's label is called in the shipped weights."""
    return SAME_AS.get(name, name)


def mirrored_label(label: str, labels: Sequence[str]) -> str | None:
    """What the mirrored movement is called: the other side's label; None where nothing fits."""
    if label.startswith(NEVER_MIRRORED):
        return None
    other = SIDES.sub(lambda side: _other_side(side[0]), label)
    return other if other in labels else None


def _other_side(side: str) -> str:
    other = "right" if side.lower() == "left" else "left"
    return other.upper() if side.isupper() else other.title() if side.istitle() else other
