"""Windows of many people who do nothing, for lessons (``har_live.lessons.none_windows``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from har_live.card import Weights, file_sha256
from har_live.lessons.network import Summaries
from har_live.lessons.none_windows import NONE_FILE, write_none_windows
from har_live.lessons.windows import FIRST_JUDGED, streamed
from har_live.types import NONE
from training.recipe.as_recordings import recordings_by_camera
from training.recipe.takes import Take

NUM_PEOPLE = 100
"""Of each a window, summed up twice: where it is two thirds full, and full. With ten times as many,
or with windows of ``none`` from one source alone, actions of other people were lost, too."""


def with_none_windows(weights: Weights, takes: Sequence[Take], *, seed: int = 0) -> Weights:
    """Write windows of some people who do nothing beside weights, and note them in the card.

    Args:
        takes: what the weights have learnt from; each person shows at most one window.
    """
    rng, clip = np.random.default_rng(seed), weights.card.clip
    of_person: dict[str, list[Take]] = {}
    for take in takes:
        if take.label == NONE and np.isfinite(take.joints[..., 0]).any():
            of_person.setdefault(take.group, []).append(take)
    people = sorted(of_person)
    windows = []
    for number in rng.permutation(len(people)):
        own = of_person[people[number]]
        for recording in recordings_by_camera([own[rng.integers(len(own))]], rng):
            cut = streamed(recording, clip, hop=weights.card.hop)
            windows.append(cut[rng.integers(len(cut))])
        if len(windows) == NUM_PEOPLE:
            break
    counts = [(FIRST_JUDGED + clip.num_frames) // 2, clip.num_frames]
    summaries = Summaries(weights).of(np.stack(windows), None, counts)
    path = weights.folder / NONE_FILE
    write_none_windows(path, list(summaries))
    hashes = {**weights.card.sha256, NONE_FILE: file_sha256(path)}
    card = replace(weights.card, sha256=hashes)
    card.write(weights.folder)
    return Weights(weights.folder, card)
