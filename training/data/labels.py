"""What a mirrored movement is called."""

from __future__ import annotations

import re
from collections.abc import Sequence

NEVER_MIRRORED = ("tennis_",)
"""Beginnings of labels that are not mirrored: nearly all players are right-handed, so a mirrored
forehand looks like a backhand."""
SIDES = re.compile(r"left|right", re.IGNORECASE)


def mirrored_label(label: str, labels: Sequence[str]) -> str | None:
    """What the mirrored movement is called: the other side's label; None where nothing fits."""
    if label.startswith(NEVER_MIRRORED):
        return None
    other = SIDES.sub(lambda side: _other_side(side[0]), label)
    return other if other in labels else None


def _other_side(side: str) -> str:
    other = "right" if side.lower() == "left" else "left"
    return other.upper() if side.isupper() else other.title() if side.istitle() else other
