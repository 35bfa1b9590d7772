"""Which clips are learnt from and which are measured: whole groups, each class on both sides."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from training.data.prepare import Clip

log = logging.getLogger(__name__)


def with_split(clips: Sequence[Clip], *, share: float = 0.25, seed: int = 0) -> list[Clip]:
    """The clips with ``split`` filled in: the data set's own where it has one, else by group."""
    if all(clip.split for clip in clips):
        return list(clips)
    if len({clip.group for clip in clips}) == len(clips):
        log.warning("no groups are known: clips of one scene may be on both sides of the split")
    return split_by_group(clips, share=share, seed=seed)


def split_by_group(clips: Sequence[Clip], *, share: float = 0.25, seed: int = 0) -> list[Clip]:
    """About ``share`` of each class into ``val``, never a part of a group.

    Groups are taken in random order for the class that still lacks most; the last group of a class
    stays in ``train``.
    """
    rng = np.random.default_rng(seed)
    groups = sorted({clip.group for clip in clips})
    counts = {
        group: _count(clip.label for clip in clips if clip.group == group) for group in groups
    }
    total = _count(clip.label for clip in clips)
    lacking = {label: share * number for label, number in total.items()}
    left = dict(total)
    chosen: set[str] = set()
    for group in rng.permutation(groups).tolist():
        inside = counts[group]
        keeps_some = all(left[label] - number > 0 for label, number in inside.items())
        helps = sum(min(lacking[label], number) for label, number in inside.items())
        if keeps_some and helps > 0.5 * sum(inside.values()):
            chosen.add(group)
            for label, number in inside.items():
                lacking[label] = max(0.0, lacking[label] - number)
                left[label] -= number
    return [replace(clip, split="val" if clip.group in chosen else "train") for clip in clips]


def leaky_split(clips: Sequence[Clip], *, share: float = 0.25, seed: int = 0) -> list[Clip]:
    """At random, groups ignored: siblings on both sides. Only to show what that does."""
    rng = np.random.default_rng(seed)
    measured = set(rng.permutation(len(clips))[: round(share * len(clips))].tolist())
    return [
        replace(clip, split="val" if number in measured else "train")
        for number, clip in enumerate(clips)
    ]


def _count(labels) -> dict[str, int]:
    names, counts = np.unique(list(labels), return_counts=True)
    return dict(zip(names.tolist(), counts.tolist(), strict=True))
