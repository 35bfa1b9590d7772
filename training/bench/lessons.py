"""Lessons to measure teaching by: takes of people and clips that the network never saw.

Of recorded movements each person is seen by a camera of their own, a little from the side and from
above; ``none`` is learnt from some takes of a few people and judged on their others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from har_live.lessons.recordings import Recording
from har_live.types import NONE
from training.recipe.as_recordings import recording_of, recordings_by_camera
from training.recipe.takes import Take

NUM_ACTIONS, NUM_TAKES = 8, 5
"""Actions of a lesson of recorded movements, and takes of each: fewer where the person made fewer,
of whose takes one is always kept to judge by."""
NUM_EXERCISES, NUM_CLIPS = 4, 10
LEAST_GROUPS = 4
"""Groups that an exercise must have been filmed with."""
NONE_SECONDS, JUDGED_SECONDS = 20.0, 300.0
"""Of ``none``: learnt, and judged: other takes of the same people."""
LEAST_NONE_SECONDS = 3.0


@dataclass(frozen=True)
class Lesson:
    """What is learnt and what is judged."""

    learnt: list[Recording]
    judged: dict[str, list[Recording]]
    """Takes by who or what did them: ``same person``, ``another person``, ``other groups``."""
    nothing: list[Recording]
    """Other takes of ``none`` by the people whose takes of it are learnt."""


def recorded_lesson(
    takes: Sequence[Take], nothing: Sequence[Take], rng: np.random.Generator
) -> Lesson:
    """Draw a lesson by one person of a source.

    Args:
        takes: of the source, by its own labels.
        nothing: takes of ``none``.
    """
    people, labels = (sorted({getattr(t, name) for t in takes}) for name in ("group", "label"))
    me, other = rng.choice(people, 2, replace=False)
    actions = rng.choice(labels, min(NUM_ACTIONS, len(labels)), replace=False)
    seen = {
        person: recordings_by_camera([t for t in takes if t.group == person], rng)
        for person in (me, other)
    }
    learnt: list[Recording] = []
    same: list[Recording] = []
    for action in actions:
        own = [take for take in seen[me] if take.label == action]
        own = [own[number] for number in rng.permutation(len(own))]
        count = min(NUM_TAKES, len(own) - 1)
        learnt += own[:count]
        same += own[count:]
    others = [take for take in seen[other] if take.label in actions]
    none, judged_none = _nothing(nothing, rng)
    judged = {"same person": same, "another person": others}
    return Lesson([*learnt, *none], judged, judged_none)


def film_lesson(clips: Sequence[Take], nothing: Sequence[Take], rng: np.random.Generator) -> Lesson:
    """Draw a lesson of exercises from films, judged on clips of groups that are not in it."""
    groups = {x: {c.group for c in clips if c.label == x} for x in {c.label for c in clips}}
    enough = [
        label
        for label, own in sorted(groups.items())
        if len(own) >= LEAST_GROUPS and sum(c.label == label for c in clips) > NUM_CLIPS
    ]
    actions = set(rng.choice(enough, NUM_EXERCISES, replace=False))
    order = rng.permutation(sorted({clip.group for clip in clips if clip.label in actions}))
    learnt_groups = set(order[: len(order) // 2])
    learnt: list[Take] = []
    judged: list[Take] = []
    for action in sorted(actions):
        own = [clip for clip in clips if clip.label == action]
        mine = [clip for clip in own if clip.group in learnt_groups]
        learnt += [mine[number] for number in rng.permutation(len(mine))[:NUM_CLIPS]]
        judged += [clip for clip in own if clip.group not in learnt_groups]
    none, judged_none = _nothing(nothing, rng)
    by = {"other groups": list(map(recording_of, judged))}
    return Lesson([*map(recording_of, learnt), *none], by, judged_none)


def _nothing(
    takes: Sequence[Take], rng: np.random.Generator
) -> tuple[list[Recording], list[Recording]]:
    """Split takes of ``none`` by a few people: those learnt, and those judged."""
    long = [take for take in takes if take.seconds >= LEAST_NONE_SECONDS]
    chosen: list[Take] = []
    for group in rng.permutation(sorted({take.group for take in long})):
        if sum(take.seconds for take in chosen) < NONE_SECONDS + JUDGED_SECONDS:
            chosen += [take for take in long if take.group == group]
    sides: tuple[list[Take], list[Take]] = ([], [])
    for number in rng.permutation(len(chosen)):
        is_learnt = sum(take.seconds for take in sides[0]) < NONE_SECONDS
        sides[0 if is_learnt else 1].append(chosen[number])
    learnt, judged = (
        recordings_by_camera([replace(t, label=NONE) for t in side], rng) for side in sides
    )
    return learnt, judged


def nothing_of(takes: Iterable[Take]) -> list[Take]:
    """Return the takes in which somebody is seen who does nothing special."""
    return [take for take in takes if take.label == NONE and np.isfinite(take.joints[..., 0]).any()]
