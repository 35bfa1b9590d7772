"""Splits into clips to learn from and clips to measure: whole groups, each class on both sides."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from har_live.errors import SourceError
from training.data.clip import Clip

AT_COMMA = re.compile(r"\s*,\s*")

log = logging.getLogger(__name__)


def choose_labels(clips: Sequence[Clip], wanted: Sequence[str]) -> list[Clip]:
    """The clips of some labels; all clips where none is named.

    Args:
        wanted: labels, or what a split at commas left of them: where ``sit`` and ``then stand``
            follow each other, ``sit, then stand`` is meant if there is such a label.

    Raises:
        SourceError: a label is not there.
    """
    names = _joined(wanted, {clip.label for clip in clips})
    return [clip for clip in clips if not wanted or clip.label in names]


def _joined(pieces: Sequence[str], known: set[str]) -> set[str]:
    """Labels from their pieces, the longest first; spaces at commas don't matter."""
    spelt = {AT_COMMA.sub(",", label): label for label in known}
    names: set[str] = set()
    rest = [AT_COMMA.sub(",", piece) for piece in pieces]
    while rest:
        ends = range(len(rest), 0, -1)
        end = next((end for end in ends if ",".join(rest[:end]) in spelt), 0)
        if not end:
            raise SourceError(f"no clips of {rest[0]}; there are {', '.join(sorted(known))}")
        names.add(spelt[",".join(rest[:end])])
        rest = rest[end:]
    return names


def clips_of_split(clips: Sequence[Clip], split: str) -> list[Clip]:
    """The clips of one part of a data set, split as ``split_clips`` does; all for an empty name.

    Raises:
        SourceError: there is none; the parts that there are stand in the message.
    """
    clips = split_clips(clips)
    chosen = [clip for clip in clips if not split or clip.split == split]
    if not chosen:
        raise SourceError(f"no clips in the split {split!r}; there are {parts(clips)}")
    return chosen


def parts(clips: Sequence[Clip]) -> str:
    """``train (90 clips), val (30 clips)``."""
    counts = Counter(clip.split for clip in clips)
    return ", ".join(f"{name} ({count} clips)" for name, count in sorted(counts.items()))


def split_clips(clips: Sequence[Clip], *, leaky: bool = False, seed: int = 0) -> list[Clip]:
    """Clips with their split: by group, or on request ignoring groups with as many measured."""
    clips = with_split(clips, seed=seed)
    if not _is_measured(clips):
        # A data set that only has a test part: what chooses the checkpoint is taken from train.
        rest = [clip for clip in clips if clip.split != "train"]
        learnt = [clip for clip in clips if clip.split == "train"]
        learnt = split_by_group(learnt, seed=seed)
        clips = (learnt if _is_measured(learnt) else _smallest_group_measured(learnt)) + rest
    if not leaky or not _is_measured(clips):
        return clips
    used = [clip for clip in clips if clip.split in ("train", "val")]
    share = sum(clip.split == "val" for clip in used) / len(used)
    return leaky_split(used, share=share, seed=seed)


def _is_measured(clips: Sequence[Clip]) -> bool:
    return any(clip.split == "val" for clip in clips)


def _smallest_group_measured(clips: Sequence[Clip]) -> list[Clip]:
    """Measure the smallest group that can be spared: a quarter of the clips is less than any."""
    labels = {clip.label for clip in clips}
    for group, _ in reversed(Counter(clip.group for clip in clips).most_common()):
        if {clip.label for clip in clips if clip.group != group} == labels:
            return [
                replace(clip, split="val" if clip.group == group else "train") for clip in clips
            ]
    return list(clips)


def with_split(clips: Sequence[Clip], *, share: float = 0.25, seed: int = 0) -> list[Clip]:
    """The clips with ``split`` filled in: the data set's own where it has one, else by group."""
    if all(clip.split for clip in clips):
        return list(clips)
    if len({clip.group for clip in clips}) == len(clips):
        log.warning("no groups are known: clips of one scene may be on both sides of the split")
    return split_by_group(clips, share=share, seed=seed)


def split_by_group(clips: Sequence[Clip], *, share: float = 0.25, seed: int = 0) -> list[Clip]:
    """Put about ``share`` of each class into ``val``, never a part of a group.

    Groups are taken in random order for the class that still lacks most; the last group of a class
    stays in ``train``. That is why it is not scikit-learn's ``StratifiedGroupKFold``: of the shared
    films that one measures six classes whole, so that they are never learnt (this one none), and it
    refuses two people; its shares of a class lie further from ``share``, too (2026-11-30).
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
    """Split at random, groups ignored: siblings on both sides. Only to show what that does."""
    rng = np.random.default_rng(seed)
    measured = set(rng.permutation(len(clips))[: round(share * len(clips))].tolist())
    return [
        replace(clip, split="val" if number in measured else "train")
        for number, clip in enumerate(clips)
    ]


def _count(labels: Iterable[str]) -> dict[str, int]:
    names, counts = np.unique(list(labels), return_counts=True)
    return dict(zip(names.tolist(), counts.tolist(), strict=True))
