"""Which takes are held out together, to be measured by who has not learnt them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from har_live.lessons.recordings import Recording
from har_live.types import NONE

MOST_FOLDS = 5
PIECE_SECONDS = 5.0
"""A take of ``none`` is held out by pieces of about this length."""


def pieces_of(take: Recording) -> list[Recording]:
    """Cut a long take of ``none`` into pieces; any other take is one."""
    count = round(take.seconds / PIECE_SECONDS) if take.label == NONE else 1
    if count < 2:
        return [take]
    return [replace(take, joints=part) for part in np.array_split(take.joints, count)]


def folds_of(takes: Sequence[Recording]) -> tuple[NDArray[np.int64], str]:
    """Return the number of the fold of each take, -1 for one that is never held out; and by what
    they are held out: ``person``, ``take``, or empty where none is.

    People are held out one after the other where each label stays known by somebody else; else
    one take of each label that has two.
    """
    people = sorted({take.person for take in takes})
    if len(people) > 1 and "" not in people and _known_without(takes, people):
        of_person = [people.index(take.person) % MOST_FOLDS for take in takes]
        return np.array(of_person, np.int64), "person"
    totals, seen = Counter(take.label for take in takes), Counter[str]()
    folds = []
    for take in takes:
        number = seen[take.label] % MOST_FOLDS
        seen[take.label] += 1
        folds.append(number if totals[take.label] > 1 else -1)
    result = np.array(folds, np.int64)
    return result, "take" if (result >= 0).any() else ""


def _known_without(takes: Sequence[Recording], people: Sequence[str]) -> bool:
    labels = {take.label for take in takes} - {NONE}
    return all(
        labels <= {take.label for take in takes if people.index(take.person) % MOST_FOLDS != fold}
        for fold in range(min(len(people), MOST_FOLDS))
    )
