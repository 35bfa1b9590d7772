"""Chances of each take to be drawn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from har_live.types import NONE
from training.labels import EXERCISES, LABELS, OTHER
from training.recipe.takes import Take

FILM_WEIGHT = 2.0
"""Films show what users have: a film's take counts as much as so many recorded ones."""
LABEL_WEIGHTS = {
    **dict.fromkeys(EXERCISES, 1.5),
    NONE: 3.0,
    OTHER: 3.0,
    "fall": 2.0,
    "fight": 3.0,
    **{label: 0.8 for label in LABELS if label.startswith("tennis_")},
}
"""Shares of labels. What is many things at once is shown as often as this many labels, and what
should not be missed as two or three; exercises, which come from few films and were taken for
``none`` when strangers did them, as one and a half; seven kinds of one thing less often, for
whoever punched was told to play tennis. With ``none`` as often as five labels, people of four
sources that were left out were named less often: 41 against 45 % of the takes."""


def chances(takes: Sequence[Take]) -> NDArray[np.float64]:
    """(N,) how often each take is drawn: balanced by label, then source, then person.

    None of that fully: a label of many people is shown more often than one of few, since there
    is more to learn, and so on.
    """
    weights = np.zeros(len(takes))
    labels, datasets, groups = (
        np.array([getattr(take, name) for take in takes]) for name in ("label", "dataset", "group")
    )
    is_film = np.array([take.motion is not None for take in takes])
    for label in np.unique(labels):
        of_label = np.flatnonzero(labels == label)
        for dataset in np.unique(datasets[of_label]):
            these = of_label[datasets[of_label] == dataset]
            _, group_of, counts = np.unique(groups[these], return_inverse=True, return_counts=True)
            by_person = counts[group_of] ** -0.5
            size = min(len(these), 200) ** 0.5 * (FILM_WEIGHT if is_film[these[0]] else 1)
            weights[these] = by_person / by_person.sum() * size
        num_people = min(len(np.unique(groups[of_label])), 40)
        total = num_people**0.25 * LABEL_WEIGHTS.get(label, 1.0)
        weights[of_label] *= total / weights[of_label].sum()
    return np.asarray(weights / weights.sum())
